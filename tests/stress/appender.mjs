/**
 * Adds lines as a shell's `>>` does, without a lock, and takes its time between the open and the write. Parameters: those
 * of addLines.mjs, target, holdMs (at most; one time in ten longHoldMs).
 */
import fs from "node:fs";
import { params } from "../helpers/messages.mjs";
import { addLines, holdTime, sleep } from "./addLines.mjs";

const { target } = params;

/** Whether the last line was cut, on a full disk: the next one would be a part of it. */
let isCut = false;

addLines((line) => {
  const file = fs.openSync(target, "a");
  sleep(holdTime());
  const isWhole = append(file, `${isCut ? "\n" : ""}${line}\n`);
  isCut = !isWhole;
  fs.closeSync(file);
  return { outcome: isWhole ? "written" : "failed" };
});

/** @returns whether the disk had room for all of it */
function append(file, text) {
  try {
    return fs.writeSync(file, text) === text.length;
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
    return false;
  }
}
