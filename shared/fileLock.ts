/**
 * The lock: an advisory `flock(2)` on a sidecar beside the target. The lock makes writers take turns. The publish makes a
 * wrong turn harmless (update/updateFile.ts), so everything here may guess.
 *
 * States of a sidecar
 * - absent: the first writer creates it.
 * - free: no process holds its flock, however old it is. Its record is empty, or a crashed holder left it.
 * - held: a process holds its flock. A holder of this package has written its record, which refreshed the mtime.
 * - stale: its mtime is older than the TTL. A free, stale sidecar with a record is *abandoned*.
 * A writer unlinks an abandoned sidecar, one whose holder it evicts, and a stale one that it may not open, and starts over
 * with a new one. So the path may name another file than the one that a writer has locked. A flock alone is not the lock:
 * the path must still name the locked file.
 *
 * Calling sequence
 * 1. `acquire`: open and flock without waiting (lock/flock.ts); `confirm` that the path still names the locked file; write
 *    the record. If refused, `evictHolder` (lock/eviction.ts), pause and retry, until the timeout.
 * 2. `critical` runs, with a lease that says whether we hold the lock.
 * 3. `release`: empty the record, and close. The sidecar stays, because other implementations do not check its inode.
 *
 * What fails open
 * - the timeout has passed, or this machine has no way to flock;
 * - the sidecar cannot be opened, locked, read, written or unlinked, for whatever reason the system gives;
 * - the target is one that we refuse to write.
 * In these cases, and no others, the writer goes on without the lock, after one `lock_fail_open` event. Each unlinked
 * sidecar is one `lock_reaped` event.
 */
import fs from "node:fs";
import { hideLockFiles } from "./git/infoExclude.ts";
import type { FieldsOf } from "./journal/events.ts";
import { report } from "./journal/sessionJournal.ts";
import { evictHolder, newWatch, removeUnreadable, type Unlinked, witnessHolder } from "./lock/eviction.ts";
import { findBackend } from "./lock/flock.ts";
import { copyOf, holderOfRecord, readRecord, writeCopy, writeRecord } from "./lock/holder.ts";
import { type Lease, LockFailure, type LockOptions, type LockRequest, requestOf } from "./lock/lease.ts";
import { codeOf, errnoOf, failureReason, ifPresent, messageOf, quietly } from "./system/errors.ts";
import { inFolder, isRenumbered, isSameFile } from "./system/files.ts";
import { IS_WINDOWS } from "./system/platform.ts";
import { resolveTarget, type TargetPath } from "./system/targetPath.ts";
import { monotonicMs, sleepMs } from "./system/time.ts";

export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions } from "./lock/lease.ts";

const MIN_PAUSE_MS = 1;
/** Bounds the time from one writer's release to the next writer's try. */
const MAX_PAUSE_MS = 8;
/** A waiter that has waited this long tries twice as often: no queue tells whose turn it is, and chance would starve one. */
const AGING_MS = 1000;
/** A backend that can wait gets the lock at once, but costs a process per try. Between tries we check the sidecar. */
const WAIT_MS = 50;

/**
 * Runs `critical` while holding the lock on `target`, or without the lock if acquiring fails: see the lease. Not
 * reentrant: a `critical` that asks for the same lock (`updateFile` does) waits for itself until the timeout.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export function withFileLock<T>(target: string, critical: (lease: Lease) => T, options: LockOptions = {}): T {
  const request = requestOf(options);
  let resolved: TargetPath;
  try {
    resolved = resolveTarget(target, request.anchor);
  } catch (error) {
    return critical(failOpen(newAttempt(target, undefined, request), error));
  }
  return withLockOn(resolved, critical, request);
}

/** Does what `withFileLock` does, for a target whose links are already resolved. */
export function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, request: LockRequest): T {
  const { lease, fd } = acquire(target, request);
  try {
    return critical(lease);
  } finally {
    if (fd !== undefined) release(fd, sidecarOf(target));
  }
}

