/**
 * Everything at once, in rounds of a few seconds on five projects: sessions and writers beside outsiders that know no lock, and
 * beside scripts that take the lock and know no claims.
 * Writers are suspended and killed, a disk fills and empties, sidecars and claims have a wrong time. Then the files and the
 * audit are compared with what sessions, writers and outsiders reported. One round in four is without the native binding.
 * `npm run soak -- --help` lists the options. Exit code 1 if anything is wrong; the folders are kept then.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/readArguments.mjs";
import { outputOf } from "../helpers/outputOf.mjs";
import { hookEnvOf } from "../helpers/sandboxEnv.mjs";
import { HAS_BINDING, newPlace, runnable, slotsFor, withCrowd } from "./crowd.mjs";
import { count } from "./soakVerdict.mjs";

const USAGE = `Usage: npm run soak -- [options]
  --minutes N   run for N minutes (default 1)
  --dir DIR     put the files into DIR (default: the temporary folder)
  --help        print this text
`;
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
/** Short, so that files stay small and merges quick. */
const ROUND_SECONDS = 15;
/** With the binding in three rounds of four. */
const BACKENDS = { on: ["native", "flock", "none"], off: ["addon", "flock", "none"] };
/** Short, so that sessions give up waiting for a suspended holder; the writers wait long enough to evict it. */
const SETTINGS = "---\nlockTtlSeconds: 1\nlockTimeoutSeconds: 1\n---\n";
/** Without the session block, no session after the first would write. */
const TEAM_SETTINGS = "---\nsessionBlock: true\n---\n";
const WRITER_OPTIONS = { ttlMs: 1000, timeoutMs: 2500 };
const SUSPEND_MS = 2600;
/** With so many suspended holders one of them at least must have been evicted. */
const ENOUGH_SUSPENDED = 30;
const KILL_EVERY_MS = 1000;
const DISK_MB = 64;

/**
 * The projects. An editor has one to itself: it may lose what others have appended, and that would be no loss of ours. Beside
 * holders that know no claims, all take turns: no backend is missing, no holder is suspended, and the times are the default.
 */
const PROJECTS = {
  disturbed: { writers: 3, pauseMs: 60, outsiders: { appender: 1 }, isDisturbed: true },
  held: { writers: 3, pauseMs: 20, outsiders: { appender: 8, mapper: 2 }, holdMs: 60 },
  edited: { writers: 2, pauseMs: 20, outsiders: { editor: 1 }, holdMs: 2 },
  truncated: { writers: 2, pauseMs: 20, outsiders: { truncator: 1 }, holdMs: 30 },
  locked: {
    writers: 2,
    pauseMs: 20,
    outsiders: { flockHolder: 1, fcntlHolder: 1 },
    holdMs: 20,
    isCalm: true,
  },
};

async function soak(minutes, dir) {
  const totals = {};
  const wrong = [];
  const kept = [];
  const end = Date.now() + minutes * 60_000;
  const rounds = Math.max(Math.round((minutes * 60) / ROUND_SECONDS), 1);
  for (let round = 1; round <= rounds; round++) {
    const native = HAS_BINDING && round % 4 !== 0 ? "on" : "off";
    const seconds = (end - Date.now()) / 1000 / (rounds - round + 1);
    const results = await Promise.all(
      Object.entries(PROJECTS).map(([name, project]) => soakProject(name, project, native, seconds, dir)),
    );
    for (const result of results) {
      wrong.push(...result.wrong.map((what) => `round ${round}, ${result.name}, binding ${native}: ${what}`));
      if (result.wrong.length > 0) kept.push(result.dir);
      else fs.rmSync(result.dir, { recursive: true, force: true });
      totals[native] ??= {};
      addTo(totals[native], result.totals);
    }
    console.log(`round ${round} of ${rounds}, binding ${native}: ${wrong.length} wrong`);
  }
  const sumOf = (what) => Object.values(totals).reduce((sum, all) => sum + (all[what] ?? 0), 0);
  if (sumOf("suspended") >= ENOUGH_SUSPENDED && sumOf("evicted") === 0)
    wrong.push("no suspended holder was evicted");
  if (sumOf("times the disk was full") > 0 && sumOf("abandoned") === 0)
    wrong.push("no update failed on the full disk");
  return { totals, wrong, kept };
}

function addTo(sums, numbers) {
  for (const [what, number] of Object.entries(numbers)) sums[what] = (sums[what] ?? 0) + number;
}

async function soakProject(name, project, native, seconds, parent) {
  const place = newPlace(parent, `soak-${name}`);
  const limited = project.isDisturbed && mountDisk(place.projectDir);
  try {
    return { name, dir: place.dir, ...(await soakIn(place, project, native, seconds, limited)) };
  } finally {
    if (limited) spawnSync("umount", ["-l", place.projectDir]);
  }
}

