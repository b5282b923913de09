process.getBuiltinModule("node:module").createRequire(import.meta.filename)("./sessionStart.cjs");
