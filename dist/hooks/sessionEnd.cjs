require("node:module").enableCompileCache?.(`${__dirname}/../.compile-cache`);
require("./sessionEnd.bundle.cjs");
