/** Many writers on one file: how many updates they make, how evenly, and whether all updates are in the file at the end. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withAddon } from "../scripts/nodes.mjs";
import { root, tempDir } from "./place.mjs";
import { median, quantile, spread } from "./stats.mjs";

const contender = fileURLToPath(new URL("contender.mjs", import.meta.url));
const hasAddon = withAddon(path.join(root, "node_modules")) !== null;
const RIVALS = {
  "pact-hooks, as installed": { rival: "pact-hooks" },
  "pact-hooks, with the flock program": { rival: "pact-hooks", env: { PACT_HOOKS_FLOCK: "flock" } },
  "proper-lockfile": { rival: "proper-lockfile" },
  "flock, polled every 100 ms": { rival: "polling-flock", needsAddon: true },
  "unlink if old": { rival: "unlink-if-old" },
};
const NAMES = Object.keys(RIVALS).filter((name) => hasAddon || !RIVALS[name].needsAddon);
const OURS = NAMES.filter((name) => name.startsWith("pact-hooks"));
const WRITERS = [1, 2, 4, 8, 16];
/** The TTL is the shortest that `proper-lockfile` takes. */
const SUSPENDED = { writers: 6, ttlMs: 2000, suspendMs: 2500, pauseMs: 300, workMs: 5 };
const MIN_SHARE_OF_ONE = 0.6;
const MIN_RATIO = 2;

export async function measureContention({ quick, progress }) {
  const places = { disk: os.tmpdir(), ...(fs.existsSync("/dev/shm") && { memory: "/dev/shm" }) };
  const suspended = await measureSuspended(places.memory ?? places.disk, quick ? 2 : 4, progress);
  const tables = [];
  const goals = OURS.map((name) => lossGoal(`${name}, with suspended writers`, suspended[name].lost));
  const ratios = {};
  for (const [place, parent] of Object.entries(places)) {
    const tell = (what) => (writers, name) =>
      progress(`contention, ${place}, ${what}: ${writers} writers, ${name}`);
    const bursts = await forAll(tell("bursts"), (rival, writers) =>
      measureBursts(rival, { writers, bursts: quick ? 4 : 20, parent }),
    );
    const loops = await forAll(tell("loops"), (rival, writers) =>
      measureLoop(rival, { writers, seconds: quick ? 0.5 : 2, parent }),
    );
    tables.push(burstTable(place, bursts), loopTable(place, loops));
    const losesNothing = (name) =>
      [suspended[name], ...Object.values(loops[name]), ...Object.values(bursts[name])].every(
        ({ lost }) => lost === 0,
      );
    const honest = NAMES.filter((name) => !OURS.includes(name) && losesNothing(name));
    judge(`bursts on ${place}`, bursts, honest, goals, ratios);
    judge(`loops on ${place}`, loops, honest, goals, ratios);
  }
  tables.push(suspendedTable(suspended));
  return {
    title: "Contention",
    note:
      "Each writer is a process that adds to a number of its own in one file, each time as a full durable update " +
      "(`fsync`). In a **burst** all writers start at the same moment and make one update each, as sessions do. The " +
      "rate is the number of writers by the time until the last one is done. In a **loop** each writer makes one update " +
      "after the other. A lock that one writer keeps taking while the others sleep gets the highest rate there, but " +
      "starves the others. *Slowest* shows that: the slowest writer's part of an equal share. *Hand-over* is the time " +
      "between an update of one writer and the next update of another. The other locks write with `write-file-atomic`, " +
      "and do not look for what outsiders write at the same moment. For that, each update of ours asks the kernel who " +
      "has the old file open; without the binding, it waits 3 ms, outside of the lock. The goals compare us only with locks that lose nothing in any table. `proper-lockfile` is faster in many rows, but loses " +
      "updates in the last table.",
    tables,
    goals,
    ratios,
  };
}

async function forAll(tell, measure) {
  const results = Object.fromEntries(NAMES.map((name) => [name, {}]));
  for (const writers of WRITERS) {
    for (const name of NAMES) {
      tell(writers, name);
      results[name][writers] = await measure(RIVALS[name], writers);
    }
  }
  return results;
}

function lossGoal(what, lost) {
  return { what: `${what}: lost`, goal: "0", measured: `${lost}`, met: lost === 0 };
}

function judge(where, results, honest, goals, ratios) {
  for (const name of OURS) {
    const lost = Object.values(results[name]).reduce((sum, result) => sum + result.lost, 0);
    goals.push(lossGoal(`${name}, ${where}`, lost));
    const share = results[name][8].perSecond / results[name][1].perSecond;
    ratios[`contention, ${where}: ${name}, 8 writers to 1`] = exact(share);
    goals.push(atLeast(`${name}, ${where}: rate of 8 writers to that of one`, MIN_SHARE_OF_ONE, share));
  }
  for (const rival of honest) {
    const all = WRITERS.filter((writers) => writers > 1).map(
      (writers) => results[OURS[0]][writers].perSecond / results[rival][writers].perSecond,
    );
    ratios[`contention, ${where}: ${OURS[0]} to ${rival}`] = { ...spread(all), better: "higher" };
    goals.push(
      atLeast(
        `${OURS[0]}, ${where}: rate to that of ${rival}, median of 2 to 16 writers`,
        MIN_RATIO,
        median(all),
      ),
    );
  }
}

const exact = (value) => ({ median: value, low: value, high: value, better: "higher" });
const atLeast = (what, goal, value) => ({
  what,
  goal: `at least ${goal}`,
  measured: value.toFixed(2),
  met: value >= goal,
});

