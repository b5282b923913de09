import fs, { type BigIntStats, type Stats } from "node:fs";
import { isCode } from "./errors.ts";

/** What a path is, for a sentence: "a folder". */
export function kindOf(stat: Stats | BigIntStats): string {
  if (stat.isFile()) return "a regular file";
  if (stat.isDirectory()) return "a folder";
  if (stat.isSymbolicLink()) return "a symbolic link";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isSocket()) return "a socket";
  return "a device";
}

/** Whether a path names anything, be it a link that leads nowhere. @throws the system's error if it cannot be told */
export function isThere(path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isCode(error, "ENOTDIR")) return false;
    throw error;
  }
}
