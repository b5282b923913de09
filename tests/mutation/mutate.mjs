/**
 * Whether the tests notice a changed line. Each mutant of a file is tested in a copy of the checkout:
 * `npm run mutate -- shared/claim.ts`, or `shared` for all of it. What survives is printed; exit status 1 if any does that is
 * not in survivors.json, which says why it may. `npm run mutate -- --help` lists the knobs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { transformSync } from "esbuild";
import { parseAst } from "vite";

const USAGE = `Usage: npm run mutate -- FILE_OR_FOLDER... [options]
  --tests A,B   the tests to run (default: those named after the file, and those of its part: see PARTS)
  --each N      every Nth mutant only
  --most N      at most N mutants of a file, evenly spread (default: 40)
  --jobs N      so many mutants at a time (default: one for each core)
  --help        this text
`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const survivors = JSON.parse(fs.readFileSync(path.join(root, "tests/mutation/survivors.json"), "utf8"));

const text = "projectText,removeManagedBlock,repair,scan,routingBlock,sessionBlock,markers".split(",");
const publish = "updateFile.test,outsideEdit,updateFile.writers,updateFile.faults,removeFile".split(",");
const lock = ["fileLock", "lockHolder", "flock", "/hooks/hardTimes"];
const hooks = ["claudeMdManager", "/hooks/sessionStart", "/hooks/sessionEnd", "/hooks/environment"];
/** What a file is a part of: the tests to run besides its own. */
const PARTS = [
  [/^shared.audit/, ["audit", "/bin/audit", "/bin/journal"]],
  [/^shared.install/, ["install", "/bin/install", "/bin/uninstall"]],
  [/(claim|stage|snapshot|targetPath|updateFile|updateResult|outsideEdit|removeFile|merge)\.ts$/, publish],
  [/(fileLock|lockAttempt|flock|lockHolder)\.ts$/, lock],
  [/(backup|dependencies)\.ts$/, ["/bin/restore", "/hooks/hardTimes", ...publish]],
  [/(sessionJournal|sessionId|folders)\.ts$/, ["events", "/bin/journal", ...hooks]],
  [/(errors|fileKind|sleep|clock)\.ts$/, [...publish, ...lock]],
  [/(events|[sS]ettings|claudeMdManager|(start|end)Session|hookProtocol)\.ts$/, hooks],
  [/doctor\.ts$/, ["/bin/doctor"]],
  [/installHooks\.ts$/, ["/bin/install"]],
  [/./, text],
];
/** Beside another mutant these fail for want of time. */
const TIMED = "in linear time";
/** Tests of built code, and of processes. */
const BUILT = /library\.mjs|startProgram|hookProcess|command(Line)?\.ts|dist\//;

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
    // Whoever asks takes undefined for null and for false.
    else if (
      type === "ReturnStatement" &&
      node.argument &&
      !/^(null|false|void 0)$/.test(script.slice(node.argument.start, node.argument.end))
    )
      replace("return;");
  }
}

