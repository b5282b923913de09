import fs from "node:fs";
import { params } from "../helpers/messages.mjs";

const now = () => performance.timeOrigin + performance.now();
const pause = new Int32Array(new SharedArrayBuffer(4));

/** @param {number} ms */
export function sleep(ms) {
  if (ms > 0) Atomics.wait(pause, 0, 0, ms);
}

/** For how long to hold the file this time, in milliseconds: holdMs at most, one time in ten longHoldMs. */
export function holdTime() {
  const { holdMs, longHoldMs } = params;
  return Math.random() * (Math.random() < 0.1 ? longHoldMs : holdMs);
}

/**
 * Adds numbered lines until the stop file appears, and notes what became of them in a file of its own, with the times
 * between which each was added. Parameters of the program: name, notes, stop, pauseMs (at most, between two lines).
 * @param {(line: string) => object} add what to note of the line
 */
export function addLines(add) {
  const { name, notes, stop, pauseMs } = params;
  const fd = fs.openSync(notes, "a");
  for (let n = 0; !fs.existsSync(stop); n++) {
    const line = `${name}:${n};`;
    const from = now();
    const note = add(line);
    fs.writeSync(fd, `${JSON.stringify({ line, from, to: now(), ...note })}\n`);
    sleep(Math.random() * pauseMs);
  }
}
