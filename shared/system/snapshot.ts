import fs from "node:fs";
import { isCode } from "./errors.ts";
import { kindOf } from "./files.ts";
import { sleepMs } from "./sleep.ts";
import { TargetRefused } from "./targetPath.ts";

/** A file as it was read, and the open descriptor through which it can be looked at again. */
export interface Snapshot {
  fd: number;
  bytes: Buffer;
  stat: fs.BigIntStats;
}

/** Far above any file that a model could read; bounds the memory that a repository can make us use. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Longer than an editor pauses between cutting a file and writing it. */
const REST_MS = 1000;
const REST_POLL_MS = 10;
const MAX_LOOKS = 300;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Reads a file and keeps it open; null if there is none.
 * @throws {TargetRefused} if this user may not read it, it is too large, or not a regular file
 */
export function openSnapshot(path: string): Snapshot | null {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    if (isCode(error, "EACCES", "EPERM")) {
      throw new TargetRefused(
        `${path} may not be read by this user; it is left alone. Give yourself the right to read it.`,
      );
    }
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd, { bigint: true });
    if (!stat.isFile()) {
      throw new TargetRefused(`${path} is ${kindOf(stat)}, not a regular file; it is left alone.`);
    }
    return { fd, bytes: readAll(fd, path), stat };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/**
 * As `openSnapshot`, but a file that looks like one that somebody is rewriting in place, cut but not written yet, is
 * waited for until nobody has touched it for a second.
 * @param before the file as it was a moment ago
 */
export function openAtRest(path: string, before: Snapshot | null): Snapshot | null {
  for (let looks = 1; ; looks++) {
    const snapshot = openSnapshot(path);
    const isCut = snapshot && (snapshot.stat.size === 0n || isShorter(snapshot, before));
    const untouchedMs = snapshot ? Math.abs(Date.now() - Number(snapshot.stat.mtimeMs)) : REST_MS;
    if (!isCut || untouchedMs >= REST_MS || looks === MAX_LOOKS) return snapshot;
    closeSnapshot(snapshot);
    sleepMs(REST_POLL_MS);
  }
}

/** A shorter version that was published has an inode of its own. */
function isShorter({ stat }: Snapshot, before: Snapshot | null): boolean {
  return before?.stat.ino === stat.ino && stat.size < before.stat.size;
}

/** Never throws: a descriptor that was only read from has nothing more to say. */
export function closeSnapshot(snapshot: Snapshot | null): void {
  try {
    if (snapshot) fs.closeSync(snapshot.fd);
  } catch {}
}

/** What the snapshot's file holds now, wherever its name has gone. @throws the system's error */
export function readAgain({ fd }: Snapshot): Buffer {
  return readAll(fd, "the file");
}

/** Whether a path still names the file of the snapshot, with the same bytes, mode and owner. @throws the system's error */
export function isStill(path: string, snapshot: Snapshot): boolean {
  const now = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const same = (["dev", "ino", "mode", "uid", "gid"] as const).every(
    (key) => now?.[key] === snapshot.stat[key],
  );
  return same && readAgain(snapshot).equals(snapshot.bytes);
}

/**
 * Reads to the end, also of a file that grows or shrinks meanwhile.
 * @throws {TargetRefused} if there is too much, or no end to it
 */
function readAll(fd: number, path: string): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const { size } = fs.fstatSync(fd);
    if (position > MAX_BYTES || size > MAX_BYTES) {
      const limit = MAX_BYTES / 1024 / 1024;
      throw new TargetRefused(`${path} is larger than ${limit} MB; it is left alone. Make it shorter.`);
    }
    const chunk = Buffer.allocUnsafe(Math.max(size - position, 0) + 1);
    const read = fs.readSync(fd, chunk, 0, chunk.length, position);
    if (read === 0) return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    position += read;
  }
}
