/**
 * Adds numbered lines by updates until the stop file appears, and notes in a file of its own what became of each.
 * Parameters: target, name, notes, stop, options.
 */
import fs from "node:fs";
import { updateFile } from "../helpers/library.mjs";
import { params } from "../helpers/messages.mjs";

const { target, name, notes, stop, options } = params;
const fd = fs.openSync(notes, "a");
for (let n = 0; !fs.existsSync(stop); n++) {
  const line = `${name}:${n}`;
  const { outcome, lock, message } = updateFile(target, (text) => `${text ?? ""}${line}\n`, options);
  fs.writeSync(fd, `${JSON.stringify({ line, outcome, lock: lock.outcome, message })}\n`);
}
