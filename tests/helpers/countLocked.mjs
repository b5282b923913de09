/**
 * Adds to a number in a file, not atomically, in critical sections: two that overlap lose a number. Parameters: target,
 * counter, times, options, pauseMs (the longest pause between two). Sends `done`: how often it had the lock.
 */
import fs from "node:fs";
import { withFileLock } from "./library.mjs";
import { params, tell } from "./messages.mjs";

const { target, counter, times, options, pauseMs = 0 } = params;
const pause = new Int32Array(new SharedArrayBuffer(4));
let locked = 0;
for (let i = 0; i < times; i++) {
  withFileLock(
    target,
    (lease) => {
      if (lease.outcome === "locked") locked++;
      fs.writeFileSync(counter, String(Number(fs.readFileSync(counter, "utf8")) + 1));
    },
    options,
  );
  if (pauseMs > 0) Atomics.wait(pause, 0, 0, Math.random() * pauseMs);
}
tell({ done: locked });
