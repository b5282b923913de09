if ((([major, minor]) => major < 20 || (major == 20 && minor < 17))(process.versions.node.split("."))) {
  console.log(JSON.stringify({ systemMessage: "pact-hooks: " + "needs Node 20.17 or later, and node is " + process.version + " here. Install a newer Node, or put it first in PATH." + " CLAUDE.md is unchanged." }));
} else {
  const { enableCompileCache } = require("module");
  if (enableCompileCache) {
    const cache = `${__dirname}/../.compile-cache`;
    try {
      const fs = require("fs");
      if (!fs.existsSync(cache)) fs.mkdirSync(cache, 0o700);
    } catch {}
    enableCompileCache(cache);
  }
  require("./sessionEnd.bundle.cjs");
}
