/**
 * Everything at once on one project: sessions, writers that are suspended and killed, appenders, a disk that fills and
 * empties, sidecars and claims with a wrong time; and on a second project sessions beside somebody who replaces the file.
 * Then what the driver was told is compared with what is there, and with what the audit says.
 * `npm run soak -- --help` lists the knobs. Exit status 1 if anything is wrong; the folder is kept then.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { envOf, hookEnvOf } from "../helpers/sandboxEnv.mjs";
import { holderOf, linesIn, startCrowd } from "./crowd.mjs";

const USAGE = `Usage: npm run soak -- [options]
  --minutes N   how long (default 1)
  --dir DIR     where the files are (default: the temporary folder)
  --help        this text
`;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const BACKENDS = ["addon", "flock", "none"];
/** Short, so that holders are evicted and waiters give up. */
const SETTINGS = "---\nlockTtlSeconds: 1\nlockTimeoutSeconds: 1\n---\n";
const SUSPEND_MS = 2300;
const DISK_MB = 64;

async function soak(minutes, parent) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(parent, "pact-hooks-soak-")));
  const place = {
    dir,
    project: path.join(dir, "project"),
    target: path.join(dir, "project/CLAUDE.md"),
    stop: path.join(dir, "stop"),
  };
  for (const name of ["project", "edited", "notes", "config", "tmp"]) fs.mkdirSync(path.join(dir, name));
  const limited = mountDisk(place.project);
  try {
    return await soakIn(place, minutes, limited);
  } finally {
    if (limited) spawnSync("umount", ["-l", place.project]);
  }
}

async function soakIn(place, minutes, limited) {
  const { dir } = place;
  for (const project of ["project", "edited"]) {
    fs.mkdirSync(path.join(dir, project, ".claude"));
    fs.writeFileSync(path.join(dir, project, ".claude/pact-hooks.local.md"), SETTINGS);
    fs.writeFileSync(path.join(dir, project, "CLAUDE.md"), "# A project\n");
  }
  const until = Date.now() + minutes * 60_000;
  const options = { ttlMs: 1000, timeoutMs: 1000, projectDir: place.project };
  const crowd = startCrowd({ writers: 3, backends: BACKENDS, appenders: 1, pauseMs: 60, options }, place);
  await crowd.isReady();
  const seen = {
    ...{ sessions: 0, killedSessions: 0, ended: 0, answers: [], stderr: [], edits: 0, replacedInWindow: 0 },
    full: 0,
    jumps: 0,
  };
  const actors = [
    sessions(place, "project", seen, until),
    sessions(place, "project", seen, until),
    sessions(place, "edited", seen, until),
    edit(path.join(dir, "edited/CLAUDE.md"), seen, until),
    suspend(crowd, place, until),
    kill(crowd, until),
    jump(place, seen, until),
    ...(limited ? [fillDisk(place, seen, until)] : []),
    showTotals(crowd, seen, until),
  ];
  await Promise.all(actors);
  fs.writeFileSync(place.stop, "");
  await Promise.all(crowd.all.map(({ ended }) => ended));
  // What the killed have left is swept up by whoever comes next.
  for (const project of ["project", "edited"]) await session(place, project, "last", "sessionStart", seen);
  const result = count(place, crowd, seen, limited);
  // The disk goes with what is on it.
  if (result.wrong.length > 0) fs.cpSync(place.project, path.join(dir, "left"), { recursive: true });
  return { ...result, dir };
}

/** A disk of its own for the project, so that it can be full. @returns whether that is possible here */
function mountDisk(project) {
  const args = ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", project];
  const isMounted =
    process.getuid?.() === 0 && process.platform === "linux" && spawnSync("mount", args).status === 0;
  if (!isMounted) console.log("No right to mount a disk: none is filled.");
  return isMounted;
}

/** One session after another: new ones, the same again, and ends. One in twenty is killed on its way. */
async function sessions({ ...place }, project, seen, until) {
  for (let number = 0, id = ""; Date.now() < until; number++) {
    if (number % 3 === 0) id = `${project}-${Math.random().toString(36).slice(2)}`;
    await session(place, project, id, "sessionStart", seen, Math.random() < 0.05);
    if (number % 3 === 2) await session(place, project, id, "sessionEnd", seen);
    await setTimeout(Math.random() * 300);
  }
}

function session({ dir }, project, id, hook, seen, doomed = false) {
  const cwd = path.join(dir, project);
  const box = { projectDir: cwd, configDir: path.join(dir, "config") };
  const env = hookEnvOf(box, { PACT_HOOKS_FLOCK: BACKENDS[Math.floor(Math.random() * 2)] });
  const child = spawn(process.execPath, [path.join(root, `dist/hooks/${hook}.cjs`)], { cwd, env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ session_id: id, cwd, source: "startup", reason: "other" }));
  if (doomed) setTimeout(Math.random() * 60).then(() => child.kill("SIGKILL"));
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL") seen.killedSessions++;
      else {
        seen[hook === "sessionStart" ? "sessions" : "ended"]++;
        seen.answers.push({ code, stdout });
      }
      if (stderr !== "") seen.stderr.push(stderr);
      resolve();
    });
  });
}

