/**
 * The publish: the only way in which this package changes a file that others also write. The publish loses no text, whether
 * or not the writer has the lock.
 *
 * States of a writer
 * - claimed: it has a claim beside the target, and may publish.
 * - fenced: another writer has removed its claim. Its next step in that folder fails with ENOENT, and it starts over.
 * - published: its text is the target. It still checks the displaced file for outside edits.
 *
 * Calling sequence of a round, repeated until one succeeds
 * 1. `createClaim`, before reading the target.
 * 2. `fence`: remove every other writer's claim. Go on only when none is left. A version of another program that an exchange
 *    has put into one goes beside the target.
 * 3. `openAtRest`: read the target once no program is rewriting it, and keep it open. Apply `change`.
 * 4. `stage` the new bytes in the claim, and count every one.
 * 5. `isStill`: check that the target is still the file that we read, or start over.
 * 6. `publish`: swap the names of the staged file and the target, or rename the one over the other (update/publish.ts).
 * 7. `bringInOutsideEdits`: wait until no process can write into a displaced file any more. Merge, in a round of its own,
 *    what programs that know no claims wrote into it, or put in the target's place.
 *
 * What the fence prevents, when two writers each add a line and neither has the lock:
 *
 *     A reads "1"
 *                              B reads "1"
 *                              B publishes "1 B"
 *     A publishes "1 A"                               B's line is lost
 *
 * With step 2, B removes A's claim before it reads: A's rename fails, and A starts over from "1 B". If A's claim does not
 * exist yet, A lists and removes B's claim before it reads. So the writer that reads first publishes before the other one
 * reads, or not at all.
 *
 * Windows replaces no file that any process has open. There, we close it after reading, and repeat the round for some
 * seconds if another program has it open.
 *
 * What ends an update without a write: we refuse the target, a step fails, or other writers are faster in every round. The
 * target is unchanged then, and the journal has `write_refused` or `write_abandoned`.
 */
import fs from "node:fs";
import path from "node:path";
import { withLockOn } from "../fileLock.ts";
import { type Lease, NOT_NEEDED, requestOf } from "../lock/lease.ts";
import { isCode, whyNot } from "../system/errors.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { isSharingError } from "../system/sharing.ts";
import { closeSnapshot, isStill, readRegularFile, type Snapshot } from "../system/snapshot.ts";
import { resolveTarget } from "../system/targetPath.ts";
import { monotonicMs, sleepMs } from "../system/time.ts";
import { openAtRest } from "./atRest.ts";
import { type Change, MutateError, textChange } from "./change.ts";
import { assertRemovable, createClaim, discardClaim, fence, listClaims } from "./claim.ts";
import { bringInOutsideEdits } from "./outsideEdits.ts";
import { publish, saveUnfinished } from "./publish.ts";
import { abandon, Contention, type UpdateResult } from "./result.ts";
import { assertWritable, stage } from "./stage.ts";
import {
  keepPrevious,
  newUpdate,
  reportOutsideEdit,
  tellSaved,
  type Update,
  type UpdateOptions,
} from "./update.ts";

export type { UpdateResult } from "./result.ts";
export type { UpdateOptions } from "./update.ts";

/** After this many rounds a writer gives up its update. */
export const MAX_ROUNDS = 10;
const MAX_JITTER_MS = 250;
/** After this long a writer on Windows gives up a file that another program keeps open. */
const MAX_SHARING_MS = 3000;

const IN_PLACE = (target: string) =>
  `Wrote into ${target} itself: it has a second name, or cannot be replaced where it is. What another program writes there at the same moment can be lost.`;

/**
 * Reads `target`, applies `mutate`, and publishes the result, under the lock if we can acquire it.
 * @param mutate gets null for an absent file; returns null, or the text that it got, to leave the file as it is. May be
 *   called more than once.
 * @returns what happened; failures of the file system are outcomes, not errors
 * @throws only what `mutate` throws, with the target untouched
 */
