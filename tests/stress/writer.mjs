/**
 * Adds numbered lines by updates until the stop file appears, and notes in a file of its own what became of each.
 * Parameters: target, name, notes, stop, options, pauseMs (at most, between two updates).
 */
import fs from "node:fs";
import { updateFile } from "../helpers/library.mjs";
import { params } from "../helpers/messages.mjs";

const { target, name, notes, stop, options, pauseMs = 0 } = params;
const pause = new Int32Array(new SharedArrayBuffer(4));
/** On a full disk an appender leaves half a line. */
const whole = (text) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

const fd = fs.openSync(notes, "a");
for (let n = 0; !fs.existsSync(stop); n++) {
  const line = `${name}:${n};`;
  const { outcome, lock, message } = updateFile(target, (text) => `${whole(text ?? "")}${line}\n`, options);
  fs.writeSync(
    fd,
    `${JSON.stringify({ line, outcome, lock: lock.outcome, evicted: lock.evicted, message })}\n`,
  );
  if (pauseMs > 0) Atomics.wait(pause, 0, 0, Math.random() * pauseMs);
}