function burstTable(place, results) {
  return {
    title: `Bursts on ${place}`,
    head: ["lock", ...WRITERS.map((writers) => `${writers}: all done after`), "lost"],
    rows: NAMES.map((name) => [
      name,
      ...WRITERS.map((writers) => `${results[name][writers].tookMs.toFixed(1)} ms`),
      WRITERS.reduce((sum, writers) => sum + results[name][writers].lost, 0),
    ]),
  };
}

function loopTable(place, results) {
  const rows = NAMES.flatMap((name) =>
    WRITERS.map((writers) => {
      const { perSecond, gaps, slowest, lost, failed } = results[name][writers];
      const shown =
        gaps.length > 0 ? [median(gaps), quantile(gaps, 0.99)].map((ms) => `${ms.toFixed(1)} ms`) : ["", ""];
      return [name, writers, perSecond.toFixed(0), ...shown, slowest.toFixed(2), lost, failed];
    }),
  );
  const head = [
    "lock",
    "writers",
    "updates/s",
    "hand-over, median",
    "99th percentile",
    "slowest",
    "lost",
    "given up",
  ];
  return { title: `Loops on ${place}`, head, rows };
}

function suspendedTable(results) {
  const { writers, ttlMs, suspendMs, workMs } = SUSPENDED;
  return {
    title: `${writers} writers in loops, of which the one at work is suspended for ${suspendMs} ms again and again, with a TTL of ${ttlMs} ms; each change takes ${workMs} ms`,
    head: ["lock", "updates", "lost", "given up"],
    rows: Object.entries(results).map(([name, { updates, lost, failed }]) => [name, updates, lost, failed]),
  };
}

async function measureBursts(rival, { writers, bursts, parent }) {
  const crowd = await gather(rival, { writers, seconds: 0, parent });
  const times = [];
  for (let i = -1; i < bursts; i++) {
    const start = Number(process.hrtime.bigint()) / 1e6;
    const moments = (await crowd.go()).flatMap(({ moments }) => moments);
    if (i >= 0) times.push(Math.max(...moments) - start);
  }
  const { lost } = await crowd.end();
  const tookMs = median(times);
  return { tookMs, perSecond: (writers / tookMs) * 1000, lost };
}

async function measureLoop(rival, { writers, seconds, parent }) {
  const crowd = await gather(rival, { writers, seconds, parent });
  const results = await crowd.go();
  return { ...figuresOf(results, seconds), ...(await crowd.end()) };
}

async function measureSuspended(parent, turns, progress) {
  const { suspendMs, pauseMs, ...params } = SUSPENDED;
  const results = {};
  for (const name of NAMES) {
    progress(`contention: suspended writers, ${name}`);
    const seconds = (turns * (suspendMs + pauseMs)) / 1000;
    const crowd = await gather(RIVALS[name], { ...params, seconds, parent });
    const done = crowd.go();
    for (let turn = 0; turn < turns; turn++) {
      await setTimeout(pauseMs);
      const victim = crowd.children[crowd.inside()];
      victim.kill("SIGSTOP");
      await setTimeout(suspendMs);
      victim.kill("SIGCONT");
    }
    results[name] = { ...figuresOf(await done, seconds), ...(await crowd.end()) };
  }
  return results;
}

function figuresOf(results, seconds) {
  const updates = results.flatMap(({ moments }, writer) => moments.map((at) => ({ at, writer })));
  updates.sort((a, b) => a.at - b.at);
  const gaps = updates
    .slice(1)
    .flatMap(({ at, writer }, before) =>
      updates[before].writer === writer ? [] : [at - updates[before].at],
    );
  const fewest = Math.min(...results.map(({ moments }) => moments.length));
  return {
    updates: updates.length,
    perSecond: updates.length / seconds,
    gaps,
    slowest: fewest / (updates.length / results.length || 1),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Starts writers on a file of their own. `go` returns the results of each; `end` counts the updates that are missing. */
async function gather({ rival, env = {} }, { writers, seconds, parent, ttlMs, workMs = 0 }) {
  const dir = tempDir(parent);
  const target = path.join(dir, "CLAUDE.md");
  const names = Array.from({ length: writers }, (_, number) => `writer${number}`);
  const ordinary = "- a line about how things are done here\n".repeat(100);
  fs.writeFileSync(target, `${names.map((name) => `${name} 0\n`).join("")}${ordinary}`);
  const done = names.map(() => 0);
  const all = names.map((name) =>
    start({ rival, target, name, seconds, workMs, options: { ttlMs } }, env, dir),
  );
  await Promise.all(all.map(({ nextLine }) => nextLine()));
  return {
    children: all.map(({ child }) => child),
    inside: () => names.indexOf(fs.readFileSync(`${target}.inside`, "utf8")),
    async go() {
      for (const { child } of all) child.stdin.write("go\n");
      const results = await Promise.all(all.map(async ({ nextLine }) => JSON.parse(await nextLine())));
      results.forEach(({ moments }, number) => {
        done[number] += moments.length;
      });
      return results;
    },
    async end() {
      await Promise.all(
        all.map(({ child, ended }) => {
          child.stdin.end();
          return ended;
        }),
      );
      const text = fs.readFileSync(target, "utf8");
      const counted = names.map((name) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0));
      fs.rmSync(dir, { recursive: true, force: true });
      return { lost: done.reduce((sum, count, number) => sum + Math.abs(count - counted[number]), 0) };
    },
  };
}

function start(params, env, dir) {
  const child = spawn(process.execPath, [contender, JSON.stringify(params)], {
    env: { ...process.env, ...env, CLAUDE_CONFIG_DIR: path.join(dir, "config") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`a writer of ${params.rival} has ended`);
    return value;
  };
  return { child, ended, nextLine };
}
