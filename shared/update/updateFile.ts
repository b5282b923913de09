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
 * 2. `fence`: remove every other writer's claim. Go on only when none is left.
 * 3. `openAtRest`: read the target, and keep it open. Apply `change`.
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
 * What ends an update without a write: we refuse the target, a step fails, or other writers are faster in every round. The
 * target is unchanged then, and the journal has `write_refused` or `write_abandoned`.
 */
import fs from "node:fs";
import path from "node:path";
import { withLockOn } from "../fileLock.ts";
import type { FieldsOf } from "../journal/events.ts";
import { report } from "../journal/sessionJournal.ts";
import { type Lease, type LockOptions, type LockRequest, NOT_NEEDED, requestOf } from "../lock/lease.ts";
import { codeOf, isCode, messageOf } from "../system/errors.ts";
import {
  closeSnapshot,
  type FileContent,
  isStill,
  openAtRest,
  readRegularFile,
  type Snapshot,
} from "../system/snapshot.ts";
import { resolveTarget, type TargetPath } from "../system/targetPath.ts";
import { monotonicMs, sleepMs } from "../system/time.ts";
import { hasOtherNames, keepBackup, partBackup } from "./backup.ts";
import { type Change, MutateError, textChange } from "./change.ts";
import { createClaim, discardClaim, fence, listClaims } from "./claim.ts";
import { findOutsideEdit, mergeOutsideEdit, type OutsideEdit, saveBeside, settle } from "./displaced.ts";
import { publish } from "./publish.ts";
import { abandon, Contention, type UpdateResult } from "./result.ts";
import { assertWritable, stage } from "./stage.ts";

export type { UpdateResult } from "./result.ts";

export interface UpdateOptions extends LockOptions {
  /** Where to keep the file as it was, unless that path exists already. */
  backup?: string | undefined;
}

/** After this many rounds a writer gives up its update. */
export const MAX_ROUNDS = 10;
const MAX_JITTER_MS = 250;
const MAX_MERGES = 10;

const IN_PLACE = (target: string) =>
  `Wrote into ${target} itself: it has a second name, or cannot be replaced where it is. What another program writes there at the same moment can be lost.`;

interface Update {
  target: TargetPath;
  request: LockRequest;
  backup: string | undefined;
  change: Change;
  /** The lease of the update itself, not of a later merge. */
  lock: Lease;
  /** Total time spent waiting for the lock; every merge acquires it again. */
  waitedMs: number;
  rounds: number;
  /** The files that our publishes displaced, still open, with the bytes that we last read from them. */
  displaced: Snapshot[];
  /** The bytes of our first publish. */
  published?: Buffer;
  /** The time of our last publish, on the monotonic clock. */
  publishedAtMs: number;
  /** The target as we first read it. */
  before: FileContent | null;
  /** A claim that this user may not remove. */
  inTheWay: string | null;
  isInPlace: boolean;
}

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
    update = {
      target: resolveTarget(target, request.anchor),
      request,
      backup: options.backup,
      change: textChange(target, mutate),
      lock: NOT_NEEDED,
      waitedMs: 0,
      rounds: 0,
      displaced: [],
      publishedAtMs: 0,
      before: null,
      inTheWay: null,
      isInPlace: false,
    };
    const outcome = isNeeded(update) ? publishLocked(update, update.change) : "unchanged";
    const message = [update.isInPlace && IN_PLACE(update.target.path), bringInOutsideEdits(update)]
      .filter(Boolean)
      .join(" ");
    const { lock, rounds, isInPlace } = update;
    const more = { ...(isInPlace && { isInPlace }), ...(message && { message }) };
    return { outcome, lock, target: update.target.path, rounds, ...more };
  } catch (error) {
    if (error instanceof MutateError) throw error.cause;
    const real = update && { target: update.target.path };
    return { ...abandon(error, real?.target ?? path.resolve(target), request, update), ...real };
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
  return true;
}

/** Repeats rounds under one lock until one succeeds. @throws the error that ended a round, or {Contention} */
function publishLocked(update: Update, change: Change): "written" | "unchanged" {
  const rounds = (lease: Lease) => {
    if (update.lock === NOT_NEEDED) update.lock = lease;
    update.waitedMs += lease.waitedMs;
    for (let tries = 1; tries <= MAX_ROUNDS; tries++) {
      const outcome = round(update, change);
      if (outcome !== "again") return outcome;
      if (tries < MAX_ROUNDS) sleepMs(Math.random() * Math.min(4 * 2 ** tries, MAX_JITTER_MS));
    }
    throw new Contention(
      update.inTheWay
        ? `${update.inTheWay} is in the way, and this user may not remove it; ask its owner to remove it`
        : `other programs changed it in each of ${MAX_ROUNDS} tries`,
    );
  };
  const timeoutMs = Math.max(update.request.timeoutMs - update.waitedMs, 0);
  return withLockOn(update.target, rounds, { ...update.request, timeoutMs });
}

