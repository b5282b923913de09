/**
 * Everything at once on one project: sessions, writers that are suspended and killed, appenders, a disk that fills and
 * empties, sidecars and claims with a wrong time; and on a second project sessions beside an editor that replaces the file.
 * Then the files and the audit are compared with what the sessions and the writers reported.
 * `npm run soak -- --help` lists the options. Exit code 1 if anything is wrong; the folder is kept then.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/readArguments.mjs";
import { outputOf } from "../helpers/outputOf.mjs";
import { envOf, hookEnvOf } from "../helpers/sandboxEnv.mjs";
import { checkClaims, linesIn, newPlace, verdictOf, withCrowd } from "./crowd.mjs";

const USAGE = `Usage: npm run soak -- [options]
  --minutes N   run for N minutes (default 1)
  --dir DIR     put the files into DIR (default: the temporary folder)
  --help        print this text
`;
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const BACKENDS = ["addon", "flock", "none"];
/** Short, so that sessions give up waiting for a suspended holder; the writers wait long enough to evict it. */
const SETTINGS = "---\nlockTtlSeconds: 1\nlockTimeoutSeconds: 1\n---\n";
/** Without the session block, no session after the first would write. */
const TEAM_SETTINGS = "---\nsessionBlock: true\n---\n";
const WRITERS = { writers: 3, backends: BACKENDS, appenders: 1, pauseMs: 60 };
const WRITER_OPTIONS = { ttlMs: 1000, timeoutMs: 2500 };
const SUSPEND_MS = 2600;
/** With so many suspended holders one of them at least must have been evicted. */
const ENOUGH_SUSPENDED = 30;
const KILL_EVERY_MS = 1000;
const DISK_MB = 64;

async function soak(minutes, parent) {
  const place = newPlace(parent, "soak");
  place.editedDir = path.join(place.dir, "edited");
  fs.mkdirSync(place.editedDir);
  const limited = mountDisk(place.projectDir);
  try {
    return await soakIn(place, minutes, limited);
  } finally {
    if (limited) spawnSync("umount", ["-l", place.projectDir]);
  }
}

async function soakIn(place, minutes, limited) {
  const { projectDir, editedDir } = place;
  for (const folder of [projectDir, editedDir]) {
    fs.mkdirSync(path.join(folder, ".claude"));
    fs.writeFileSync(path.join(folder, ".claude/pact-hooks.local.md"), SETTINGS);
    fs.writeFileSync(path.join(folder, ".claude/pact-hooks.md"), TEAM_SETTINGS);
    fs.writeFileSync(path.join(folder, "CLAUDE.md"), "# A project\n");
  }
  const seen = {
    ...{ sessions: 0, killedSessions: 0, ended: 0, answers: [], stderr: [], edits: 0, replacedInWindow: 0 },
    full: 0,
    jumps: 0,
  };
  const scenario = { ...WRITERS, options: { ...WRITER_OPTIONS, projectDir } };
  const edited = { ...place, projectDir: editedDir };
  const crowd = await withCrowd(scenario, place, (crowd) => {
    const until = Date.now() + minutes * 60_000;
    return Promise.all([
      sessions(place, seen, until),
      sessions(place, seen, until),
      sessions(edited, seen, until),
      edit(path.join(editedDir, "CLAUDE.md"), seen, until),
      crowd.suspendHolders(SUSPEND_MS, until),
      crowd.killWriters(KILL_EVERY_MS, until),
      jump(place, seen, until),
      limited && fillDisk(place, seen, until),
      showTotals(crowd, seen, until),
    ]);
  });
  // The next session sweeps up what the killed ones have left.
  for (const box of [place, edited]) await session(box, "last", "sessionStart", seen);
  const result = count(place, crowd, seen, limited);
  // The disk disappears with everything on it.
  if (result.wrong.length > 0) fs.cpSync(projectDir, path.join(place.dir, "left"), { recursive: true });
  return { ...result, dir: place.dir };
}

/** Mounts a small disk for the project, to fill it. @returns whether this user may mount one */
function mountDisk(projectDir) {
  const args = ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", projectDir];
  const isMounted =
    process.getuid?.() === 0 && process.platform === "linux" && spawnSync("mount", args).status === 0;
  if (!isMounted) console.log("Without the right to mount a disk, no disk is filled.");
  return isMounted;
}

/** Starts one session after another, starts each twice more, and ends it. One start in twenty is killed. */
async function sessions(box, seen, until) {
  const name = path.basename(box.projectDir);
  for (let number = 0, id = ""; Date.now() < until; number++) {
    if (number % 3 === 0) id = `${name}-${Math.random().toString(36).slice(2)}`;
    await session(box, id, "sessionStart", seen, Math.random() < 0.05);
    if (number % 3 === 2) await session(box, id, "sessionEnd", seen);
    await setTimeout(Math.random() * 300);
  }
}

async function session(box, id, hook, seen, isDoomed = false) {
  const env = hookEnvOf(box, { PACT_HOOKS_FLOCK: BACKENDS[Math.floor(Math.random() * 2)] });
  const cwd = box.projectDir;
  const child = spawn(process.execPath, [path.join(dist, `hooks/${hook}.cjs`)], { cwd, env });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ session_id: id, cwd, source: "startup", reason: "other" }));
  if (isDoomed) setTimeout(Math.random() * 60).then(() => child.kill("SIGKILL"));
  const { signal, stderr, ...answer } = await outputOf(child);
  if (signal === "SIGKILL") seen.killedSessions++;
  else {
    seen[hook === "sessionStart" ? "sessions" : "ended"]++;
    seen.answers.push(answer);
  }
  if (stderr !== "") seen.stderr.push(stderr);
}

