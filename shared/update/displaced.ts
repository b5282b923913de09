/**
 * Handles the files that our publishes displace. A program that knows no claims may still write into one that it has
 * open. We find its text through our own descriptor, and merge it into the new file.
 */
import { isUtf8 } from "node:buffer";
import { randomBytes } from "../system/dependencies.ts";
import { writeWhole } from "../system/files.ts";
import { native } from "../system/native.ts";
import { readAgain, type Snapshot } from "../system/snapshot.ts";
import { monotonicMs, sleepMs } from "../system/time.ts";
import type { Change } from "./change.ts";
import { mergeTexts } from "./merge.ts";

/** What another program wrote into a displaced file. */
export interface OutsideEdit {
  /** The bytes that we read from the file before. */
  base: Buffer;
  /** The bytes that the file holds now. */
  outside: Buffer;
  /** Whether we made our change on this file, rather than displaced it by a merge. */
  isOriginal: boolean;
}

/** Longer than an appender takes from its open to its write, unless the kernel preempts it. */
export const SETTLE_MS = 3;
/** How long we wait for a program that has a displaced file open for writing, which may be for ever. */
export const MAX_OPEN_MS = 250;
const OPEN_POLL_MS = 1;
/** Like every failure of the binding, negative. */
const UNKNOWN = -1;
/** How often we read a file that an editor is rewriting in place, until two reads are the same. */
const MAX_READS = 30;

/**
 * Waits until no process can write into the displaced files any more. Where the kernel does not tell, waits for as long as
 * an appender takes.
 * @param publishedAtMs when the last of them was displaced, on the monotonic clock
 * @returns false if a process still has one of them open
 */
export function settle(displaced: readonly Snapshot[], publishedAtMs: number): boolean {
  const binding = native();
  for (;;) {
    const writers = displaced.map(({ fd }) => binding?.writers(fd) ?? UNKNOWN);
    const waitedMs = monotonicMs() - publishedAtMs;
    if (writers.every((answer) => answer === 0)) return true;
    if (writers.some((answer) => answer < 0)) {
      sleepMs(SETTLE_MS - waitedMs);
      return true;
    }
    if (waitedMs > MAX_OPEN_MS) return false;
    sleepMs(OPEN_POLL_MS);
  }
}

/**
 * Finds what another program wrote into one of the files since our last read. This call counts as a read.
 * @param displaced in the order in which we displaced them
 * @returns undefined if no file has changed
 * @throws the system's error
 */
export function findOutsideEdit(displaced: readonly Snapshot[]): OutsideEdit | undefined {
  const written = displaced.find((snapshot) => !readAgain(snapshot).equals(snapshot.bytes));
  if (!written) return undefined;
  const base = written.bytes;
  written.bytes = readAtRest(written);
  return { base, outside: written.bytes, isOriginal: written === displaced[0] };
}

function readAtRest(snapshot: Snapshot): Buffer {
  let bytes = readAgain(snapshot);
  for (let reads = 0; reads < MAX_READS; reads++) {
    sleepMs(SETTLE_MS);
    const now = readAgain(snapshot);
    if (now.equals(bytes)) break;
    bytes = now;
  }
  return bytes;
}

/**
 * Merges an outside edit into the target's current bytes. If both change the same lines, the outside version wins, and we
 * apply our change to it.
 * @param published the bytes of our first publish
 * @returns `bytes` to publish, null to leave the target as it is; `isConflict` if they drop `now`, so that the caller must
 *   save it
 */
export function mergeOutsideEdit(
  { base, outside, isOriginal }: OutsideEdit,
  now: Buffer | null,
  change: Change,
  published: Buffer | undefined,
): { bytes: Buffer | null; isConflict: boolean } {
  // We read the file between an editor's truncate and its write. The editor's text is a new version that may hold our
  // blocks: apply our change to it, do not merge.
  const wasTruncated = isOriginal && base.length === 0;
  if (wasTruncated && now && published?.equals(now)) {
    return { bytes: changeIfPossible(change, outside), isConflict: false };
  }
  const isText = now && [base, outside, now].every(isUtf8);
  const merged = isText ? mergeTexts(base.toString(), outside.toString(), now.toString()) : null;
  if (merged === null) return { bytes: changeIfPossible(change, outside), isConflict: now !== null };
  return { bytes: merged === now?.toString() ? null : Buffer.from(merged), isConflict: false };
}

/** Applies our change to the outside version, which wins unchanged if the change fails. */
function changeIfPossible(change: Change, bytes: Buffer): Buffer {
  try {
    return change(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}

/**
 * Saves a version that we could not merge, beside the target.
 * @param saved the file from the previous try, to replace
 * @returns the path of the saved version
 * @throws the system's error
 */
export function saveBeside(target: string, bytes: Buffer, saved?: string): string {
  const file = saved ?? `${target}.${randomBytes(4).toString("hex")}.saved`;
  writeWhole(file, bytes);
  return file;
}
