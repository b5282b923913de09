process.getBuiltinModule("node:module").createRequire(import.meta.filename)("./sessionEnd.cjs");
