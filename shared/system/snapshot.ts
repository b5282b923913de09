/** Reads a file that other programs also write, in bounded memory. */
import fs from "node:fs";
import { isCode, quietly, Refusal } from "./errors.ts";
import { isRenumbered, isSameFile, kindOf } from "./files.ts";
import { IS_WINDOWS } from "./platform.ts";
import { assertNoLink, retryWhileShared } from "./sharing.ts";

/** A file as we read it. */
export interface FileContent {
  bytes: Buffer;
  stat: fs.BigIntStats;
}

/** A file as we read it, and the open descriptor through which we can read it again. */
export interface Snapshot extends FileContent {
  fd: number;
}

const MB = 1024 * 1024;
/** Far above any CLAUDE.md: real ones have at most a few hundred KB. Bounds what a hostile repository makes us use. */
export const MAX_BYTES = 4 * MB;
/** What another program writes into a file while we replace it is not ours to refuse. */
const MAX_OUTSIDE_BYTES = 64 * MB;
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
    assertNoLink(path);
    fd = retryWhileShared(() => fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    if (isCode(error, "EACCES", "EPERM")) {
      const advice = "Give this user permission to read it.";
      throw new Refusal("may not be read by this user", advice, path, { cause: error });
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

/** Never throws, because closing a descriptor that we only read from loses nothing. Safe to call again. */
export function closeSnapshot(snapshot: Snapshot | null): void {
  if (!snapshot) return;
  quietly(() => fs.closeSync(snapshot.fd));
  snapshot.fd = -1;
}

/** Reads what the snapshot's file holds now, even after a rename or an unlink. @throws the system's error */
export function readAgain({ fd }: Pick<Snapshot, "fd">): Buffer {
  return readAll(fd, "the file", MAX_OUTSIDE_BYTES);
}

/**
 * Whether a path still names the snapshot's file, with the same bytes, mode and owner. The bytes come first, since reading
 * takes longer than the look at the name. On Windows, the snapshot may be closed, and modes and owners say nothing.
 * @throws the system's error
 */
export function isStill(path: string, snapshot: Snapshot): boolean {
  if (IS_WINDOWS) {
    const now = readRegularFile(path);
    const isSame = isSameFile(now?.stat, snapshot.stat) || isRenumbered(path);
    return isSame && now?.bytes.equals(snapshot.bytes) === true;
  }
  if (!readAgain(snapshot).equals(snapshot.bytes)) return false;
  const now = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const isSame = (["mode", "uid", "gid"] as const).every((key) => now?.[key] === snapshot.stat[key]);
  if (!isSame || isSameFile(now, snapshot.stat)) return isSame;
  return isRenumbered(path) && (readRegularFile(path)?.bytes.equals(snapshot.bytes) ?? false);
}

/**
 * Reads to the end of the file, even if it grows or shrinks meanwhile.
 * @throws {Refusal} if the file is larger than `maxBytes`, or endless
 */
function readAll(fd: number, path: string, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const { size } = fs.fstatSync(fd);
    assertSize(Math.max(position, size), path, maxBytes);
    const chunk = Buffer.allocUnsafe(Math.max(size - position, 0) + 1);
    const read = fs.readSync(fd, chunk, 0, chunk.length, position);
    if (read === 0) return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    position += read;
  }
}

/** @throws {Refusal} for more bytes than `maxBytes` */
export function assertSize(bytes: number, path: string, maxBytes = MAX_BYTES): void {
  if (bytes > maxBytes) throw new Refusal(`is larger than ${sizeOf(maxBytes)}`, "Make it shorter.", path);
}

function sizeOf(bytes: number): string {
  const [unit, name] = bytes < MB ? [1024, "KB"] : [MB, "MB"];
  return `${bytes / unit} ${name}`;
}
