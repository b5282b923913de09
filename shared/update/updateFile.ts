/**
 * The publish: the only way in which this package changes a file that others write too. It loses nothing, whether
 * or not the lock was had.
 *
 * A round: create a claim; fence every other writer (claim.ts); read the target, keeping it open; mutate; stage the new
 * content in the claim and verify every byte; look whether the target is still what was read; rename the staged file
 * over it. A writer that was fenced finds its claim gone and starts over, so of two writers the one that read first
 * has published before the other read, or not at all.
 *
 * Somebody who knows nothing of claims may still write into the file that the rename displaces. So it is looked at once
 * more through its descriptor, a moment later, and what came in is merged in a round of its own.
 */
import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import path from "node:path";
import { type Lease, LOCK_TTL_SECONDS, type LockOptions, withLockOn } from "../fileLock.ts";
import { appendEvent, makeEvent } from "../journal/sessionJournal.ts";
import { timeoutMsOf } from "../lock/lease.ts";
import { codeOf, isCode, messageOf } from "../system/errors.ts";
import { sleepMs } from "../system/sleep.ts";
import { closeSnapshot, isStill, openAtRest, openSnapshot, type Snapshot } from "../system/snapshot.ts";
import { resolveTarget, type TargetPath, TargetRefused } from "../system/targetPath.ts";
import { monotonicMs } from "../system/time.ts";
import { keepBackup } from "./backup.ts";
import { createClaim, discardClaim, fence, listClaims } from "./claim.ts";
import { type Change, settle } from "./displaced.ts";
import { abandon, Contention, NOT_NEEDED, type UpdateResult } from "./result.ts";
import { stage } from "./stage.ts";

export type { UpdateResult } from "./result.ts";

export interface UpdateOptions extends LockOptions {
  /** Where to keep the file as it was before, unless something is kept there already. */
  backup?: string | undefined;
}

/** After as many tries an update is given up. */
export const MAX_ROUNDS = 10;
const MAX_JITTER_MS = 250;
/** What `mutate` threw, as opposed to the file system. */
class MutateError extends Error {}

interface Update {
  target: TargetPath;
  options: UpdateOptions;
  lock: Lease;
  /** How long was waited for the lock in all, for each merge asks for it anew. */
  waitedMs: number;
  rounds: number;
  /** The files that our publishing has displaced, open, and what is known to be in them. */
  displaced: Snapshot[];
  /** What was published first. */
  published?: Buffer;
  /** When it was last published. */
  publishedAtMs: number;
  /** The target as it was first seen; closed. */
  before: Snapshot | null;
  /** A claim that we may not remove. */
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
  const change = textChange(target, mutate);
  let update: Update | undefined;
  try {
    const resolved = resolveTarget(target, options.projectDir);
    update = {
      target: resolved,
      options,
      lock: NOT_NEEDED,
      waitedMs: 0,
      rounds: 0,
      displaced: [],
      publishedAtMs: 0,
      before: null,
      inTheWay: null,
    };
    if (!isNeeded(update, change))
      return { outcome: "unchanged", lock: NOT_NEEDED, target: resolved.path, rounds: 0 };
    const outcome = publishLocked(update, change);
    const message = settleUpdate(update, change);
    return {
      outcome,
      lock: update.lock,
      target: resolved.path,
      rounds: update.rounds,
      ...(message === undefined ? {} : { message }),
    };
  } catch (error) {
    if (error instanceof MutateError) throw error.cause;
    return {
      ...abandon(error, update?.target.path ?? path.resolve(target), options, update),
      ...(update ? { target: update.target.path } : {}),
    };
  } finally {
    update?.displaced.forEach(closeSnapshot);
  }
}

function settleUpdate(update: Update, change: Change): string | undefined {
  const { target, displaced, published } = update;
  return settle({
    target: target.path,
    change,
    displaced,
    published,
    sincePublishMs: () => monotonicMs() - update.publishedAtMs,
    publish: (further) => publishLocked(update, further),
    report: (resolution, saved) => journalOutsideEdit(update, resolution, saved),
  });
}

