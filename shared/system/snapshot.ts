/** Reads a file that other programs also write, in bounded memory. */
import fs from "node:fs";
import { isCode, quietly, Refusal } from "./errors.ts";
import { kindOf } from "./files.ts";
import { sleepMs } from "./time.ts";

/** A file as we read it. */
export interface FileContent {
  bytes: Buffer;
  stat: fs.BigIntStats;
}

/** A file as we read it, and the open descriptor through which we can read it again. */
export interface Snapshot extends FileContent {
  fd: number;
}

/** Far above any file that a model could read. Bounds the memory that a hostile repository can make us use. */
export const MAX_BYTES = 64 * 1024 * 1024;
/** Longer than an editor pauses between truncating a file and writing it. */
const REST_MS = 1000;
const REST_POLL_MS = 10;
const MAX_LOOKS = 300;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Reads a whole regular file, without following a link.
 * @returns null if the file is absent
 * @throws {Refusal} if this user may not read it, it is larger than `maxBytes`, or not a regular file
 */
export function readRegularFile(path: string, maxBytes = MAX_BYTES): FileContent | null {
  const snapshot = openSnapshot(path, maxBytes);
  closeSnapshot(snapshot);
  return snapshot;
}

/** Reads a file as `readRegularFile` does, and keeps it open. */
export function openSnapshot(path: string, maxBytes = MAX_BYTES): Snapshot | null {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    if (isCode(error, "EACCES", "EPERM")) {
      throw new Refusal("may not be read by this user", "Give this user permission to read it.", path);
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
 * Opens a snapshot, but waits while an editor seems to have truncated the file and not yet written it. The wait ends
 * once no program has touched the file for a second.
 * @param before the file as we read it a moment ago
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

/** Whether an editor has truncated the file in place. A shorter version that a writer published has another inode. */
function isShorter({ stat }: FileContent, before: FileContent | null): boolean {
  return before?.stat.ino === stat.ino && stat.size < before.stat.size;
}

/** Never throws, because closing a descriptor that we only read from loses nothing. */
export function closeSnapshot(snapshot: Snapshot | null): void {
  if (snapshot) quietly(() => fs.closeSync(snapshot.fd));
}

/** Reads what the snapshot's file holds now, even after a rename or an unlink. @throws the system's error */
export function readAgain({ fd }: Snapshot): Buffer {
  return readAll(fd, "the file", MAX_BYTES);
}

/** Whether a path still names the snapshot's file, with the same bytes, mode and owner. @throws the system's error */
export function isStill(path: string, snapshot: Snapshot): boolean {
  const now = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const same = (["dev", "ino", "mode", "uid", "gid"] as const).every(
    (key) => now?.[key] === snapshot.stat[key],
  );
  return same && readAgain(snapshot).equals(snapshot.bytes);
}

/**
 * Reads to the end of the file, even if it grows or shrinks meanwhile.
 * @throws {Refusal} if the file is larger than `maxBytes`, or endless
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
