/**
 * Whether the tests notice a changed line. Each mutant of a file is built and tested in a copy of the checkout:
 * `npm run mutate -- shared/claim.ts`. What survives is printed; exit status 1 if any does that is not in survivors.json,
 * which says why it may. `npm run mutate -- --help` lists the knobs.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { transformSync } from "esbuild";
import { parseAst } from "vite";

const USAGE = `Usage: npm run mutate -- FILE... [options]
  --tests A,B   the tests to run (default: those named after the file, and those that testsOf names)
  --each N      every Nth mutant only
  --help        this text
`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const survivors = JSON.parse(fs.readFileSync(path.join(root, "tests/mutation/survivors.json"), "utf8"));
/** A mutant that hangs is noticed, too. */
const TIMEOUT_MS = 120_000;
const PUBLISH = [
  "tests/shared/updateFile.test",
  "tests/shared/updateFile.writers",
  "tests/shared/updateFile.faults",
];
const LOCK = ["tests/shared/fileLock.test", "tests/shared/fileLock.failOpen"];

/** Tests of what a file is a part of, besides its own. */
function testsOf(name) {
  const parts = {
    ...{
      claim: PUBLISH,
      stage: PUBLISH,
      snapshot: PUBLISH,
      updateFile: PUBLISH,
      outsideEdit: PUBLISH,
      backup: ["tests/bin/restore"],
    },
    ...{ fileLock: LOCK, lockAttempt: LOCK, flock: LOCK, lockHolder: LOCK },
    ...{ hookProtocol: ["tests/hooks"], startSession: ["tests/hooks"], claudeMdManager: ["tests/hooks"] },
  };
  return [...(parts[name] ?? ["tests/shared/projectText"]), `tests/shared/${name}`];
}

const OPPOSITES = {
  ...{
    "===": "!==",
    "!==": "===",
    "<": ">=",
    ">": "<=",
    "<=": ">",
    ">=": "<",
    "+": "-",
    "-": "+",
    "&&": "||",
    "||": "&&",
  },
  ...{ "??": "&&", "|": "&", "*": "/" },
};

/** @returns {{ start: number, end: number, text: string }[]} the changes of a script, one at a time */
function mutantsOf(script) {
  const found = [];
  visit(parseAst(script));
  return found;

  function visit(node) {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) return node.forEach(visit);
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
    else if (type === "ReturnStatement" && node.argument) replace("return;");
  }
}

function main(files, { tests, each }) {
  const copy = copyOfCheckout();
  let unexplained = 0;
  try {
    for (const file of files) unexplained += mutateFile(copy, file, tests?.split(","), Number(each));
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
  return unexplained > 0 ? 1 : 0;
}

function mutateFile(copy, file, tests, each) {
  const name = path.basename(file, ".ts");
  const { code } = transformSync(fs.readFileSync(path.join(root, file), "utf8"), {
    loader: "ts",
    target: "node20.17",
  });
  const related = tests ?? testsOf(name);
  if (!passes(copy, file, code, related))
    throw new Error(`the tests fail without a mutant: ${related.join(" ")}`);
  const mutants = mutantsOf(code).filter((_, number) => number % each === 0);
  let [survived, unexplained] = [0, 0];
  for (const { start, end, text } of mutants) {
    if (!passes(copy, file, code.slice(0, start) + text + code.slice(end), related)) continue;
    survived++;
    const what = `${lineAt(code, start)} => ${text.trim() || "(nothing)"} for ${code.slice(start, end).trim().slice(0, 60)}`;
    const reason = survivors.find(({ where, line }) => where === name && what.includes(line))?.why;
    if (!reason) unexplained++;
    console.log(`${reason ? "explained" : "SURVIVED "} ${name}: ${what}${reason ? ` (${reason})` : ""}`);
  }
  console.log(
    `${file}: ${mutants.length} mutants, ${mutants.length - survived} noticed, ${survived} survived, ${unexplained} unexplained`,
  );
  return unexplained;
}

function lineAt(code, offset) {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  return code.slice(start, code.indexOf("\n", offset)).trim().slice(0, 110);
}

/** What is tested is the source and what is built from it. */
function passes(copy, file, script, tests) {
  fs.writeFileSync(path.join(copy, file), script);
  const run = (...args) =>
    spawnSync(process.execPath, args, { cwd: copy, stdio: "ignore", timeout: TIMEOUT_MS }).status === 0;
  const passed =
    run("scripts/build.mjs", "--no-types") &&
    run("node_modules/vitest/vitest.mjs", "run", "--bail", "1", ...tests);
  fs.copyFileSync(path.join(root, file), path.join(copy, file));
  return passed;
}

function copyOfCheckout() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-mutants-"));
  const isSource = (name) => ![".git", "node_modules", ".compile-cache"].includes(path.basename(name));
  fs.cpSync(root, copy, { recursive: true, filter: isSource });
  fs.mkdirSync(path.join(copy, "node_modules"));
  for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
    if (!name.startsWith("."))
      fs.symlinkSync(path.join(root, "node_modules", name), path.join(copy, "node_modules", name));
  }
  return copy;
}

try {
  const options = {
    tests: { type: "string" },
    each: { type: "string", default: "1" },
    help: { type: "boolean" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) process.stdout.write(USAGE);
  else if (positionals.length === 0) throw new Error("Which file?");
  else if (!(Number(values.each) >= 1)) throw new Error("--each must be a number from 1");
  else process.exitCode = main(positionals, values);
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
