const { enableCompileCache } = require("node:module");
if (enableCompileCache) {
  const cache = `${__dirname}/../.compile-cache`;
  try {
    require("node:fs").mkdirSync(cache, 0o700);
  } catch {}
  enableCompileCache(cache);
}
require("./sessionStart.bundle.cjs");
