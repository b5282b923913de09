/**
 * Reads a file when no program is in the middle of rewriting it: an editor empties a file in place, and then writes it. Where
 * the kernel tells, we wait while a program has the file open for writing; elsewhere we guess from times.
 */
import fs from "node:fs";
import { native } from "../system/native.ts";
import {
  closeSnapshot,
  type FileContent,
  openSnapshot,
  readAgain,
  type Snapshot,
} from "../system/snapshot.ts";
import { monotonicMs, sleepMs } from "../system/time.ts";
import { Contention } from "./result.ts";

/** Longer than an appender takes from its open to its write, unless the kernel preempts it. */
export const SETTLE_MS = 3;
/** How long we wait for a program that has a displaced file open for writing, which may be for ever. */
export const MAX_OPEN_MS = 250;
/** Longer than an editor pauses between truncating a file and writing it. */
const REST_MS = 1000;
const POLL_MS = 1;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Whether any process has the file open for writing; undefined where the kernel does not tell. */
function isOpen({ fd }: Pick<Snapshot, "fd">): boolean | undefined {
  const answer = native()?.writers(fd) ?? -1;
  return answer < 0 ? undefined : answer > 0;
}

/**
 * Opens a snapshot once no program is rewriting the file.
 * @param before the file as we read it a moment ago
 * @param deadlineMs the longest that we wait, on the monotonic clock
 * @returns null if the file is absent
 * @throws {Contention} if a program is still rewriting it after a second
 */
export function openAtRest(path: string, before: FileContent | null, deadlineMs: number): Snapshot | null {
  const untilMs = Math.min(monotonicMs() + REST_MS, deadlineMs);
  for (;;) {
    const snapshot = openSnapshot(path);
    if (!snapshot || !isCut(snapshot, before)) return snapshot;
    const isRewritten = isOpen(snapshot);
    if (isRewritten === false) return snapshot;
    // Each touch restarts the wait: where the kernel does not tell, an old file is a finished one.
    const untouchedMs = Math.abs(Date.now() - Number(snapshot.stat.mtimeMs));
    if (isRewritten === undefined && untouchedMs >= REST_MS) return snapshot;
    closeSnapshot(snapshot);
    if (monotonicMs() >= (isRewritten ? untilMs : deadlineMs)) {
      throw new Contention("another program has emptied it, and not yet written the rest");
    }
    sleepMs(POLL_MS);
  }
}

/** Whether the file is empty, or shorter than before. A shorter version that a writer published has another inode. */
function isCut({ bytes, stat }: Snapshot, before: FileContent | null): boolean {
  return bytes.length === 0 || (before?.stat.ino === stat.ino && bytes.length < before.bytes.length);
}

/** Whether a program has the file open for writing, where the kernel tells, or has written it since we opened it. */
export function isUnfinished(snapshot: Snapshot): boolean {
  // Asked first, since a program may write and close the file between the two.
  if (isOpen(snapshot)) return true;
  const { mtimeNs, size } = fs.fstatSync(snapshot.fd, { bigint: true });
  return mtimeNs !== snapshot.stat.mtimeNs || size !== snapshot.stat.size;
}

/** Whether any process has a regular file open for writing; false where the kernel, or this user, cannot tell. */
export function isBeingWritten(path: string): boolean {
  if (!native()) return false;
  try {
    const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      return isOpen({ fd }) === true;
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return false;
  }
}

/**
 * Waits until no process can write into the displaced files any more. Where the kernel does not tell, waits for as long as
 * an appender takes.
 * @param publishedAtMs when the last of them was displaced, on the monotonic clock
 * @returns the files that a process still has open
 */
export function settle<T extends Snapshot>(displaced: readonly T[], publishedAtMs: number): T[] {
  for (;;) {
    const answers = displaced.map(isOpen);
    const waitedMs = monotonicMs() - publishedAtMs;
    if (answers.includes(undefined)) sleepMs(SETTLE_MS - waitedMs);
    const open = displaced.filter((_, index) => answers[index]);
    if (open.length === 0 || answers.includes(undefined) || waitedMs > MAX_OPEN_MS) return open;
    sleepMs(POLL_MS);
  }
}

/**
 * Reads a displaced file once no program is rewriting it, for a second at most.
 * @param known the bytes that we last read from it
 */
export function readAtRest(snapshot: Snapshot, known: Buffer): Buffer {
  const untilMs = monotonicMs() + REST_MS;
  let bytes = readAgain(snapshot);
  while (isOpen(snapshot) === undefined && monotonicMs() < untilMs) {
    sleepMs(SETTLE_MS);
    const now = readAgain(snapshot);
    const isEmptied = now.length === 0 && known.length > 0;
    if (now.equals(bytes) && !isEmptied) break;
    bytes = now;
  }
  return bytes;
}
