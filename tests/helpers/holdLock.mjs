/**
 * Acquires the lock, sends `entered` (the lease), holds the lock, releases it, sends `left`. Parameters: target, options;
 * `hold`: until the test sends a line; `start`: a command to start while holding, which outlives us, its pid is sent as `started`; `spare`:
 * uses up all file descriptors but so many first.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { withFileLock } from "./library.mjs";
import { params, tell, waitForTest } from "./messages.mjs";

const { target, options, hold, spare } = params;
if (spare !== undefined) {
  withFileLock(`${target}.other`, () => {}, options);
  const used = [];
  try {
    for (;;) used.push(fs.openSync("/dev/null"));
  } catch (error) {
    if (error.code !== "EMFILE") throw error;
  }
  for (const fd of used.slice(0, spare)) fs.closeSync(fd);
}
withFileLock(
  target,
  (lease) => {
    const child =
      params.start && spawn(params.start[0], params.start.slice(1), { stdio: "ignore", detached: true });
    tell({ entered: lease, started: child?.pid });
    child?.unref();
    if (hold) waitForTest();
  },
  options,
);
tell({ left: true });
