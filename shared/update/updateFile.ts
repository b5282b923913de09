/**
 * The publish: the only way in which this package changes a file that others write too. It loses nothing, whether or not the
 * writer has the lock.
 *
 * States of a writer
 * - claimed: it has a claim beside the target, and may publish.
 * - fenced: another writer has removed its claim. Its next step in there fails with ENOENT, and it starts over.
 * - published: its text is the target. It still looks for what came into the file that it displaced.
 *
 * Calling sequence of a round, repeated until one succeeds
 * 1. `createClaim`, before anything is read.
 * 2. `fence`: remove every other writer's claim. Only when none is left, go on.
 * 3. `openAtRest`: read the target, and keep it open. `change` it.
 * 4. `stage` the new bytes in the claim, every one verified.
 * 5. `isStill`: the target is what was read, or start over.
 * 6. `publish`: rename the staged file over the target.
 * 7. `bringInOutsideEdits`: merge, in a round of its own, what a program that knows no claims wrote into the displaced file.
 *
 * What the fence prevents, with two writers that each add a line and neither of which has the lock:
 *
 *     A reads "1"
 *                              B reads "1"
 *                              B publishes "1 B"
 *     A publishes "1 A"                               B's line is lost
 *
 * With step 2, B has removed A's claim before it read: A's rename fails, and A starts over from "1 B". Had A's claim not
 * existed yet, A would list and remove B's claim before it reads. So of two writers the one that read first has published
 * before the other read, or not at all.
 *
 * What ends an update without a write: the target is refused, a step fails, or others are faster in every round. The target
 * is unchanged then, and the journal has `write_refused` or `write_abandoned`.
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
import { keepBackup } from "./backup.ts";
import { type Change, MutateError, textChange } from "./change.ts";
import { createClaim, discardClaim, fence, listClaims } from "./claim.ts";
import { findOutsideEdit, mergeOutsideEdit, type OutsideEdit, SETTLE_MS, saveBeside } from "./displaced.ts";
import { abandon, Contention, type UpdateResult } from "./result.ts";
import { assertWritable, stage } from "./stage.ts";

export type { UpdateResult } from "./result.ts";

export interface UpdateOptions extends LockOptions {
  /** Where to keep the file as it was before, unless something is kept there already. */
  backup?: string | undefined;
}

/** After as many tries an update is given up. */
export const MAX_ROUNDS = 10;
const MAX_JITTER_MS = 250;
const MAX_MERGES = 10;

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
  /** The files that our publishing has displaced, open, and what is known to be in them. */
  displaced: Snapshot[];
  /** What was published first. */
  published?: Buffer;
  /** When it was last published. */
  publishedAtMs: number;
  /** The target as it was first seen. */
  before: FileContent | null;
  /** A claim that this user may not remove. */
  inTheWay: string | null;
}

/**
 * Reads `target`, applies `mutate`, and publishes the result, under the lock where it can be had.
 * @param mutate gets null for an absent file; returns null, or what it got, for "leave it as it is". May be called
 *   more than once.
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
    };
    const outcome = isNeeded(update) ? publishLocked(update, update.change) : "unchanged";
    const message = bringInOutsideEdits(update);
    const { lock, rounds } = update;
    return { outcome, lock, target: update.target.path, rounds, ...(message && { message }) };
  } catch (error) {
    if (error instanceof MutateError) throw error.cause;
    const real = update && { target: update.target.path };
    return { ...abandon(error, real?.target ?? path.resolve(target), request, update), ...real };
  } finally {
    update?.displaced.forEach(closeSnapshot);
  }
}

/** Without a claim or a lock: most runs have nothing to change, and no claim of a crashed writer to remove. */
function isNeeded(update: Update): boolean {
  const { target, change } = update;
  const before = readRegularFile(target.path);
  update.before = before;
  if (change(before?.bytes ?? null) === null) return listClaims(target).length > 0;
  if (before) assertWritable(target.path, before);
  return true;
}

