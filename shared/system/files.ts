/** Helpers for files and folders that Node lacks. */
import fs, { type BigIntStats, type Stats } from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "./dependencies.ts";
import { isCode, quietly } from "./errors.ts";
import { IS_WINDOWS } from "./platform.ts";
import { assertNoLink, retryWhileShared } from "./sharing.ts";

const { O_RDONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The kind of a file, in words for a message: "a folder". */
export function kindOf(stat: Stats | BigIntStats): string {
  if (stat.isFile()) return "a regular file";
  if (stat.isDirectory()) return "a folder";
  if (stat.isSymbolicLink()) return "a symbolic link";
  if (stat.isFIFO()) return "a named pipe";
  if (stat.isSocket()) return "a socket";
  return "a device";
}

/** Whether a path exists, even as a dangling link. @throws the system's error if that stays unknown */
export function isThere(path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isCode(error, "ENOTDIR")) return false;
    throw error;
  }
}

/** Whether this user may use a file or folder in these ways (`R_OK`, `W_OK`, `X_OK`). False if it is absent. */
export function isAccessible(path: string, mode: number): boolean {
  try {
    fs.accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Joins a name to a folder's path, which must be normalized already. `path.join` rescans every character, so often in a
 * hook that V8 starts optimizing it, and the process waits for V8 before it exits.
 */
export function inFolder(dir: string, name: string): string {
  return dir === "" || dir.endsWith(path.sep) ? dir + name : dir + path.sep + name;
}

/**
 * Makes a private folder (0700) and its missing parents. Node's own recursive mkdir never returns if the system reports
 * ENOENT below a folder that exists (/proc).
 * @throws the system's error
 */
export function makeFolders(dir: string): void {
  // Mostly it is there, and Node takes longer to make an error than to look.
  if (fs.existsSync(dir)) return;
  if (dir !== path.dirname(dir)) makeFolders(path.dirname(dir));
  try {
    fs.mkdirSync(dir, PRIVATE_FOLDER);
  } catch (error) {
    // Another session made the folder first.
    if (!isCode(error, "EEXIST")) throw error;
    return;
  }
  giveToOwnerAbove(dir);
}

/**
 * Gives a file or folder that root has just created to the owner of the folder above it, so that a session as root does
 * not lock that owner out. Never throws.
 * @param fd a folder is opened; a file needs its descriptor, because its name may lead to another file by now
 */
export function giveToOwnerAbove(created: string, fd?: number): void {
  if (process.geteuid?.() !== 0) return;
  quietly(() => {
    const { uid, gid } = fs.statSync(path.dirname(created));
    if (uid === 0) return;
    if (fd !== undefined) return fs.fchownSync(fd, uid, gid);
    const folder = fs.openSync(created, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    fs.fchownSync(folder, uid, gid);
    fs.closeSync(folder);
  });
}

/**
 * Opens a file, and creates it if it is absent. Another process may create or remove the file meanwhile: then tries the
 * other way.
 * @param flags without `O_CREAT`
 * @param exists whether the file is probably there
 * @throws the system's error
 */
export function openOrCreate(file: string, flags: number, mode = PRIVATE_FILE, exists = true): number {
  for (let isThere = exists; ; isThere = !isThere) {
    try {
      if (isThere) return fs.openSync(file, flags);
      const fd = fs.openSync(file, flags | O_CREAT | O_EXCL, mode);
      giveToOwnerAbove(file, fd);
      return fd;
    } catch (error) {
      if (!isCode(error, isThere ? "ENOENT" : "EEXIST")) throw error;
    }
  }
}

/**
 * Opens a private file, and makes it and the folders that it lies in if there are none. Follows no link.
 * @throws the system's error
 */
export function openPrivate(file: string, flags: number): number {
  makeFolders(path.dirname(file));
  assertNoLink(file);
  return retryWhileShared(() =>
    openOrCreate(file, flags | O_NOFOLLOW | O_NONBLOCK, PRIVATE_FILE, fs.existsSync(file)),
  );
}

/** What identifies a file. Windows and some file systems number files beyond what a `number` can hold. */
interface Identity {
  dev: bigint;
  ino: bigint;
}

/** Whether two looks found the same file; false if one of them found none. */
export function isSameFile(a: Identity | null | undefined, b: Identity | null | undefined): boolean {
  return !!a && !!b && a.ino === b.ino && deviceOf(a) === deviceOf(b);
}

/** Some versions of Node for Windows give a volume's number 64 bits if asked for a name, and 32 for a descriptor. */
function deviceOf({ dev }: Identity): bigint {
  return IS_WINDOWS ? BigInt.asUintN(32, dev) : dev;
}

/** Whether a file has another inode number at each look, as on some network file systems: there, a number says nothing. */
export function isRenumbered(file: string): boolean {
  const look = () => fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
  const [first, second] = [look(), look()];
  return first !== undefined && second !== undefined && !isSameFile(first, second);
}

/**
 * Puts a private file in place, whole or not at all. We write the bytes ourselves, because `write-file-atomic` reports
 * success when a full disk stores only part of them.
 * @throws the system's error; the previous file then stays in place
 */
export function writeWhole(file: string, bytes: Buffer): void {
  const tmpfileCreated = (temporary: string) => fs.writeFileSync(temporary, bytes);
  retryWhileShared(() => writeFileAtomic().sync(file, "", { mode: PRIVATE_FILE, tmpfileCreated }));
}
