/**
 * Makes updates that add a line each, one after the other. Parameters: target, name, times, options. Sends `done`: how often
 * each outcome of update and lock came.
 */
import { updateFile } from "./library.mjs";
import { params, tell } from "./messages.mjs";

const { target, name, times, options } = params;
const done = {};
for (let i = 0; i < times; i++) {
  const { outcome, lock } = updateFile(target, (text) => `${text ?? ""}${name} ${i}\n`, options);
  const both = `${outcome} ${lock.outcome}`;
  done[both] = (done[both] ?? 0) + 1;
}
tell({ done });
