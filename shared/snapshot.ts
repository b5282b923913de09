import fs from "node:fs";
import { isCode } from "./errors.ts";
import { kindOf } from "./fileKind.ts";
import { TargetRefused } from "./targetPath.ts";

/** A file as it was read, and the open descriptor through which it can be looked at again. */
export interface Snapshot {
  fd: number;
  bytes: Buffer;
  stat: fs.BigIntStats;
}

/** Far above any file that a model could read; bounds the memory that a repository can make us use. */
const MAX_BYTES = 64 * 1024 * 1024;
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
    if (stat.size > MAX_BYTES) {
      throw new TargetRefused(
        `${path} is larger than ${MAX_BYTES / 1024 / 1024} MB; it is left alone. Make it shorter.`,
      );
    }
    return { fd, bytes: readAll(fd), stat };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** Never throws: a descriptor that was only read from has nothing more to say. */
export function closeSnapshot(snapshot: Snapshot | null): void {
  try {
    if (snapshot) fs.closeSync(snapshot.fd);
  } catch {}
}

/** What the snapshot's file holds now, wherever its name has gone. @throws the system's error */
export function readAgain({ fd }: Snapshot): Buffer {
  return readAll(fd);
}

/** Whether a path still names the file of the snapshot, with the same bytes, mode and owner. @throws the system's error */
export function isStill(path: string, snapshot: Snapshot): boolean {
  const now = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const same = (["dev", "ino", "mode", "uid", "gid"] as const).every(
    (key) => now?.[key] === snapshot.stat[key],
  );
  return same && readAgain(snapshot).equals(snapshot.bytes);
}

/** Reads to the end, also of a file that grows or shrinks meanwhile. */
function readAll(fd: number): Buffer {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(Math.max(Number(fs.fstatSync(fd).size) - position, 0) + 1);
    const read = fs.readSync(fd, chunk, 0, chunk.length, position);
    if (read === 0) return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    position += read;
  }
}
