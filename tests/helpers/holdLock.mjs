/**
 * Acquires the lock, sends `entered` (the lease), holds the lock, releases it, sends `left`. Parameters: target, options;
 * `hold`: until the test sends a line; `start`: a command to start while holding, its pid is sent as `started`; `exhaust`:
 * uses up all file descriptors first.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { withFileLock } from "./library.mjs";
import { params, tell, waitForTest } from "./messages.mjs";

const { target, options, hold, exhaust } = params;
if (exhaust) {
  withFileLock(`${target}.other`, () => {}, options);
  try {
    for (;;) fs.openSync("/dev/null");
  } catch (error) {
    if (error.code !== "EMFILE") throw error;
  }
}
withFileLock(
  target,
  (lease) => {
    const child = params.start && spawn(params.start[0], params.start.slice(1), { stdio: "ignore" });
    tell({ entered: lease, started: child?.pid });
    child?.unref();
    if (hold) waitForTest();
  },
  options,
);
tell({ left: true });
