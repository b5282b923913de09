/**
 * Mutation testing of one file: changes one operator, condition or statement at a time in a copy of the checkout, and lists
 * the changes that no test notices.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { parseAst } from "vite";
import { readArguments } from "./readArguments.mjs";

const USAGE = `Usage: npm run mutate -- FILE [TEST...] [--most N | --only N,...]

Lists the mutants of FILE that no TEST (default: FILE's own tests) notices. Exit code 1 if there are any. Each mutant is tried
on one TEST after another, until one fails: name the fastest first.

  --most N      try at most N mutants, evenly spread (default: 40)
  --only N,...  try the mutants of these numbers, such as those that survived a run before
  -h, --help    print this text

Example:
  npm run mutate -- shared/update/claim.ts tests/shared/update/claim tests/shared/update tests/hooks
`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const OPPOSITES = {
  "===": "!==",
  "!==": "===",
  "<": ">=",
  ">": "<=",
  "<=": ">",
  ">=": "<",
  "+": "-",
  "-": "+",
  "*": "/",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "|": "&",
};

/** @returns {{ start: number, end: number, text: string }[]} the changes of a script, one at a time */
function mutantsOf(script) {
  const found = [];
  visit(parseAst(script));
  return found;

  function visit(node) {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (node.operator === "void") return;
    if (typeof node.type === "string") mutate(node);
    for (const [key, value] of Object.entries(node)) if (key !== "type") visit(value);
  }

  function mutate({ type, start, end, ...node }) {
    const replace = (text, from = start, to = end) => found.push({ start: from, end: to, text });
    if ((type === "BinaryExpression" || type === "LogicalExpression") && OPPOSITES[node.operator]) {
      const between = script.slice(node.left.end, node.right.start);
      replace(between.replace(node.operator, OPPOSITES[node.operator]), node.left.end, node.right.start);
    } else if (type === "Literal" && typeof node.value === "boolean") replace(String(!node.value));
    else if (type === "Literal" && typeof node.value === "number") replace(String(node.value + 1));
    else if (type === "IfStatement" || type === "ConditionalExpression") {
      for (const value of ["true", "false"]) replace(value, node.test.start, node.test.end);
    } else if (type === "ExpressionStatement") replace(";");
    else if (type === "UnaryExpression" && node.operator === "!") replace("", start, node.argument.start);
    // A caller cannot tell undefined from null or false.
    else if (
      type === "ReturnStatement" &&
      node.argument &&
      !/^(null|false|void 0)$/.test(script.slice(node.argument.start, node.argument.end))
    )
      replace("return;");
  }
}

/** @returns how many mutants survive */
function countSurvivors({ file, tests, most, only }) {
  const copy = copyOfCheckout();
  try {
    const target = path.join(copy, file);
    const { code } = transformSync(fs.readFileSync(target, "utf8"), { loader: "ts", target: "node20.17" });
    const mutants = mutantsOf(code);
    fs.writeFileSync(target, code);
    if (!build(copy)) throw new Error("the build fails without a mutant");
    const limits = tests.map((test) => {
      const startedAt = Date.now();
      if (!passes(copy, test)) throw new Error(`${test}: fails without a mutant`);
      return 5000 + 3 * (Date.now() - startedAt);
    });
    const step = Math.max(1, mutants.length / most);
    const isPicked = (number) =>
      only ? only.includes(number) : Math.floor(number / step) !== Math.floor((number - 1) / step);
    let survivors = 0;
    for (const [at, { start, end, text }] of mutants.entries()) {
      if (!isPicked(at + 1)) continue;
      fs.writeFileSync(target, code.slice(0, start) + text + code.slice(end));
      const noticing = build(copy)
        ? tests.find((test, place) => !passes(copy, test, limits[place]))
        : "the build";
      const change = `${code.slice(start, end).trim().slice(0, 60)} => ${text.trim() || "(nothing)"}`;
      const fate = noticing ? `noticed by ${noticing}` : `SURVIVED ${lineAt(code, start)}\n    ${change}`;
      console.log(`${at + 1} of ${mutants.length} ${fate}`);
      if (!noticing) survivors++;
    }
    return survivors;
  } finally {
    fs.rmSync(path.dirname(copy), { recursive: true, force: true });
  }
}

/** Some tests run what is built. */
function build(copy) {
  return run(copy, ["scripts/build.mjs", "--no-types"]);
}

/** A run that hangs counts as noticed. */
function passes(copy, test, timeout) {
  return run(copy, ["node_modules/vitest/vitest.mjs", "run", "--bail=1", "--no-isolate", test], timeout);
}

function run(copy, args, timeout = 600_000) {
  const home = path.join(copy, "../home");
  // A mutant may do anything with paths: keep it away from this user's own files.
  const env = { ...process.env, HOME: home, TMPDIR: home, FUZZ_RUNS: "30" };
  const options = { cwd: copy, env, stdio: "ignore", timeout, killSignal: "SIGKILL", detached: true };
  const { pid, status } = spawnSync(process.execPath, args, options);
  try {
    // The workers of a run that was killed: a mutant that never ends would keep a processor busy for ever.
    process.kill(-pid, "SIGKILL");
  } catch {
    // Mostly there are none.
  }
  return status === 0;
}

function lineAt(code, offset) {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  return code.slice(start, code.indexOf("\n", offset)).trim().slice(0, 110);
}

function copyOfCheckout() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-mutants-"));
  // Some tests become another user.
  fs.chmodSync(dir, 0o755);
  // Beside the copy: code that tests put there must not find the node_modules of the copy.
  fs.mkdirSync(path.join(dir, "home"));
  const copy = path.join(dir, "checkout");
  const isSource = (name) => ![".git", "node_modules", ".compile-cache"].includes(path.basename(name));
  fs.cpSync(root, copy, { recursive: true, filter: isSource });
  fs.mkdirSync(path.join(copy, "node_modules"));
  for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
    if (!name.startsWith("."))
      fs.symlinkSync(path.join(root, "node_modules", name), path.join(copy, "node_modules", name));
  }
  return copy;
}

const options = { most: { type: "string", default: "40" }, only: { type: "string" } };
const args = readArguments(USAGE, { options, allowPositionals: true }, ({ values, positionals }) => {
  const [file, ...tests] = positionals;
  if (file === undefined) throw new Error("FILE is missing");
  const most = Number(values.most);
  const only = values.only?.split(",").map(Number);
  if (!(most >= 1)) throw new Error("--most must be a number from 1");
  if (only?.some(Number.isNaN)) throw new Error("--only must be numbers, such as 3,17");
  return { file, tests: tests.length > 0 ? tests : [`tests/${file.replace(/\.ts$/, ".")}`], most, only };
});
try {
  const survivors = args && countSurvivors(args);
  if (args) console.log(`${survivors} survived`);
  if (survivors > 0) process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
