/**
 * What somebody who knows nothing of claims writes into a file that our rename is displacing: found through the
 * descriptor that is still open, and brought into the file that took its place.
 */
import { isUtf8 } from "node:buffer";
import { randomBytes } from "../system/dependencies.ts";
import { messageOf } from "../system/errors.ts";
import { sleepMs } from "../system/sleep.ts";
import { readAgain, type Snapshot } from "../system/snapshot.ts";
import { writeWhole } from "../system/writeWhole.ts";
import { mergeTexts } from "./merge.ts";

/** A change of a file's bytes; null is an absent file, and as a result "leave it as it is". */
export type Change = (now: Buffer | null) => Buffer | null;

export interface PublishedUpdate {
  /** The real target. */
  target: string;
  /** The change that was published. */
  change: Change;
  /** The files that publishing has displaced, open, and what is known to be in them. Publishing adds to them. */
  displaced: Snapshot[];
  /** What was published first. */
  published: Buffer | undefined;
  /** How long ago it was last published. */
  sincePublishMs(): number;
  /** Publishes a further change, in locked rounds. @throws what ended them */
  publish(change: Change): void;
  /** Tells the journal. */
  report(resolution: "merged" | "conflict" | "saved" | "lost", saved?: string): void;
}

/** What was found in a displaced file. */
interface Outside {
  /** What we knew to be in it. */
  base: Buffer;
  outside: Buffer;
  /** It is the file that our change was made on, not one that a merge has displaced. */
  isOriginal: boolean;
}

/** Longer than an appender takes between its open and its write, unless it is preempted. */
export const SETTLE_MS = 3;
/** How often a file that somebody is rewriting in place is looked at until it rests. */
const MAX_LOOKS = 30;
const MAX_MERGES = 10;

/**
 * Looks at the files that our publishing has displaced, and merges what somebody has written into one. Never throws:
 * the update itself is done.
 * @returns a message if a person should know
 */
export function settle(update: PublishedUpdate): string | undefined {
  let message: string | undefined;
  try {
    for (let tries = 0; tries < MAX_MERGES && update.displaced.length > 0; tries++) {
      sleepMs(SETTLE_MS - update.sincePublishMs());
      const written = update.displaced.find((snapshot) => !readAgain(snapshot).equals(snapshot.bytes));
      if (!written) break;
      const base = written.bytes;
      written.bytes = readAtRest(written);
      const isOriginal = written === update.displaced[0];
      message = bringIn({ base, outside: written.bytes, isOriginal }, update) ?? message;
      if (tries === MAX_MERGES - 1) throw new Error(`it was written to ${MAX_MERGES} times`);
    }
  } catch (error) {
    update.report("lost");
    message = `${update.target} was updated; if another program wrote into it at the same moment, that could not be kept (${messageOf(error)}).`;
  }
  return message;
}

/** Waits until a file that somebody is rewriting in place has stopped changing. */
function readAtRest(snapshot: Snapshot): Buffer {
  let bytes = readAgain(snapshot);
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    sleepMs(SETTLE_MS);
    const now = readAgain(snapshot);
    if (now.equals(bytes)) break;
    bytes = now;
  }
  return bytes;
}

/**
 * Publishes an outside edit of a displaced file, merged with what the target holds now. Where both touch the same
 * lines the outside version wins, and the other is saved beside it.
 * @returns a message if a person should know
 * @throws if neither could be done
 */
function bringIn({ base, outside, isOriginal }: Outside, update: PublishedUpdate): string | undefined {
  const { target, change } = update;
  let saved: string | undefined;
  const merge: Change = (now) => {
    // We read a file that was cut and not yet written. What is written now is no append to it: blocks of ours may be in
    // it already, so our change is made on it.
    const wasCut = isOriginal && base.length === 0;
    if (wasCut && now && update.published?.equals(now)) return changeIfPossible(change, outside);
    const isText = now && [base, outside, now].every(isUtf8);
    const merged = isText ? mergeTexts(base.toString(), outside.toString(), now.toString()) : null;
    if (merged !== null) return merged === now?.toString() ? null : Buffer.from(merged);
    if (now) saved = saveBeside(target, now, saved);
    return changeIfPossible(change, outside);
  };
  try {
    update.publish(merge);
  } catch (error) {
    saved = saveBeside(target, outside, undefined);
    update.report("saved", saved);
    return `${target} was changed by another program at the same moment, and the two versions could not be brought together (${messageOf(error)}): that program's is in ${saved}.`;
  }
  update.report(saved ? "conflict" : "merged", saved);
  if (!saved) return undefined;
  return `${target} was changed by another program at the same moment: that program's version is in place, the other one is in ${saved}.`;
}

/** The outside version wins as it is if it is not what `mutate` can work on. */
function changeIfPossible(change: Change, bytes: Buffer): Buffer {
  try {
    return change(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}

/** Saves a version that could not be merged; a further try replaces the file of the one before. @returns its path */
function saveBeside(target: string, bytes: Buffer, saved: string | undefined): string {
  const file = saved ?? `${target}.${randomBytes(4).toString("hex")}.saved`;
  writeWhole(file, bytes);
  return file;
}