/** Replaces the file by a rename, or rewrites it in place, and looks whether what it wrote before is still there. */
async function edit(file, seen, until) {
  for (let number = 0; Date.now() < until; number++) {
    const text = fs.readFileSync(file, "utf8");
    if (number > 0 && !text.includes(`edit ${number - 1}.\n`)) seen.replacedInWindow++;
    const next = `${text.replace(/^edit \d+\.\n/m, "")}edit ${number}.\n`;
    fs.writeFileSync(`${file}.edited`, next);
    fs.renameSync(`${file}.edited`, file);
    seen.edits++;
    await setTimeout(Math.random() * 40);
  }
}

async function suspend(crowd, { target }, until) {
  const sidecar = path.join(path.dirname(target), `.${path.basename(target)}.lock`);
  while (Date.now() < until - SUSPEND_MS) {
    await setTimeout(Math.random() * 10);
    const victim = crowd.all.find(({ child, running }) => running && child.pid === holderOf(sidecar));
    if (!victim) continue;
    victim.child.kill("SIGSTOP");
    crowd.suspended++;
    await setTimeout(SUSPEND_MS);
    victim.child.kill("SIGCONT");
  }
}

async function kill(crowd, until) {
  while (Date.now() < until) {
    await setTimeout(500 + Math.random() * 1000);
    const writers = crowd.all.filter(({ running, program }) => running && program === "writer");
    writers[Math.floor(Math.random() * writers.length)]?.child.kill("SIGKILL");
    crowd.killed++;
    crowd.add();
  }
}

/** The clock of somebody else: a sidecar from the past or the future, and an old claim. */
async function jump({ target, project }, seen, until) {
  while (Date.now() < until) {
    await setTimeout(1000 + Math.random() * 2000);
    const seconds = Date.now() / 1000 + (Math.random() < 0.5 ? -1 : 1) * 86_400;
    try {
      fs.utimesSync(path.join(path.dirname(target), ".CLAUDE.md.lock"), seconds, seconds);
      const claim = path.join(project, `.CLAUDE.md.${"0".repeat(15)}${seen.jumps % 10}.claim`);
      fs.mkdirSync(claim);
      fs.utimesSync(claim, seconds, seconds);
    } catch {
      // It is not there now, or the disk is full.
    }
    seen.jumps++;
  }
}

async function fillDisk({ project }, seen, until) {
  const filler = path.join(project, "filler");
  while (Date.now() < until) {
    await setTimeout(2000 + Math.random() * 2000);
    const fd = fs.openSync(filler, "w");
    try {
      for (;;) fs.writeSync(fd, Buffer.alloc(4096));
    } catch {
      seen.full++;
    }
    fs.closeSync(fd);
    await setTimeout(500);
    fs.rmSync(filler);
  }
}

async function showTotals(crowd, seen, until) {
  while (Date.now() < until) {
    await setTimeout(Math.min(10_000, Math.max(until - Date.now(), 0)));
    const { sessions, killedSessions, edits, replacedInWindow, full, jumps } = seen;
    console.log(
      `sessions ${sessions} (killed ${killedSessions}), writers killed ${crowd.killed}, suspended ${crowd.suspended}, ` +
        `edits ${edits} (lost in the window ${replacedInWindow}), disk full ${full}, clock jumps ${jumps}`,
    );
  }
}

