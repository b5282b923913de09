/**
 * Builds dist/, which is both a whole plugin and the npm package. `--check` builds elsewhere and compares instead.
 * `--no-types` skips the declarations, and with them the type check.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { builtinsPlugin } from "./builtinsPlugin.mjs";
import { compileAtOnce } from "./compileAtOnce.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const CACHE = ".compile-cache";
const vendored = ["gray-matter", "node-diff3", "write-file-atomic"];

/**
 * What runs before anything that an old Node cannot parse: the first files are in the language of Node 12. Claude Code brings
 * no Node, and Debian 12 and Ubuntu 24.04 have Node 18.
 */
const OLDEST = manifest.engines.node.replace(/^>=/, "");
const [MAJOR, MINOR] = OLDEST.split(".");
const IS_TOO_OLD = `(([major, minor]) => major < ${MAJOR} || (major == ${MAJOR} && minor < ${MINOR}))(process.versions.node.split("."))`;
const NEEDS = `"needs Node ${OLDEST} or later, and node is " + process.version + " here. Install a newer Node, or put it first in PATH."`;

/** What a built file in a folder of dist/ knows of where it lies. */
const BELOW = { PACT_HOOKS_NATIVE_FOLDER: '"../native"' };

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.17",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
};
const modules = { ...common, format: "esm", outExtension: { ".js": ".mjs" }, plugins: [builtinsPlugin] };
/** Leaves the `import("./try.ts")` of a command what it is: one of the built file, when it is run. */
const commandsPlugin = {
  name: "commands",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: path.replace(/\.ts$/, ".mjs"), external: true } : undefined,
    );
  },
};

async function buildInto(out) {
  fs.rmSync(out, { recursive: true, force: true });
  const define = { PACT_HOOKS_VERSION: JSON.stringify(manifest.version) };
  await build({
    ...modules,
    entryPoints: { index: "shared/index.ts" },
    define: { ...define, PACT_HOOKS_NATIVE_FOLDER: '"native"' },
    outdir: out,
  });
  for (const name of ["sessionStart", "sessionEnd"]) await buildHook(name, out);
  // Each command is a file of its own, loaded only to run it: `--help` must not take longer than a hook. They lie beside
  // bin/, which Claude Code puts on the PATH of the model's shell: there, every file is a command.
  const main = fs.readFileSync(path.join(root, "bin/pact-hooks.ts"), "utf8");
  const commands = [...main.matchAll(/import\("\.\/(\w+)\.ts"\)/g)].map(([, name]) => name);
  await build({
    ...modules,
    entryPoints: ["pact-hooks", ...commands].map((name) => `bin/${name}.ts`),
    define: { ...define, ...BELOW },
    outdir: path.join(out, "cli"),
    plugins: [builtinsPlugin, commandsPlugin],
  });

  const { metafile } = await build({
    ...common,
    entryPoints: vendored,
    outdir: path.join(out, "vendor"),
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    entryNames: "[name]",
    metafile: true,
    // The eval is gray-matter's JavaScript engine, which text/frontMatter.ts switches off before it can run.
    logOverride: { "direct-eval": "silent" },
  });
  write(out, "vendor/LICENSES.txt", licenses(Object.keys(metafile.inputs)));

  // Without an extension, and without a type in package.json, every Node takes it for CommonJS.
  write(
    out,
    "bin/pact-hooks",
    `#!/usr/bin/env node
if (${IS_TOO_OLD}) {
  console.error("pact-hooks: " + ${NEEDS});
  process.exitCode = 1;
} else import("../cli/pact-hooks.mjs").catch((error) => {
  console.error("pact-hooks: could not be loaded (" + error.message + "). Install it again.");
  process.exitCode = 1;
});
`,
  );
  fs.chmodSync(path.join(out, "bin/pact-hooks"), 0o755);
  // Windows runs no file without an extension.
  write(out, "bin/pact-hooks.cmd", '@node "%~dp0pact-hooks" %*\r\n');

  const plugin = JSON.parse(fs.readFileSync(path.join(root, "plugin.json"), "utf8"));
  write(out, ".claude-plugin/plugin.json", json({ ...plugin, version: manifest.version, ...addresses() }));
  copy(".claude-plugin/icon.png", out);
  write(out, "package.json", json(packageManifest()));
  copy("hooks/hooks.json", out);
  for (const name of fs.readdirSync(path.join(root, "native"))) {
    if (name.endsWith(".node")) copy(`native/${name}`, out);
  }
  for (const name of fs.readdirSync(path.join(root, "skills"))) copy(`skills/${name}/SKILL.md`, out);
  for (const name of fs.readdirSync(path.join(root, "docs")))
    if (name.endsWith(".md")) copy(`docs/${name}`, out);
  copy("LICENSE", out);
  write(out, "README.md", readmeOfPlugin());

  if (process.argv.includes("--no-types")) return;
  execFileSync(
    process.execPath,
    [
      path.join(root, "node_modules/typescript/bin/tsc"),
      ...["-p", path.join(root, "tsconfig.types.json"), "--outDir", path.join(out, "types")],
    ],
    { cwd: root, stdio: "inherit" },
  );
  keepReachableTypes(path.join(out, "types"));
  // What they declare are modules; index.mjs says so by its name.
  write(out, "types/package.json", json({ type: "module" }));
}

/**
 * Builds a hook: its bundle, and a loader that makes Node (22 and later) cache the compiled code. The loader is CommonJS,
 * because Node 20 and 22 take a tenth longer to start with an ES module.
 */
