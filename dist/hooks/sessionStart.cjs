if ((([major, minor]) => major < 20 || (major == 20 && minor < 17))(process.versions.node.split("."))) {
  console.log(JSON.stringify({ systemMessage: "pact-hooks: " + "needs Node 20.17 or later, and node is " + process.version + " here. Install a newer Node, or put it first in PATH." + " CLAUDE.md is unchanged." }));
} else {
  const { enableCompileCache } = require("module");
  if (enableCompileCache) {
    const fs = require("fs");
    const path = require("path");
    const [config, installed] = __dirname.split(path.join("/plugins/cache/"));
    const data = path.resolve(process.env.CLAUDE_PLUGIN_DATA || "");
    const isOurs = installed && data.startsWith(path.join(config, "plugins/data/"));
    const cache = path.join(isOurs ? data : `${__dirname}/..`, ".compile-cache");
    try {
      if (!fs.existsSync(cache)) fs.mkdirSync(cache, { recursive: true, mode: 0o700 });
    } catch {}
    enableCompileCache(cache);
  }
  require("./sessionStart.bundle.cjs");
}