function count({ dir, project, target }, crowd, seen, limited) {
  const wrong = [...crowd.failed];
  const check = (fine, what) => fine || wrong.push(what);
  const notes = linesIn(path.join(dir, "notes")).map((line) => JSON.parse(line));
  const text = fs.readFileSync(target, "utf8");
  const lines = text.split("\n");
  const saved = fs.readdirSync(project).filter((name) => name.endsWith(".saved"));
  const kept = new Set([
    ...lines,
    ...saved.flatMap((name) => fs.readFileSync(path.join(project, name), "utf8").split("\n")),
  ]);
  const written = notes.filter(({ outcome }) => outcome === "written").map(({ line }) => line);
  const lost = written.filter((line) => !kept.has(line));
  // An appender's line may be lost together with a writer that was killed before it looked back.
  const lostForGood = lost.filter((line) => !line.startsWith("appender"));
  check(written.length > 0, "nothing was written");
  check(lostForGood.length === 0, `lost: ${lostForGood.slice(0, 5).join(", ")}`);
  check(lost.length - lostForGood.length <= crowd.killed, "more appends lost than writers killed");
  const added = lines.filter((line) => /^(writer|appender\d+:\d+;$)/.test(line));
  check(added.length === new Set(added).size, "lines that are there twice");
  check(
    added.every((line) => /^(writer|appender)\d+:\d+;$/.test(line)),
    "torn lines",
  );
  for (const file of [target, path.join(dir, "edited/CLAUDE.md")])
    check(isWellFormed(fs.readFileSync(file, "utf8")), `${file} is damaged`);
  for (const name of ["project", "edited"]) {
    const claims = fs.readdirSync(path.join(dir, name)).filter((entry) => entry.endsWith(".claim"));
    check(claims.length === 0, `claims are left: ${claims.join(", ")}`);
  }
  check(
    seen.answers.every(({ code, stdout }) => code === 0 && isOneObject(stdout)),
    "a session did not start",
  );
  check(seen.stderr.length === 0, `on standard error: ${seen.stderr[0]}`);
  check(crowd.errors === "", crowd.errors);
  check(
    seen.replacedInWindow <= Math.max(3, seen.edits * 0.005),
    `${seen.replacedInWindow} of ${seen.edits} replacements lost`,
  );

  const audit = auditOf(dir);
  const failedOpen = notes.filter(({ lock }) => lock === "fail_open").length + failOpenStarts(dir);
  const gone = crowd.killed + seen.killedSessions;
  const between = (value, least, most, what) =>
    check(value >= least && value <= most, `the audit has ${value} ${what}, the driver ${least} to ${most}`);
  between(audit.sessionStarts, seen.sessions, seen.sessions + seen.killedSessions, "session starts");
  // A merge asks for the lock once more, and its writer is not told how that went.
  between(audit.failOpen, failedOpen, failedOpen + gone + audit.outsideEdits, "locks that failed open");
  const evicted = notes.filter((note) => note.evicted).length;
  check(
    (audit.byReapReason.expired ?? 0) >= evicted,
    `the audit has ${audit.byReapReason.expired ?? 0} evicted holders, the writers ${evicted}`,
  );
  const abandoned = notes.filter(({ outcome }) => outcome === "abandoned").length;
  check(
    audit.abandoned >= abandoned,
    `the audit has ${audit.abandoned} abandoned updates, the writers ${abandoned}`,
  );
  check(audit.badLines <= gone, `${audit.badLines} bad lines in the journals`);
  check(!limited || abandoned > 0, "no update failed on the full disk");
  return {
    wrong,
    totals: {
      ...{
        "session starts": seen.sessions,
        "updates acknowledged": written.length,
        "of these lost": lostForGood.length,
      },
      ...{
        "appends lost with a killed writer": lost.length - lostForGood.length,
        abandoned: audit.abandoned,
      },
      ...{
        "failed open": audit.failOpen,
        evicted: audit.byReapReason.expired ?? 0,
        "outside edits seen": audit.outsideEdits,
      },
      ...{
        "replacements by somebody else": seen.edits,
        "of these lost between our last look and our rename": seen.replacedInWindow,
      },
      ...{
        killed: gone,
        suspended: crowd.suspended,
        "times the disk was full": seen.full,
        "clock jumps": seen.jumps,
      },
    },
  };
}

function isWellFormed(text) {
  const markers = [
    ...text.matchAll(/^<!-- (PACT_MANAGED|PACT_ROUTING|SESSION|PACT_MEMORY)_(START|END)\b/gm),
  ].map(([, kind, edge]) => `${kind} ${edge}`);
  const kinds = ["PACT_MANAGED", "PACT_ROUTING", "SESSION", "PACT_MEMORY"];
  return (
    markers.length === 8 &&
    kinds.every((kind) => markers.includes(`${kind} START`) && markers.includes(`${kind} END`))
  );
}

function isOneObject(stdout) {
  try {
    return stdout.indexOf("\n") === stdout.length - 1 && typeof JSON.parse(stdout) === "object";
  } catch {
    return false;
  }
}

function auditOf(dir) {
  const { stdout } = spawnSync(path.join(root, "dist/bin/pact-hooks"), ["audit", "--json"], {
    env: envOf({ configDir: path.join(dir, "config") }),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** Session starts that say, in their journal, that their lock has failed open. */
function failOpenStarts(dir) {
  return linesIn(path.join(dir, "config"))
    .filter((line) => line.startsWith('{"v":1,"type":"session_start"'))
    .filter((line) => JSON.parse(line).lock.outcome === "fail_open").length;
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      dir: { type: "string", default: os.tmpdir() },
      help: { type: "boolean", default: false },
    },
  });
  if (!(Number(values.minutes) > 0)) throw new Error("--minutes must be a number above 0");
  return values;
}

let options;
try {
  options = readArguments();
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
if (options?.help) process.stdout.write(USAGE);
else if (options) {
  const { wrong, totals, dir } = await soak(Number(options.minutes), options.dir);
  for (const [what, number] of Object.entries(totals)) console.log(`${String(number).padStart(8)}  ${what}`);
  for (const what of wrong) console.log(`WRONG: ${what}`);
  if (wrong.length > 0) console.log(`What was left is in ${dir}.`);
  else fs.rmSync(dir, { recursive: true, force: true });
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
