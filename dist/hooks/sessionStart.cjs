require("node:module").enableCompileCache?.(`${__dirname}/../.compile-cache`);
require("./sessionStart.bundle.cjs");
