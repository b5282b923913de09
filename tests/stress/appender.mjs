/**
 * Appends numbered lines as a shell's `>>` does, knowing nothing of locks, until the stop file appears. Notes the lines
 * that must not be lost: those written at once after the opening. (One that was preempted in between may have written
 * into a file that was replaced longer ago than an update looks back.) Parameters: target, name, notes, stop.
 */
import fs from "node:fs";
import { params } from "../helpers/messages.mjs";

const AT_ONCE_MS = 2;

const { target, name, notes, stop } = params;
const fd = fs.openSync(notes, "a");
const pause = new Int32Array(new SharedArrayBuffer(4));
for (let n = 0; !fs.existsSync(stop); n++) {
  const line = `${name}:${n};`;
  const before = performance.now();
  const file = fs.openSync(target, "a");
  const isWhole = append(file, `${line}\n`);
  const atOnce = isWhole && performance.now() - before < AT_ONCE_MS;
  fs.closeSync(file);
  if (atOnce) fs.writeSync(fd, `${JSON.stringify({ line, outcome: "written" })}\n`);
  Atomics.wait(pause, 0, 0, Math.random() * 5);
}

/** @returns whether the disk had room for all of it */
function append(file, text) {
  try {
    return fs.writeSync(file, text) === text.length;
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
    return false;
  }
}