function textChange(target: string, mutate: (text: string | null) => string | null): Change {
  return (now) => {
    const text = now && decode(now, target);
    let next: string | null;
    try {
      next = mutate(text);
    } catch (cause) {
      throw new MutateError("mutate threw", { cause });
    }
    return next === null || next === text ? null : Buffer.from(next);
  };
}

function decode(bytes: Buffer, target: string): string {
  if (!isUtf8(bytes)) {
    throw new TargetRefused(`${target} is not UTF-8 text; it is left alone. Convert it to UTF-8.`);
  }
  const nul = bytes.indexOf(0);
  if (nul === -1) return bytes.toString("utf8");
  throw new TargetRefused(
    `${target} is not UTF-8 text: byte ${nul + 1} is NUL; it is left alone. Convert it from UTF-16, or remove that byte.`,
  );
}

/** Without a claim or a lock: most runs have nothing to change, and nothing left by a crash to sweep up. */
function isNeeded(update: Update, change: Change): boolean {
  const { target } = update;
  const snapshot = openSnapshot(target.path);
  closeSnapshot(snapshot);
  update.before = snapshot;
  if (change(snapshot?.bytes ?? null) === null) return listClaims(target).length > 0;
  if (snapshot) assertWritable(target.path, snapshot);
  return true;
}

/** A rename would replace even a file that this user may not write. @throws {TargetRefused} */
function assertWritable(file: string, { stat }: Snapshot): void {
  let writable = (Number(stat.mode) & 0o222) !== 0;
  try {
    fs.accessSync(file, fs.constants.W_OK);
  } catch (error) {
    // Another reason than rights (a read-only file system) shows when we try, and is told then.
    if (isCode(error, "EACCES", "EPERM")) writable = false;
  }
  if (!writable) {
    throw new TargetRefused(`${file} is read-only; it is left alone. Make it writable: chmod u+w`);
  }
}

/** Rounds until one succeeds, under one lock. @throws what ended them, or that there were too many */
function publishLocked(update: Update, change: Change): "written" | "unchanged" {
  const rounds = (lease: Lease) => {
    // The lease of the update itself, not of a later merge.
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
  const timeoutMs = Math.max(timeoutMsOf(update.options) - update.waitedMs, 0);
  return withLockOn(update.target, rounds, { ...update.options, timeoutMs });
}

function round(update: Update, change: Change): "written" | "unchanged" | "again" {
  const { target, options } = update;
  update.rounds++;
  const claim = createClaim(target);
  let snapshot: Snapshot | null = null;
  try {
    update.inTheWay = fence(target, claim, options.ttlMs ?? LOCK_TTL_SECONDS * 1000);
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
      if (fs.existsSync(staged)) journalOutsideEdit(update, "reread");
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
 * Keeps the file as it was before our first publish. Told before the rename: a crash after it must not hide the backup.
 * A backup that cannot be made does not stop the update.
 */
function keepPrevious(update: Update, snapshot: Snapshot): void {
  const { backup } = update.options;
  if (!backup || update.published) return;
  try {
    if (keepBackup(update.target.path, snapshot, backup)) {
      journal(update, "backup_kept", { backup, project_dir: projectOf(update) });
    }
  } catch (error) {
    journal(update, "backup_failed", { backup, code: codeOf(error), message: messageOf(error) });
  }
}

/** @returns false if somebody has created an absent target meanwhile @throws the system's error */
function publish(staged: string, target: string, old: Snapshot | null): boolean {
  if (!old) {
    try {
      fs.linkSync(staged, target);
      return true;
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      if (!isCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
      // A file system without hard links: a moment remains in which a new file of somebody else's is replaced.
      if (fs.lstatSync(target, { throwIfNoEntry: false })) return false;
    }
  }
  fs.renameSync(staged, target);
  return true;
}

function journalOutsideEdit(update: Update, resolution: string, saved?: string): void {
  journal(update, "outside_edit", { resolution, saved });
}

function journal({ target, options }: Update, type: string, fields: Record<string, unknown>): void {
  const event = makeEvent(type, { target: target.path, ...fields, hook: options.hook, pid: process.pid });
  appendEvent(event, options.journal ?? options);
}

/** The session's project, which is not the one of a target elsewhere. */
function projectOf({ options }: Update): string | undefined {
  return (options.journal ?? options).projectDir;
}