/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export function sidecarOf({ dir, base }: TargetPath): string {
  return inFolder(dir, `.${base}.lock`);
}

/** One attempt to acquire one lock: the request, and what the waiter has seen so far. */
interface Attempt {
  target: string;
  sidecar: string | undefined;
  request: LockRequest;
  startedAt: number;
  tries: number;
  backend: Lease["backend"];
  /** Whether this attempt has replaced a stale sidecar: if the file server's clock is behind, a new one looks stale, too. */
  hasReplaced: boolean;
  reaped: Reaped[];
  /** The inode of the sidecar that we finally locked. */
  lockedIno?: number;
}

interface Reaped extends Unlinked {
  reason: FieldsOf<"lock_reaped">["reason"];
}

function newAttempt(target: string, sidecar: string | undefined, request: LockRequest): Attempt {
  const startedAt = monotonicMs();
  const tried = { tries: 0, backend: "none" as const, hasReplaced: false, reaped: [] };
  return { target, sidecar, request, startedAt, ...tried };
}

/** Milliseconds since the attempt began, to a tenth. */
function elapsedMs({ startedAt }: Attempt): number {
  return Math.round((monotonicMs() - startedAt) * 10) / 10;
}

/** Never throws: every failure fails open, with one event. @returns no descriptor if the lock has failed open */
function acquire(target: TargetPath, request: LockRequest): { lease: Lease; fd: number | undefined } {
  const sidecar = sidecarOf(target);
  const attempt = newAttempt(target.path, sidecar, request);
  let fd: number | undefined;
  let lease: Lease;
  try {
    // Before the sidecar exists, so that git never shows it.
    fd = poll(sidecar, attempt, () => hideLockFiles(target));
    lease = { outcome: "locked", waitedMs: elapsedMs(attempt), backend: attempt.backend };
  } catch (error) {
    lease = failOpen(attempt, error);
  }
  for (const reaped of attempt.reaped) {
    reportReaped(reaped, attempt);
    if (reaped.reason === "expired") lease.evicted = reaped.holder ?? {};
  }
  return { lease, fd };
}

/** @returns the descriptor of the locked sidecar, with our record in it @throws the reason for failing open */
function poll(sidecar: string, attempt: Attempt, beforeCreate: () => void): number {
  const backend = findBackend();
  if (!backend) {
    throw new LockFailure("no_backend", "this machine has no native binding, fs-ext addon or flock program");
  }
  attempt.backend = backend.name;
  const { reaped } = attempt;
  const watch = newWatch();
  const { timeoutMs, ttlMs } = attempt.request;
  const leftMs = () => timeoutMs - elapsedMs(attempt);
  let wantedMs = 0;
  let isLate = false;
  for (;;) {
    const pauseMs = Math.max(0, Math.min(wantedMs, leftMs()));
    const askedAt = monotonicMs();
    attempt.tries++;
    let fd: number | null = null;
    let isReplaced = true;
    try {
      fd = backend.openLocked(sidecar, pauseMs, beforeCreate);
      if (fd !== null && confirm(fd, sidecar, attempt)) return fd;
      isReplaced = fd !== null || noteUnlinked(evictHolder(sidecar, watch, ttlMs), "expired", reaped);
    } catch (error) {
      const unlinked = fd === null && !attempt.hasReplaced && removeUnreadable(error, sidecar, ttlMs);
      if (!unlinked) throw error;
      attempt.hasReplaced = true;
      noteUnlinked(unlinked, "unreadable", reaped);
    }
    // A sidecar that was just replaced is probably free: try once more, even after the timeout.
    const wasLate = isLate;
    isLate = leftMs() <= 0;
    if (isLate && (wasLate || !isReplaced)) {
      throw new LockFailure("timeout", `the lock was not free within ${timeoutMs} ms`);
    }
    sleepMs(pauseMs - (monotonicMs() - askedAt));
    wantedMs = backend.waits ? WAIT_MS : nextPause(pauseMs, elapsedMs(attempt));
  }
}

