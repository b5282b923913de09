/**
 * The files that our publishing displaces. A program that knows nothing of claims may still write into one that it has open:
 * what came in is found through our own descriptor, and merged into the file that took its place.
 */
import { isUtf8 } from "node:buffer";
import { randomBytes } from "../system/dependencies.ts";
import { writeWhole } from "../system/files.ts";
import { readAgain, type Snapshot } from "../system/snapshot.ts";
import { sleepMs } from "../system/time.ts";
import type { Change } from "./change.ts";
import { mergeTexts } from "./merge.ts";

/** What came into a displaced file. */
export interface OutsideEdit {
  /** What we knew to be in it. */
  base: Buffer;
  outside: Buffer;
  /** It is the file that our change was made on, not one that a merge has displaced. */
  isOriginal: boolean;
}

/** Longer than an appender takes between its open and its write, unless it is preempted. */
export const SETTLE_MS = 3;
/** How often a file that is being rewritten in place is read until two reads are the same. */
const MAX_READS = 30;

/**
 * What was written into one of the files since it was last read, which this call counts as.
 * @param displaced in the order in which they were displaced
 * @returns undefined if nothing was
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
 * Merges an outside edit into what the target holds now. Where both touch the same lines the outside version wins, with our
 * change made on it.
 * @param change our change
 * @param published what we published first
 * @returns the bytes to publish, null for "leave it as it is"; and whether `now` is not in them, so that it must be saved
 */
export function mergeOutsideEdit(
  { base, outside, isOriginal }: OutsideEdit,
  now: Buffer | null,
  change: Change,
  published: Buffer | undefined,
): { bytes: Buffer | null; isConflict: boolean } {
  // We read the file between an editor's truncate and its write. What it wrote is a new version that may hold our blocks:
  // apply our change to it, do not merge.
  const wasTruncated = isOriginal && base.length === 0;
  if (wasTruncated && now && published?.equals(now)) {
    return { bytes: changeIfPossible(change, outside), isConflict: false };
  }
  const isText = now && [base, outside, now].every(isUtf8);
  const merged = isText ? mergeTexts(base.toString(), outside.toString(), now.toString()) : null;
  if (merged === null) return { bytes: changeIfPossible(change, outside), isConflict: now !== null };
  return { bytes: merged === now?.toString() ? null : Buffer.from(merged), isConflict: false };
}

/** The outside version wins as it is if our change cannot be made on it. */
function changeIfPossible(change: Change, bytes: Buffer): Buffer {
  try {
    return change(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}

/**
 * Saves a version that could not be merged, beside the target.
 * @param saved the file of the try before, which is replaced
 * @returns its path
 * @throws the system's error
 */
export function saveBeside(target: string, bytes: Buffer, saved?: string): string {
  const file = saved ?? `${target}.${randomBytes(4).toString("hex")}.saved`;
  writeWhole(file, bytes);
  return file;
}
