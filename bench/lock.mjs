/** Acquiring and releasing a lock without contention. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { withFileLock } from "../dist/index.mjs";
import { tempDir } from "./place.mjs";
import { roundRobin, spread, timeMs } from "./stats.mjs";

const require = createRequire(import.meta.url);
const GOAL = 0.1;
const RECORD = "x".repeat(120);

export async function measureLock({ quick, progress }) {
  const dir = tempDir();
  const target = path.join(dir, "CLAUDE.md");
  fs.writeFileSync(target, "text\n");
  const cases = casesOf(target, path.join(dir, "plain.lock"));
  const times = await roundRobin(cases, quick ? 10 : 40, (done) => progress(`lock: ${done}`));
  const theirs = "proper-lockfile, lockSync";
  const ratios = {};
  const rows = Object.entries(times).map(([name, values]) => {
    const { median, low, high } = spread(values);
    const ratio = spread(values.map((value, round) => value / times[theirs][round]));
    if (name !== theirs) ratios[`lock: ${name}`] = { ...ratio, better: "lower" };
    const us = (ms) => (ms * 1000).toFixed(1);
    return [name, `${us(median)} µs`, `${us(low)} to ${us(high)} µs`, ratio.median.toFixed(3)];
  });
  const ours = ratios["lock: pact-hooks, as installed"];
  return {
    title: "Lock",
    note:
      "Acquire and release in one process, without contention. The ratio is to the faster form of `proper-lockfile`, in " +
      "the same round. Its lock is a folder. Ours is a file that stays, with a record of its holder in it. Writing and " +
      "truncating that record takes much of our time, as the last row shows.",
    tables: [{ head: ["lock", "median", "quartiles", "ratio"], rows }],
    goals: ours
      ? [
          {
            what: "acquire and release, against `proper-lockfile`",
            goal: `at most ${GOAL}`,
            measured: ours.median.toFixed(3),
            met: ours.median <= GOAL,
          },
        ]
      : [],
    ratios,
  };
}

function casesOf(target, plainLock) {
  const proper = require("proper-lockfile");
  const ours = (backend, times) => () => {
    process.env.PACT_HOOKS_FLOCK = backend;
    return each(times, () =>
      withFileLock(target, ({ outcome }) => {
        if (outcome !== "locked") throw new Error("the lock failed open");
      }),
    );
  };
  const cases = {
    "proper-lockfile, lockSync": () => each(50, () => proper.lockSync(target)()),
    "proper-lockfile, lock": () => eachAsync(50, async () => (await proper.lock(target))()),
    "pact-hooks, with the flock program": ours("flock", 5),
    "pact-hooks, as installed": ours("", 200),
  };
  const flock = addon();
  if (flock) {
    cases["open, flock, close"] = () =>
      each(200, () => {
        const fd = fs.openSync(plainLock, "a");
        flock(fd, "exnb");
        fs.closeSync(fd);
      });
    cases["open, flock, write a record, truncate, close"] = () =>
      each(200, () => {
        const fd = fs.openSync(plainLock, "r+");
        flock(fd, "exnb");
        fs.writeSync(fd, RECORD);
        fs.ftruncateSync(fd, 0);
        fs.closeSync(fd);
      });
  }
  return cases;
}

function addon() {
  try {
    return require("fs-ext").flockSync;
  } catch {
    return null;
  }
}

/** Milliseconds for one run, as the mean of many. */
function each(times, run) {
  return (
    timeMs(() => {
      for (let i = 0; i < times; i++) run();
    }) / times
  );
}

async function eachAsync(times, run) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) await run();
  return Number(process.hrtime.bigint() - start) / 1e6 / times;
}
