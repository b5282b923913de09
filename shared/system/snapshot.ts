/** Reading a file that other programs write too, in bounded memory. */
import fs from "node:fs";
import { isCode, quietly, Refusal } from "./errors.ts";
import { kindOf } from "./files.ts";
import { sleepMs } from "./time.ts";

/** A file as it was read. */
export interface FileContent {
  bytes: Buffer;
  stat: fs.BigIntStats;
}

/** A file as it was read, and the open descriptor through which it can be read again. */
export interface Snapshot extends FileContent {
  fd: number;
}

/** Far above any file that a model could read: bounds the memory that a repository can make us use. */
export const MAX_BYTES = 64 * 1024 * 1024;
/** Longer than an editor pauses between truncating a file and writing it. */
const REST_MS = 1000;
const REST_POLL_MS = 10;
const MAX_LOOKS = 300;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Reads a regular file whole; null if there is none. A link is not followed.
 * @throws {Refusal} if this user may not read it, it is larger than `maxBytes`, or not a regular file
 */
export function readRegularFile(path: string, maxBytes = MAX_BYTES): FileContent | null {
  const snapshot = openSnapshot(path, maxBytes);
  closeSnapshot(snapshot);
  return snapshot;
}

/** As `readRegularFile`, and keeps the file open. */
export function openSnapshot(path: string, maxBytes = MAX_BYTES): Snapshot | null {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    if (isCode(error, "EACCES", "EPERM")) {
      throw new Refusal("may not be read by this user", "Give yourself the right to read it.", path);
    }
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd, { bigint: true });
    if (!stat.isFile()) throw new Refusal(`is ${kindOf(stat)}, not a regular file`, "", path);
    return { fd, bytes: readAll(fd, path, maxBytes), stat };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/**
 * As `openSnapshot`, but waits for a file that an editor seems to have truncated and not written yet, until it has not been
 * touched for a second.
 * @param before the file as it was a moment ago
 */
export function openAtRest(path: string, before: FileContent | null): Snapshot | null {
  for (let looks = 1; ; looks++) {
    const snapshot = openSnapshot(path);
    const isTruncated = snapshot && (snapshot.stat.size === 0n || isShorter(snapshot, before));
    const untouchedMs = snapshot ? Math.abs(Date.now() - Number(snapshot.stat.mtimeMs)) : REST_MS;
    if (!isTruncated || untouchedMs >= REST_MS || looks === MAX_LOOKS) return snapshot;
    closeSnapshot(snapshot);
    sleepMs(REST_POLL_MS);
  }
}

/** A shorter version that was published has an inode of its own. */
function isShorter({ stat }: FileContent, before: FileContent | null): boolean {
  return before?.stat.ino === stat.ino && stat.size < before.stat.size;
}

/** Never throws: a descriptor that was only read from has nothing more to say. */
export function closeSnapshot(snapshot: Snapshot | null): void {
  if (snapshot) quietly(() => fs.closeSync(snapshot.fd));
}

/** What the snapshot's file holds now, wherever its name has gone. @throws the system's error */
export function readAgain({ fd }: Snapshot): Buffer {
  return readAll(fd, "the file", MAX_BYTES);
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
 * @throws {Refusal} if there is too much, or no end to it
 */
function readAll(fd: number, path: string, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const { size } = fs.fstatSync(fd);
    if (position > maxBytes || size > maxBytes) {
      throw new Refusal(`is larger than ${sizeOf(maxBytes)}`, "Make it shorter.", path);
    }
    const chunk = Buffer.allocUnsafe(Math.max(size - position, 0) + 1);
    const read = fs.readSync(fd, chunk, 0, chunk.length, position);
    if (read === 0) return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    position += read;
  }
}

function sizeOf(bytes: number): string {
  const [unit, name] = bytes < 1024 * 1024 ? [1024, "KB"] : [1024 * 1024, "MB"];
  return `${bytes / unit} ${name}`;
}
