/**
 * Adds lines as a shell's `>>` does, without a lock. Notes only the lines that must not be lost: those written at once after
 * the open. (An appender that is preempted in between may write into a file that was replaced longer ago than an update
 * looks back.) Parameters: those of addLines.mjs, target.
 */
import fs from "node:fs";
import { params } from "../helpers/messages.mjs";
import { addLines } from "./addLines.mjs";

const AT_ONCE_MS = 2;

addLines((line) => {
  const before = performance.now();
  const file = fs.openSync(params.target, "a");
  const isWhole = append(file, `${line}\n`);
  const atOnce = isWhole && performance.now() - before < AT_ONCE_MS;
  fs.closeSync(file);
  return atOnce ? { outcome: "written" } : undefined;
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
