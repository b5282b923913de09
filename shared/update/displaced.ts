/**
 * Handles the files that our publishes displace. A program that knows no claims may still write into one that it has
 * open. We find its text through our own descriptor, and merge it into the new file.
 */
import { isUtf8 } from "node:buffer";
import { writeWhole } from "../system/files.ts";
import { readAgain } from "../system/snapshot.ts";
import { readAtRest } from "./atRest.ts";
import type { Change } from "./change.ts";
import { nameBeside } from "./claim.ts";
import { mergeKeepingBoth, mergeTexts } from "./merge.ts";
import type { Displaced } from "./publish.ts";

/** What another program wrote into a displaced file. */
export interface OutsideEdit {
  /** The file that holds it. */
  from: Displaced;
  /** The bytes that we read from the file before. */
  base: Buffer;
  /** The bytes that the file holds now. */
  outside: Buffer;
  /** Whether we made our change on this file, rather than displaced it by a merge. */
  isOriginal: boolean;
}

/**
 * Finds what another program wrote into one of the files since our last read. This call counts as a read.
 * @param displaced in the order in which we displaced them
 * @param open those that a program still has open for writing: one that is shorter now may be about to be written
 * @returns undefined if no file has changed
 * @throws the system's error
 */
export function findOutsideEdit(
  displaced: readonly Displaced[],
  open: readonly Displaced[],
): OutsideEdit | undefined {
  for (const from of displaced) {
    const base = from.bytes;
    if (readAgain(from).equals(base)) continue;
    const outside = readAtRest(from, base);
    if (open.includes(from) && outside.length < base.length) continue;
    from.bytes = outside;
    return { from, base, outside, isOriginal: from === displaced[0] };
  }
  return undefined;
}

/**
 * Merges an outside edit into the target's current bytes. If both change the same lines, the outside version wins, and we
 * apply our change to it.
 * @param published the bytes of our first publish
 * @returns `bytes` to publish, null to leave the target as it is; `isConflict` if they drop `now`, so that the caller must
 *   save it
 */
export function mergeOutsideEdit(
  { base, outside, isOriginal }: Omit<OutsideEdit, "from">,
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
  if (merged === null) {
    const theirs = changeIfPossible(change, outside);
    return { bytes: keepAcknowledged(theirs, now, published), isConflict: now !== null };
  }
  return { bytes: merged === now?.toString() ? null : Buffer.from(merged), isConflict: false };
}

/** Other writers may have published on top of our publish, and have told their callers so: their lines stay in the file. */
function keepAcknowledged(theirs: Buffer, now: Buffer | null, published: Buffer | undefined): Buffer {
  if (!now || !published) return theirs;
  if (![theirs, now, published].every(isUtf8)) return theirs;
  return Buffer.from(mergeKeepingBoth(published.toString(), theirs.toString(), now.toString()));
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
  const file = saved ?? nameBeside(target);
  writeWhole(file, bytes);
  return file;
}
