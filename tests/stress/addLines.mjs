import fs from "node:fs";
import { params } from "../helpers/messages.mjs";

/**
 * Adds numbered lines until the stop file appears, and notes what became of them in a file of its own. Parameters of the
 * program: name, notes, stop, pauseMs (at most, between two lines).
 * @param {(line: string) => object | undefined} add what to note of the line, if anything
 */
export function addLines(add) {
  const { name, notes, stop, pauseMs } = params;
  const fd = fs.openSync(notes, "a");
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let n = 0; !fs.existsSync(stop); n++) {
    const line = `${name}:${n};`;
    const note = add(line);
    if (note) fs.writeSync(fd, `${JSON.stringify({ line, ...note })}\n`);
    if (pauseMs > 0) Atomics.wait(pause, 0, 0, Math.random() * pauseMs);
  }
}