export function updateFile(
  target: string,
  mutate: (text: string | null) => string | null,
  options: UpdateOptions = {},
): UpdateResult {
  const request = requestOf(options);
  let update: Update | undefined;
  try {
    const change = textChange(target, mutate);
    update = newUpdate(resolveTarget(target, request.anchor), request, change, options);
    const outcome = isNeeded(update) ? publishLocked(update, change) : "unchanged";
    bringInOutsideEdits(update, (merge) => publishLocked(update as Update, merge));
    const { lock, rounds, isInPlace, messages } = update;
    if (isInPlace) messages.unshift(IN_PLACE(update.target.path));
    const more = {
      ...(isInPlace && { isInPlace }),
      ...(messages.length > 0 && { message: messages.join(" ") }),
    };
    return { outcome, lock, target: update.target.path, rounds, ...more };
  } catch (error) {
    if (error instanceof MutateError) throw error.cause;
    const real = update && { target: update.target.path };
    const result = abandon(error, real?.target ?? path.resolve(target), request, update);
    const message = [result.message, ...(update?.messages ?? [])].join(" ");
    return { ...result, message, ...real };
  } finally {
    update?.displaced.forEach(closeSnapshot);
  }
}

/** Checks without a claim or a lock, because most runs have nothing to change and no crashed writer's claim to remove. */
function isNeeded(update: Update): boolean {
  const { target, change } = update;
  const before = readRegularFile(target.path);
  update.before = before;
  if (change(before?.bytes ?? null) === null) return listClaims(target).length > 0;
  if (before) assertWritable(target.path, before);
  assertRemovable(target);
  return true;
}

/** Repeats rounds under one lock until one succeeds. @throws the error that ended a round, or {Contention} */
function publishLocked(update: Update, change: Change): "written" | "unchanged" {
  const leftMs = () => Math.max(update.deadlineMs - monotonicMs(), 0);
  const rounds = (lease: Lease) => {
    if (update.lock === NOT_NEEDED) update.lock = lease;
    update.waitedMs += lease.waitedMs;
    const untilMs = IS_WINDOWS ? monotonicMs() + MAX_SHARING_MS : 0;
    for (let tries = 1; ; tries++) {
      const outcome = round(update, change);
      if (outcome !== "again") return outcome;
      const isOver = tries >= MAX_ROUNDS && monotonicMs() >= untilMs;
      if (isOver || leftMs() === 0) throw new Contention(whyAgain(update, tries));
      sleepMs(Math.random() * Math.min(4 * 2 ** tries, MAX_JITTER_MS));
    }
  };
  const timeoutMs = Math.min(Math.max(update.request.timeoutMs - update.waitedMs, 0), leftMs());
  return withLockOn(update.target, rounds, { ...update.request, timeoutMs });
}

function whyAgain({ inTheWay, sharing }: Update, tries: number): string {
  if (sharing) return `another program has it open, or this user may not replace it: ${sharing}`;
  if (!inTheWay) return `other programs changed it in each of ${tries} tries`;
  return `${inTheWay} is in the way, and could not be removed; ask its owner to remove it`;
}

function round(update: Update, change: Change): "written" | "unchanged" | "again" {
  const { target, request } = update;
  update.rounds++;
  const claim = createClaim(target);
  const saved: string[] = [];
  let snapshot: Snapshot | null = null;
  try {
    update.inTheWay = fence(target, claim, request.ttlMs, saved).inTheWay;
    if (update.inTheWay) return "again";
    snapshot = openAtRest(target.path, update.before, update.deadlineMs);
    // An open file cannot be replaced there, neither by us nor, if we hang, by other writers.
    if (IS_WINDOWS) closeSnapshot(snapshot);
    const next = change(snapshot?.bytes ?? null);
    if (next === null) return "unchanged";
    if (snapshot) assertWritable(target.path, snapshot);
    const staged = stage(target.path, claim, next, snapshot);
    const still = !snapshot || isStill(target.path, snapshot);
    const beforeInPlace = () => update.published ?? keepPrevious(update, { ...(snapshot as Snapshot) });
    const published = still ? publish(staged, target.path, snapshot, beforeInPlace) : null;
    if (!published) {
      // If our staged file is gone, another writer has fenced us, and no outside program was involved.
      if (fs.existsSync(staged)) reportOutsideEdit(update, "reread");
      return "again";
    }
    update.publishedAtMs = monotonicMs();
    const isFirst = !update.published;
    update.published ??= next;
    update.displaced.push(...published.displaced);
    if (published.isInPlace) update.isInPlace = true;
    else snapshot = null;
    if (isFirst && published.previous) keepPrevious(update, published.previous);
    for (const displaced of published.displaced) saveUnfinished(displaced, staged, target.path);
    return "written";
  } catch (error) {
    // A part of our claim is missing: another writer has fenced us.
    if (isCode(error, "ENOENT")) return "again";
    if (!isSharingError(error)) throw error;
    update.sharing = whyNot(error);
    return "again";
  } finally {
    closeSnapshot(snapshot);
    for (const file of [...saved, ...discardClaim(claim, target.path)]) tellSaved(update, file);
  }
}