/** Replaces the file by a rename, again and again, and counts how often the file has lost what it wrote last. */
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

/** A machine with a wrong clock: it leaves a sidecar and a claim from yesterday or from tomorrow. */
async function jump({ projectDir }, seen, until) {
  while (Date.now() < until) {
    await setTimeout(1000 + Math.random() * 2000);
    const seconds = Date.now() / 1000 + (Math.random() < 0.5 ? -1 : 1) * 86_400;
    try {
      fs.utimesSync(path.join(projectDir, ".CLAUDE.md.lock"), seconds, seconds);
      const claim = path.join(projectDir, `.CLAUDE.md.${"0".repeat(15)}${seen.jumps % 10}.claim`);
      fs.mkdirSync(claim);
      fs.utimesSync(claim, seconds, seconds);
    } catch {
      // The sidecar does not exist now, or the disk is full.
    }
    seen.jumps++;
  }
}

async function fillDisk({ projectDir }, seen, until) {
  const filler = path.join(projectDir, "filler");
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

function count(place, crowd, seen, limited) {
  const { wrong, check, lines, counted } = verdictOf(crowd, place);
  const added = lines.filter((line) => /^(writer|appender\d+:\d+;$)/.test(line));
  check(added.length === new Set(added).size, "lines that are there twice");
  // On the full disk an appender may leave half a line, but a writer may not.
  check(
    added.every((line) => /^(writer|appender)\d+:\d+;$/.test(line)),
    "torn lines",
  );
  for (const file of [place.target, path.join(place.editedDir, "CLAUDE.md")])
    check(isWellFormed(fs.readFileSync(file, "utf8")), `${file} is damaged`);
  checkClaims(place.editedDir, check);
  check(
    seen.answers.every(({ status, stdout }) => status === 0 && isOneObject(stdout)),
    "a session did not start",
  );
  check(seen.stderr.length === 0, `on standard error: ${seen.stderr[0]}`);
  check(
    seen.replacedInWindow <= Math.max(3, seen.edits * 0.005),
    `${seen.replacedInWindow} of ${seen.edits} replacements lost`,
  );

  const audit = auditOf(place);
  const evicted = audit.byReapReason.expired ?? 0;
  const failedOpen = counted.failedOpen + failOpenStarts(place);
  const gone = crowd.killed + seen.killedSessions;
  const between = (value, least, most, what) =>
    check(value >= least && value <= most, `the audit has ${value} ${what}, expected ${least} to ${most}`);
  between(audit.sessionStarts, seen.sessions, seen.sessions + seen.killedSessions, "session starts");
  // A merge acquires the lock once more, and its writer does not report how that went.
  between(audit.failOpen, failedOpen, failedOpen + gone + audit.outsideEdits, "locks that failed open");
  const atLeast = (value, least, what) =>
    check(value >= least, `the audit has ${value} ${what}, the writers ${least}`);
  atLeast(evicted, counted.evicted, "evicted holders");
  atLeast(audit.abandoned, counted.abandoned, "abandoned updates");
  check(audit.badLines <= gone, `${audit.badLines} bad lines in the journals`);
  check(crowd.suspended < ENOUGH_SUSPENDED || evicted > 0, "no suspended holder was evicted");
  check(!limited || counted.abandoned > 0, "no update failed on the full disk");
  const totals = {
    ...{ "session starts": seen.sessions, "updates acknowledged": counted.acknowledged },
    ...{ "of these lost": counted.lost, "appends lost with a killed writer": counted.lostWithKilled },
    ...{ abandoned: audit.abandoned, "failed open": audit.failOpen, evicted },
    ...{ "outside edits seen": audit.outsideEdits, "replacements by an editor": seen.edits },
    ...{ "of these lost between our last look and our rename": seen.replacedInWindow },
    ...{ killed: gone, suspended: crowd.suspended },
    ...{ "times the disk was full": seen.full, "clock jumps": seen.jumps },
  };
  return { wrong, totals };
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

function auditOf(place) {
  const { stdout } = spawnSync(path.join(dist, "bin/pact-hooks"), ["audit", "--json"], {
    env: envOf(place),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** How many session starts in the journals say that their lock failed open. */
function failOpenStarts({ configDir }) {
  return linesIn(configDir)
    .filter((line) => line.startsWith('{"v":1,"type":"session_start"'))
    .filter((line) => JSON.parse(line).lock.outcome === "fail_open").length;
}

const options = {
  minutes: { type: "string", default: "1" },
  dir: { type: "string", default: os.tmpdir() },
};
const args = readArguments(USAGE, { options }, ({ values }) => {
  if (!(Number(values.minutes) > 0)) throw new Error("--minutes must be a number above 0");
  return values;
});
if (args) {
  const { wrong, totals, dir } = await soak(Number(args.minutes), args.dir);
  for (const [what, number] of Object.entries(totals)) console.log(`${String(number).padStart(8)}  ${what}`);
  for (const what of wrong) console.log(`WRONG: ${what}`);
  if (wrong.length > 0) console.log(`The files are kept in ${dir}.`);
  else fs.rmSync(dir, { recursive: true, force: true });
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
