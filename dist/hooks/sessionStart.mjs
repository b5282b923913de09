const { createRequire, enableCompileCache } = process.getBuiltinModule("node:module");
enableCompileCache?.(`${import.meta.dirname}/../.compile-cache`);
createRequire(import.meta.filename)("./sessionStart.cjs");
