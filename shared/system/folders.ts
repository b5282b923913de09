import fs from "node:fs";
import path from "node:path";
import { isCode } from "./errors.ts";

/**
 * The path of a name in a folder whose path is normal. `path.join` looks at every character of it again, so often in a
 * hook that V8 sets about optimizing that, and the end of the process waits for it.
 */
export function inFolder(dir: string, name: string): string {
  return dir === "" || dir.endsWith(path.sep) ? dir + name : dir + path.sep + name;
}

/**
 * Makes a private folder (0700) and the ones above it. Node's own recursive mkdir never ends where the system says
 * ENOENT below a folder that exists (/proc).
 * @throws the system's error
 */
export function makeFolders(dir: string): void {
  try {
    makeFolder(dir);
  } catch (error) {
    if (!isCode(error, "ENOENT") || dir === path.dirname(dir)) throw error;
    makeFolders(path.dirname(dir));
    makeFolder(dir);
  }
}

function makeFolder(dir: string): void {
  try {
    fs.mkdirSync(dir, 0o700);
  } catch (error) {
    // Another session was faster.
    if (!isCode(error, "EEXIST")) throw error;
  }
}
