/** Small things about files and folders that Node does not have. */
import fs, { type BigIntStats, type Stats } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "./dependencies.ts";
import { isCode } from "./errors.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

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
    fs.mkdirSync(dir, PRIVATE_FOLDER);
  } catch (error) {
    // Another session was faster.
    if (!isCode(error, "EEXIST")) throw error;
  }
}

/**
 * Puts a private file in place, whole or not at all. The bytes are written here: `write-file-atomic` takes it for a
 * success when a full disk stores only a part of them.
 * @throws the system's error, with what was there before still in place
 */
export function writeWhole(file: string, bytes: Buffer): void {
  const tmpfileCreated = (temporary: string) => fs.writeFileSync(temporary, bytes);
  writeFileAtomic().sync(file, "", { mode: PRIVATE_FILE, tmpfileCreated });
}