async function soakIn(place, project, native, seconds, limited) {
  const { projectDir } = place;
  const { isCalm } = project;
  const scenario = {
    ...project,
    ...(native === "off" && { native }),
    backends: BACKENDS[native].filter((name) => !isCalm || name !== "none"),
    outsiders: runnable(project.outsiders),
    options: { ...(!isCalm && WRITER_OPTIONS), projectDir },
  };
  fs.mkdirSync(path.join(projectDir, ".claude"));
  if (!isCalm) fs.writeFileSync(path.join(projectDir, ".claude/pact-hooks.local.md"), SETTINGS);
  fs.writeFileSync(path.join(projectDir, ".claude/pact-hooks.md"), TEAM_SETTINGS);
  fs.writeFileSync(place.target, `# A project\n${slotsFor(scenario)}`);
  const counts = { sessions: 0, killedSessions: 0, ended: 0, full: 0, jumps: 0 };
  const seen = { native, ...counts, answers: [], stderr: [] };
  const crowd = await withCrowd(scenario, place, (crowd) => {
    seen.kills = crowd.kills;
    const until = Date.now() + seconds * 1000;
    return Promise.all([
      sessions(place, project, seen, until),
      !isCalm && crowd.suspendHolders(SUSPEND_MS, until),
      project.isDisturbed && crowd.killWriters(KILL_EVERY_MS, until),
      project.isDisturbed && jump(place, seen, until),
      limited && fillDisk(place, seen, until),
      setTimeout(seconds * 1000),
    ]);
  });
  // The next session sweeps up what the killed ones have left.
  await session(place, "last", "sessionStart", seen);
  const result = count(place, crowd, seen, project);
  // The disk disappears with everything on it.
  if (limited && result.wrong.length > 0)
    fs.cpSync(projectDir, path.join(place.dir, "left"), { recursive: true });
  return result;
}

/** Mounts a small disk for the project, to fill it. @returns whether this user may mount one */
function mountDisk(projectDir) {
  const args = ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", projectDir];
  const isMounted =
    process.getuid?.() === 0 && process.platform === "linux" && spawnSync("mount", args).status === 0;
  if (!isMounted) console.log("Without the right to mount a disk, no disk is filled.");
  return isMounted;
}

/** Starts one session after another, starts each twice more, and ends it. Where it is disturbed, one in twenty is killed. */
async function sessions(box, { isDisturbed }, seen, until) {
  const name = path.basename(box.projectDir);
  for (let number = 0, id = ""; Date.now() < until; number++) {
    if (number % 3 === 0) id = `${name}-${Math.random().toString(36).slice(2)}`;
    await session(box, id, "sessionStart", seen, isDisturbed && Math.random() < 0.05);
    if (number % 3 === 2) await session(box, id, "sessionEnd", seen);
    await setTimeout(Math.random() * 300);
  }
}

async function session(box, id, hook, seen, isDoomed = false) {
  const env = hookEnvOf(box, {
    ...(seen.native === "off" && { PACT_HOOKS_NATIVE: "off" }),
    PACT_HOOKS_FLOCK: BACKENDS[seen.native][Math.floor(Math.random() * 2)],
  });
  const cwd = box.projectDir;
  const child = spawn(process.execPath, [path.join(dist, `hooks/${hook}.cjs`)], { cwd, env });
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify({ session_id: id, cwd, source: "startup", reason: "other" }));
  if (isDoomed) setTimeout(Math.random() * 60).then(() => child.kill("SIGKILL"));
  const { signal, stderr, ...answer } = await outputOf(child);
  if (signal === "SIGKILL") {
    seen.killedSessions++;
    seen.kills.push(Date.now());
  } else {
    seen[hook === "sessionStart" ? "sessions" : "ended"]++;
    seen.answers.push(answer);
  }
  if (stderr !== "") seen.stderr.push(stderr);
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

const options = {
  minutes: { type: "string", default: "1" },
  dir: { type: "string", default: os.tmpdir() },
};
const args = readArguments(USAGE, { options }, ({ values }) => {
  if (!(Number(values.minutes) > 0)) throw new Error("--minutes must be a number above 0");
  return values;
});
if (args) {
  const { totals, wrong, kept } = await soak(Number(args.minutes), args.dir);
  for (const [native, numbers] of Object.entries(totals)) {
    console.log(native === "on" ? "With the native binding:" : "Without it:");
    for (const [what, number] of Object.entries(numbers))
      console.log(`${String(number).padStart(8)}  ${what}`);
  }
  for (const what of wrong) console.log(`WRONG: ${what}`);
  if (kept.length > 0) console.log(`The files are kept in ${kept.join(", ")}.`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