/** Rounds until one succeeds, under one lock. @throws what ended them, or that there were too many */
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
        ? `${update.inTheWay} is in the way and may not be removed by this user; have it removed`
        : `others changed it in each of ${MAX_ROUNDS} tries`,
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
    if (snapshot) keepPrevious(update, snapshot);
    const still = !snapshot || isStill(target.path, snapshot);
    if (!still || !publish(staged, target.path, snapshot)) {
      // Without our staged file it was another writer of ours, who has fenced us.
      if (fs.existsSync(staged)) reportOutsideEdit(update, "reread");
      return "again";
    }
    update.publishedAtMs = monotonicMs();
    update.published ??= next;
    if (snapshot) update.displaced.push(snapshot);
    snapshot = null;
    return "written";
  } catch (error) {
    // Something of our claim is missing: we were fenced.
    if (isCode(error, "ENOENT")) return "again";
    throw error;
  } finally {
    closeSnapshot(snapshot);
    discardClaim(claim);
  }
}

/**
 * Keeps the file as it was before our first publish. Journaled before the rename, so that a crash cannot leave a backup
 * nobody knows of. A backup that cannot be made does not stop the update.
 */
function keepPrevious({ backup, published, target, request }: Update, snapshot: Snapshot): void {
  if (!backup || published) return;
  try {
    if (!keepBackup(target.path, snapshot, backup)) return;
    const { projectDir } = request.journal;
    report("backup_kept", { target: target.path, backup, project_dir: projectDir }, request);
  } catch (error) {
    const fields = { target: target.path, backup, code: codeOf(error), message: messageOf(error) };
    report("backup_failed", fields, request);
  }
}

/** @returns false if another program has created an absent target meanwhile @throws the system's error */
function publish(staged: string, target: string, old: Snapshot | null): boolean {
  if (!old) {
    try {
      fs.linkSync(staged, target);
      return true;
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      if (!isCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
      // A file system without hard links: a moment remains in which a new file of another program is replaced.
      if (fs.lstatSync(target, { throwIfNoEntry: false })) return false;
    }
  }
  fs.renameSync(staged, target);
  return true;
}

/**
 * Publishes what came into the files that our publishing has displaced, until nothing more comes. Never throws: the update
 * itself is done.
 * @returns a message if a person should know
 */
function bringInOutsideEdits(update: Update): string | undefined {
  const { displaced } = update;
  let message: string | undefined;
  try {
    for (let merges = 0; displaced.length > 0; merges++) {
      sleepMs(SETTLE_MS - (monotonicMs() - update.publishedAtMs));
      const edit = findOutsideEdit(displaced);
      if (!edit) break;
      if (merges === MAX_MERGES) return giveUpMerging(update, `it was written to ${MAX_MERGES} times`);
      message = bringIn(edit, update) ?? message;
    }
    return message;
  } catch (error) {
    return giveUpMerging(update, messageOf(error));
  }
}

/** Publishes one outside edit. @returns a message if a person should know @throws if it could not even be saved */
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
    return `Another program changed ${target} at the same moment, and the two versions could not be merged (${messageOf(error)}). The other program's version is in ${saved}.`;
  }
  reportOutsideEdit(update, saved ? "conflict" : "merged", saved);
  if (!saved) return undefined;
  return `Another program changed ${target} at the same moment. Its version is in place; ours is in ${saved}.`;
}

function giveUpMerging(update: Update, why: string): string {
  reportOutsideEdit(update, "lost");
  return `Updated ${update.target.path}. What another program wrote into it at the same moment could not be kept (${why}).`;
}

function reportOutsideEdit(
  { target, request }: Update,
  resolution: FieldsOf<"outside_edit">["resolution"],
  saved?: string,
): void {
  report("outside_edit", { target: target.path, resolution, saved }, request);
}
