/**
 * Many processes update one file at the same time, in several scenarios; then what they were told is counted against
 * what is there. `npm run stress -- --help` lists the knobs. Exit status 1 if anything is wrong in any scenario.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { holderOf, linesIn, linesOf, startCrowd, sweepUp } from "./crowd.mjs";

const HELP = `Usage: npm run stress -- [options]
  --seconds N       for all scenarios together (default 40)
  --scenario TEXT   only those whose name contains it
  --writers N       this many writers in each
  --backends A,B    these backends in turn: addon, exlock, flock, none
  --dir DIR         where the files are (default: in memory, which makes for many more collisions than a disk)
  --json            one line of JSON for each scenario
`;

const here = path.dirname(fileURLToPath(import.meta.url));
const scenarios = JSON.parse(fs.readFileSync(path.join(here, "scenarios.json"), "utf8"));

/** Runs one scenario. @returns what was counted, and what is wrong with it */
async function run(scenario, seconds, parent) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(parent, "pact-hooks-stress-")));
  try {
    const place = { dir, target: path.join(dir, "project/CLAUDE.md"), stop: path.join(dir, "stop") };
    for (const name of ["project", "notes", "config"]) fs.mkdirSync(path.join(dir, name));
    fs.writeFileSync(place.target, "");
    const crowd = startCrowd(scenario, place);
    await crowd.isReady();
    const until = Date.now() + seconds * 1000;
    const troubles = [];
    if (scenario.suspendMs) troubles.push(suspendHolders(crowd, scenario, place, until));
    if (scenario.kill) troubles.push(killWriters(crowd, until));
    troubles.push(setTimeout(seconds * 1000));
    await Promise.all(troubles);
    fs.writeFileSync(place.stop, "");
    await Promise.all(crowd.all.map(({ ended }) => ended));
    return count(crowd, scenario, place);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** Stops the process that holds the lock again and again, or any writer where nobody is known to. */
async function suspendHolders(crowd, { suspendMs }, { target }, until) {
  const sidecar = path.join(path.dirname(target), `.${path.basename(target)}.lock`);
  while (Date.now() < until - suspendMs) {
    await setTimeout(Math.random() * 50);
    const victim = crowd.all.find(({ child, running }) => running && child.pid === holderOf(sidecar));
    if (!victim) continue;
    victim.child.kill("SIGSTOP");
    crowd.suspended++;
    await setTimeout(suspendMs);
    victim.child.kill("SIGCONT");
  }
}

/** Kills a writer again and again, and starts another one in its place. */
async function killWriters(crowd, until) {
  while (Date.now() < until) {
    await setTimeout(50 + Math.random() * 100);
    const writers = crowd.all.filter(({ running, program }) => running && program === "writer");
    writers[Math.floor(Math.random() * writers.length)]?.child.kill("SIGKILL");
    crowd.killed++;
    crowd.add();
  }
}

function count(crowd, { kill, suspendMs }, { dir, target }) {
  const project = path.dirname(target);
  const notes = linesIn(path.join(dir, "notes")).map((line) => JSON.parse(line));
  // An event that is written while another one is half visible begins with a line end: an empty line.
  const events = linesIn(path.join(dir, "config"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const lines = fs.readFileSync(target, "utf8").split("\n").slice(0, -1);
  const saved = fs.readdirSync(project).filter((name) => name.endsWith(".saved"));
  const kept = new Set([...lines, ...saved.flatMap((name) => linesOf(path.join(project, name)))]);
  const written = notes.filter(({ outcome }) => outcome === "written").map(({ line }) => line);
  const lost = written.filter((line) => !kept.has(line));
  // An appender's line may be lost together with the writer that was killed before it looked back.
  const lostForGood = kill ? lost.filter((line) => !line.startsWith("appender")) : lost;
  const ofType = (type, field, value) =>
    events.filter((event) => event.type === type && (!field || event[field] === value)).length;
  const counted = {
    acknowledged: written.length,
    lost: lostForGood.length,
    twice: lines.length - new Set(lines).size,
    torn: lines.filter((line) => !/^(writer|appender)\d+:\d+;$/.test(line)).length,
    abandoned: notes.filter(({ outcome }) => outcome === "abandoned").length,
    failedOpen: notes.filter(({ lock }) => lock === "fail_open").length,
    failOpenEvents: ofType("lock_fail_open"),
    evicted: ofType("lock_reaped", "reason", "expired"),
    merged: ofType("outside_edit", "resolution", "merged"),
    reread: ofType("outside_edit", "resolution", "reread"),
    saved: saved.length,
    suspended: crowd.suspended,
    killed: crowd.killed,
  };
  const wrong = [...crowd.failed];
  const check = (fine, what) => fine || wrong.push(what);
  check(counted.acknowledged > 0, "nothing was written");
  check(counted.lost === 0, `lost: ${lostForGood.slice(0, 5).join(", ")}`);
  check(counted.twice === 0, "lines that are there twice");
  check(counted.torn === 0, "torn lines");
  check(counted.failOpenEvents >= counted.failedOpen, "a lock failed open without its event");
  check(!suspendMs || counted.suspended > 0, "nobody was suspended");
  check(crowd.errors === "", crowd.errors);
  sweepUp(target);
  const claims = fs.readdirSync(project).filter((name) => name.endsWith(".claim"));
  check(claims.length === 0, `claims are left: ${claims.join(", ")}`);
  return { ...counted, wrong };
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "40" },
      scenario: { type: "string", default: "" },
      writers: { type: "string" },
      backends: { type: "string" },
      dir: { type: "string", default: fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir() },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const changes = {
    ...(values.writers && { writers: Number(values.writers) }),
    ...(values.backends && { backends: values.backends.split(",") }),
  };
  const chosen = scenarios.filter(({ name }) => name.includes(values.scenario));
  return { ...values, chosen: chosen.map((scenario) => ({ ...scenario, ...changes })) };
}

const { help, json, seconds, dir, chosen } = readArguments();
if (help) {
  process.stdout.write(HELP);
} else {
  const shares = chosen.reduce((sum, { share = 1 }) => sum + share, 0);
  if (shares === 0) throw new Error("no scenario has that name");
  for (const scenario of chosen) {
    const result = await run(scenario, (Number(seconds) * (scenario.share ?? 1)) / shares, dir);
    if (result.wrong.length > 0) process.exitCode = 1;
    if (json) console.log(JSON.stringify({ name: scenario.name, ...result }));
    else report(scenario.name, result);
  }
}

function report(name, { wrong, ...counted }) {
  const numbers = Object.entries(counted).filter(([, number]) => number > 0);
  console.log(
    `${wrong.length > 0 ? "WRONG" : "fine "} ${name}: ${numbers.map(([what, n]) => `${what} ${n}`).join(", ")}`,
  );
  for (const what of wrong) console.log(`      ${what}`);
}