/** The tests of a file, the faster ones first: its own, others of the source, and those that run what is built. */
function stagesOf(copy, file, chosen) {
  const names = fs
    .readdirSync(path.join(copy, "tests"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.includes("stress"))
    .map((name) => `tests/${name}`);
  const [, part] = PARTS.find(([files]) => files.test(file));
  const isOwn = (name) => path.basename(name).startsWith(`${path.basename(file, ".ts")}.`);
  const isWanted = (name) =>
    (chosen ?? part).some((test) =>
      name.startsWith(chosen ? test : path.posix.join(test.startsWith("/") ? "tests" : "tests/shared", test)),
    );
  const isBuilt = (name) => BUILT.test(fs.readFileSync(path.join(copy, name), "utf8"));
  const own = chosen ? [] : names.filter(isOwn);
  const others = names.filter((name) => isWanted(name) && !own.includes(name));
  const [builtOwn, builtOthers] = [own, others].map((tests) => tests.filter(isBuilt));
  const stages = [
    { tests: own.filter((name) => !isBuilt(name)) },
    { tests: others.filter((name) => !isBuilt(name)) },
    { tests: builtOwn, build: true },
    { tests: builtOthers, build: builtOwn.length === 0 },
  ];
  return stages.filter(({ tests }) => tests.length > 0);
}

async function main(paths, { tests, each, most, jobs }) {
  const files = paths.flatMap((name) => {
    if (!fs.statSync(path.join(root, name)).isDirectory()) return [name];
    const inside = fs.readdirSync(path.join(root, name), { recursive: true, encoding: "utf8" });
    return inside.filter((file) => file.endsWith(".ts")).map((file) => path.posix.join(name, file));
  });
  const copies = Array.from({ length: jobs }, copyOfCheckout);
  const results = [];
  try {
    for (const file of files) results.push(await mutateFile(copies, file, tests?.split(","), { each, most }));
  } finally {
    for (const copy of copies) remove(path.dirname(copy));
  }
  console.table(results);
  return results.some(({ unexplained }) => unexplained !== 0) ? 1 : 0;
}

async function mutateFile(copies, file, chosen, { each, most }) {
  const name = path.basename(file, ".ts");
  const source = fs.readFileSync(path.join(copies[0], file), "utf8");
  const { code } = transformSync(source, {
    loader: "ts",
    target: "node20.17",
  });
  const stages = stagesOf(copies[0], file, chosen);
  const all = mutantsOf(code);
  const step = Math.max(each, all.length / most);
  const mutants = all.filter((_, number) => Math.floor(number / step) !== Math.floor((number - 1) / step));
  const result = {
    file,
    mutants: all.length,
    tried: mutants.length,
    noticed: 0,
    explained: 0,
    unexplained: 0,
  };
  if (mutants.length === 0) return result;
  const startedAt = Date.now();
  for (const stage of stages) {
    const beganAt = Date.now();
    if (!(await passes(copies[0], file, code, [stage]))) {
      console.log(`${file}: its tests fail without a mutant: ${stage.tests.join(" ")}`);
      return { ...result, tried: 0, unexplained: mutants.length };
    }
    stage.limitMs = 5000 + 3 * (Date.now() - beganAt);
  }
  const left = mutants.values();
  const work = async (copy) => {
    for (const { start, end, text } of left) {
      const mutant = code.slice(0, start) + text + code.slice(end);
      if (!(await passes(copy, file, mutant, stages))) {
        result.noticed++;
        continue;
      }
      const what = `${lineAt(code, start)} => ${text.trim() || "(nothing)"} for ${code.slice(start, end).trim().slice(0, 60)}`;
      const reason = survivors.find(({ where, line }) => where === name && what.includes(line))?.why;
      result[reason ? "explained" : "unexplained"]++;
      console.log(`${reason ? "explained" : "SURVIVED "} ${name}: ${what}${reason ? ` (${reason})` : ""}`);
    }
  };
  await Promise.all(copies.map(work));
  for (const copy of copies) fs.writeFileSync(path.join(copy, file), source);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  console.log(`${file}: ${JSON.stringify({ ...result, file: undefined, seconds })}`);
  return result;
}

function lineAt(code, offset) {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  return code.slice(start, code.indexOf("\n", offset)).trim().slice(0, 110);
}

const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--bail=1", "--maxWorkers=1", "--no-isolate"];

/** What is tested is the source and, where a stage needs it, what is built from it. A stage that hangs does not pass. */
async function passes(copy, file, script, stages) {
  fs.writeFileSync(path.join(copy, file), script);
  for (const { build, tests, limitMs } of stages) {
    if (build && !(await run(copy, ["scripts/build.mjs", "--no-types"], limitMs))) return false;
    if (!(await run(copy, [...VITEST, "-t", `^(?!.*(${TIMED}))`, ...tests], limitMs))) return false;
  }
  return true;
}

const running = new Set();
/** Ends what vitest has started, too: a test that never returns does not listen to it. */
const end = (pid) => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {}
};
process.on("exit", () => running.forEach(end));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(2));

async function run(copy, args, limitMs = 600_000) {
  const home = path.join(copy, "../home");
  const child = spawn(process.execPath, args, {
    cwd: copy,
    // Whatever a mutant does with paths, it does not do it to this user's own files. Property tests search less.
    env: { ...process.env, HOME: home, TMPDIR: home, FUZZ_RUNS: "30" },
    stdio: "ignore",
    detached: true,
  });
  running.add(child.pid);
  const timer = setTimeout(end, limitMs, child.pid);
  const [status] = await once(child, "exit");
  clearTimeout(timer);
  end(child.pid);
  running.delete(child.pid);
  return status === 0;
}

/** A test that was ended may have left a file system mounted. */
function remove(dir) {
  try {
    fs.rmSync(dir, { recursive: true, force: true });
  } catch (error) {
    console.log(`${dir} is left: ${error.message}`);
  }
}

function copyOfCheckout() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-mutants-"));
  // Some tests are another user.
  fs.chmodSync(dir, 0o755);
  // Not inside the copy: what tests put there must not find its node_modules.
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

try {
  const number = (value) => ({ type: "string", default: String(value) });
  const options = {
    tests: { type: "string" },
    each: number(1),
    most: number(40),
    jobs: number(os.availableParallelism()),
    help: { type: "boolean" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  for (const name of ["each", "most", "jobs"]) {
    values[name] = Number(values[name]);
    if (!(values[name] >= 1)) throw new Error(`--${name} must be a number from 1`);
  }
  if (values.help) process.stdout.write(USAGE);
  else if (positionals.length === 0) throw new Error("Which file?");
  else process.exitCode = await main(positionals, values);
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