/** About twice the last pause, in milliseconds; shorter again for one that has waited long. */
function nextPause(lastMs: number, waitedMs: number): number {
  const longestMs = (MAX_PAUSE_MS * (0.5 + Math.random())) / (1 + waitedMs / AGING_MS);
  return Math.max(Math.min(lastMs * (1 + 2 * Math.random()), longestMs), MIN_PAUSE_MS);
}

/**
 * Makes our flock the lock: the sidecar's path must still name the locked file, and no crashed holder may have left it
 * long ago. An empty one is kept whatever its age: a waiter that polls one descriptor would hold the lock of the old file
 * while we hold that of a new one.
 * @returns false, with the descriptor closed, to start over
 */
function confirm(fd: number, sidecar: string, attempt: Attempt): boolean {
  let keep = false;
  try {
    const locked = fs.fstatSync(fd, { bigint: true });
    const named = fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false });
    if (!isSameFile(named, locked) && !isRenumbered(sidecar)) return false;
    const [size, ino] = [Number(locked.size), Number(locked.ino)];
    const ageMs = Date.now() - Number(locked.mtimeMs);
    const { request, reaped } = attempt;
    // On Windows, no process can unlink an open file: there, the next holder overwrites the record, whatever its age.
    const isStale = !IS_WINDOWS && size > 0 && ageMs > request.ttlMs && !attempt.hasReplaced;
    const left = isStale ? readRecord(fd) : null;
    if (left) {
      attempt.hasReplaced = true;
      ifPresent(() => fs.unlinkSync(sidecar));
      reaped.push({ reason: "abandoned", ageMs, ino, holder: holderOfRecord(left) });
      return false;
    }
    const record = writeRecord(fd, size, request.hook ?? "", request.journal.sessionId);
    if (IS_WINDOWS) writeCopy(sidecar, record);
    attempt.lockedIno = ino;
    keep = true;
    return true;
  } finally {
    if (!keep) fs.closeSync(fd);
  }
}

/** @returns whether the path may name another sidecar now */
function noteUnlinked(
  unlinked: Unlinked | "replaced" | "held",
  reason: Reaped["reason"],
  reaped: Reaped[],
): boolean {
  if (unlinked === "held") return false;
  if (unlinked !== "replaced") reaped.push({ reason, ...unlinked });
  return true;
}

/** Journals why the lock failed open. @returns the lease to go on with */
function failOpen(attempt: Attempt, error: unknown): Lease {
  const { target, sidecar, request, tries, backend } = attempt;
  const waitedMs = elapsedMs(attempt);
  const reason = error instanceof LockFailure ? error.reason : failureReason(error);
  const code = codeOf(error);
  const holder = reason === "timeout" && sidecar ? witnessHolder(sidecar) : undefined;
  report(
    "lock_fail_open",
    {
      target,
      lock_path: sidecar,
      reason,
      code,
      errno: errnoOf(code),
      message: messageOf(error),
      waited_ms: waitedMs,
      timeout_ms: request.timeoutMs,
      attempts: tries,
      holder,
    },
    request,
  );
  return { outcome: "fail_open", waitedMs, backend, reason, code, holder };
}

/** Journals that we unlinked a sidecar. */
function reportReaped({ reason, ageMs, ino, holder }: Reaped, attempt: Attempt): void {
  const { target, sidecar, request } = attempt;
  report(
    "lock_reaped",
    {
      target,
      lock_path: sidecar,
      reason,
      age_ms: Math.round(ageMs),
      old_ino: ino,
      new_ino: attempt.lockedIno,
      waited_ms: elapsedMs(attempt),
      holder,
    },
    request,
  );
}

function release(fd: number, sidecar: string): void {
  // A record that stays behind only names a former holder.
  if (IS_WINDOWS) quietly(() => fs.unlinkSync(copyOf(sidecar)));
  quietly(() => fs.ftruncateSync(fd, 0));
  quietly(() => fs.closeSync(fd));
}