function round(update: Update, change: Change): "written" | "unchanged" | "again" {
  const { target, request } = update;
  update.rounds++;
  const claim = createClaim(target);
  let snapshot: Snapshot | null = null;
  try {
    update.inTheWay = fence(target, claim, request.ttlMs);
    if (update.inTheWay) return "again";
    snapshot = openAtRest(target.path, update.before);
    const next = change(snapshot?.bytes ?? null);
    if (next === null) return "unchanged";
    if (snapshot) assertWritable(target.path, snapshot);
    const staged = stage(target.path, claim, next, snapshot);
    const mayReplace = snapshot !== null && !hasOtherNames(snapshot, update.backup);
    if (snapshot) keepPrevious(update, snapshot, mayReplace);
    const still = !snapshot || isStill(target.path, snapshot);
    const part = () => snapshot && partBackup(snapshot, update.backup);
    const published = still ? publish(staged, target.path, snapshot, mayReplace, part) : null;
    if (!published) {
      // If our staged file is gone, another writer has fenced us, and no outside program was involved.
      if (fs.existsSync(staged)) reportOutsideEdit(update, "reread");
      return "again";
    }
    update.publishedAtMs = monotonicMs();
    update.published ??= next;
    update.displaced.push(...published.displaced);
    if (published.isInPlace) update.isInPlace = true;
    else snapshot = null;
    return "written";
  } catch (error) {
    // A part of our claim is missing: another writer has fenced us.
    if (isCode(error, "ENOENT")) return "again";
    throw error;
  } finally {
    closeSnapshot(snapshot);
    discardClaim(claim);
  }
}

/**
 * Keeps the file as it was before our first publish. We journal the backup before the rename, so that a crash cannot leave
 * an unrecorded one. A failed backup does not stop the update.
 */
function keepPrevious(update: Update, snapshot: Snapshot, isDisplaced: boolean): void {
  const { backup, published, target, request } = update;
  if (!backup || published) return;
  try {
    if (!keepBackup(target.path, snapshot, backup, isDisplaced)) return;
    // The session's project, whose journal a linked work tree may file under another name.
    const project = request.anchor ?? request.journal.projectDir;
    report("backup_kept", { target: target.path, backup, project_dir: project }, request);
  } catch (error) {
    const fields = { target: target.path, backup, code: codeOf(error), message: messageOf(error) };
    report("backup_failed", fields, request);
  }
}

/**
 * Publishes what other programs write into the files that we displaced, until no more arrives. Never throws, because the
 * update itself is done.
 * @returns a message if a person should know
 */
function bringInOutsideEdits(update: Update): string | undefined {
  const { displaced } = update;
  let message: string | undefined;
  try {
    for (let merges = 0; displaced.length > 0; merges++) {
      const isSettled = settle(displaced, update.publishedAtMs);
      const edit = findOutsideEdit(displaced);
      if (!edit) {
        return isSettled ? message : [message, tellOpen(update)].filter(Boolean).join(" ");
      }
      if (merges === MAX_MERGES) return giveUpMerging(update, `that program wrote to it ${MAX_MERGES} times`);
      message = bringIn(edit, update) ?? message;
    }
    return message;
  } catch (error) {
    return giveUpMerging(update, messageOf(error));
  }
}

/** Tells of a program that still has a displaced file open. */
function tellOpen(update: Update): string {
  reportOutsideEdit(update, "open");
  const isKept = update.displaced.every(({ fd }) => fs.fstatSync(fd).nlink > 0);
  const where = isKept ? `goes into the backup ${update.backup}` : "will be lost";
  return `Another program still has the old ${update.target.path} open: what it writes there from now on ${where}.`;
}

/** Publishes one outside edit. @returns a message if a person should know @throws if we could not even save it */
function bringIn(edit: OutsideEdit, update: Update): string | undefined {
  const target = update.target.path;
  let saved: string | undefined;
  const merge: Change = (now) => {
    const { bytes, isConflict } = mergeOutsideEdit(edit, now, update.change, update.published);
    if (isConflict && now) saved = saveBeside(target, now, saved);
    return bytes;
  };
  try {
    publishLocked(update, merge);
  } catch (error) {
    saved = saveBeside(target, edit.outside);
    reportOutsideEdit(update, "saved", saved);
    return `Another program changed ${target} at the same moment, and the two versions could not be merged (${messageOf(error)}). The other program's version is in ${saved}; merge the two by hand.`;
  }
  reportOutsideEdit(update, saved ? "conflict" : "merged", saved);
  if (!saved) return undefined;
  return `Another program changed ${target} at the same moment. Its version is in place; ours is in ${saved}.`;
}

function giveUpMerging(update: Update, why: string): string {
  reportOutsideEdit(update, "lost");
  return `Updated ${update.target.path}, but lost what another program wrote into it at the same moment (${why}). Check that program's last changes.`;
}

function reportOutsideEdit(
  { target, request }: Update,
  resolution: FieldsOf<"outside_edit">["resolution"],
  saved?: string,
): void {
  report("outside_edit", { target: target.path, resolution, saved }, request);
}