async function buildHook(name, out) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [`hooks/${name}.ts`],
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename", ...BELOW },
    format: "cjs",
    plugins: [builtinsPlugin],
    supported: { arrow: false },
    write: false,
  });
  write(out, `hooks/${name}.bundle.cjs`, compileAtOnce(outputFiles[0].text));
  // The cache is private whatever the session's umask. It is as trustworthy as the code beside it: a user who may write
  // there may change the code itself. An installed plugin's lies in its data folder, beside the folder of all plugins: a
  // project's settings can set any variable, and what the cache holds is run.
  write(
    out,
    `hooks/${name}.cjs`,
    `if (${IS_TOO_OLD}) {
  console.log(JSON.stringify({ systemMessage: "pact-hooks: " + ${NEEDS} + " CLAUDE.md is unchanged." }));
} else {
  const { enableCompileCache } = require("module");
  if (enableCompileCache) {
    const fs = require("fs");
    const path = require("path");
    const [config, installed] = __dirname.split(path.join("/plugins/cache/"));
    const data = path.resolve(process.env.CLAUDE_PLUGIN_DATA || "");
    const isOurs = installed && data.startsWith(path.join(config, "plugins/data/"));
    const cache = path.join(isOurs ? data : \`\${__dirname}/..\`, "${CACHE}");
    try {
      if (!fs.existsSync(cache)) fs.mkdirSync(cache, { recursive: true, mode: 0o700 });
    } catch {}
    enableCompileCache(cache);
  }
  require("./${name}.bundle.cjs");
}
`,
  );
  // For callers that run a hook by this name.
  write(
    out,
    `hooks/${name}.mjs`,
    `process.getBuiltinModule("node:module").createRequire(import.meta.filename)("./${name}.cjs");
`,
  );
}

/** Removes the declarations that index.d.ts does not lead to, because tsc writes one for every file that it reads. */
function keepReachableTypes(types) {
  const reachable = new Set();
  const visit = (name) => {
    if (reachable.has(name)) return;
    reachable.add(name);
    const text = fs.readFileSync(path.join(types, name), "utf8");
    for (const [, id] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.(?:ts|js)"/g)) {
      visit(path.join(path.dirname(name), `${id}.d.ts`));
    }
  };
  visit("index.d.ts");
  for (const name of listFiles(types)) if (!reachable.has(name)) fs.rmSync(path.join(types, name));
}

/** The package.json for npm: the optional addon is its only dependency, and its `#names` lead to the bundled copies. */
function packageManifest() {
  const { name, version, description, license, engines, keywords, optionalDependencies } = manifest;
  return {
    ...{ name, version, description, license, ...addresses(), engines, keywords },
    main: "./index.mjs",
    types: "./types/index.d.ts",
    exports: {
      ".": { types: "./types/index.d.ts", default: "./index.mjs" },
      "./package.json": "./package.json",
    },
    imports: Object.fromEntries(vendored.map((id) => [`#${id}`, `./vendor/${id}.cjs`])),
    bin: { "pact-hooks": "bin/pact-hooks" },
    optionalDependencies,
  };
}

/** Where the project lives, if package.json says so: npm's provenance needs the repository. */
function addresses() {
  const { homepage, repository } = manifest;
  return { homepage, repository: repository?.url ?? repository };
}

/** The README without its pictures and without links to what dist/ lacks. */
function readmeOfPlugin() {
  const text = fs.readFileSync(path.join(root, "README.md"), "utf8");
  return text.replace(/<picture>.*?<\/picture>\n\n/gs, "").replace(/\[([A-Z]+\.md)\]\(\1\)/g, "`$1`");
}

/** The licence texts of the bundled packages. */
function licenses(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name) names.add(name);
  }
  return [...names]
    .sort()
    .map((name) => {
      const dir = path.join(root, "node_modules", name);
      const file = fs.readdirSync(dir).find((entry) => /^licen[cs]e/i.test(entry));
      if (!file) throw new Error(`${name} is bundled but has no licence file`);
      const text = fs.readFileSync(path.join(dir, file), "utf8").replaceAll("\r\n", "\n").trim();
      return `${name}\n${"-".repeat(name.length)}\n${text}\n`;
    })
    .join("\n\n");
}

function write(out, name, content) {
  const file = path.join(out, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

function copy(name, out) {
  write(out, name, fs.readFileSync(path.join(root, name)));
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function listFiles(dir) {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith(CACHE))
    .sort();
}

const dist = path.join(root, "dist");
const fresh = fs.mkdtempSync(path.join(root, "node_modules", ".pact-hooks-dist-"));
try {
  await buildInto(fresh);
  const names = new Set([...listFiles(fresh), ...(fs.existsSync(dist) ? listFiles(dist) : [])]);
  const stale = [...names].filter((name) => !isSame(path.join(fresh, name), path.join(dist, name)));
  if (!process.argv.includes("--check")) {
    for (const name of stale) replace(path.join(fresh, name), path.join(dist, name));
  } else if (stale.length > 0) {
    console.error(
      `dist/ does not match the source; run "npm run build" and commit dist/. Files that differ:\n  ${stale.join("\n  ")}`,
    );
    process.exitCode = 1;
  }
} finally {
  fs.rmSync(fresh, { recursive: true, force: true });
}

function isSame(a, b) {
  return fs.existsSync(a) && fs.existsSync(b) && fs.readFileSync(a).equals(fs.readFileSync(b));
}

/** Replaces one file by a rename, because a hook may be running out of dist/ meanwhile. */
function replace(from, to) {
  if (!fs.existsSync(from)) return fs.rmSync(to);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.renameSync(from, to);
}
