/**
 * Adds to a number in a file, not atomically, in critical sections: two that overlap lose a number. Parameters: target,
 * counter, times, options. Sends `done`: how often it had the lock.
 */
import fs from "node:fs";
import { withFileLock } from "./library.mjs";
import { params, tell } from "./messages.mjs";

const { target, counter, times, options } = params;
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
}
tell({ done: locked });
