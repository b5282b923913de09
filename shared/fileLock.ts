/**
 * The lock: an advisory `flock(2)` on a sidecar file beside the target. It makes writers take turns; that a wrong turn
 * is harmless is the publish's work (updateFile.ts), so everything here may guess.
 *
 * Acquire, until the timeout: open the sidecar and try its flock without waiting.
 * - Got it: the path must still name what we locked, or somebody has replaced the sidecar. Older than the TTL: its last
 *   holder is presumed dead; unlink it while holding it and start over with a new one. Else write the holder record.
 * - Refused: wait a little. If the sidecar is older than the TTL, or dated in the future, and nobody has touched it for
 *   a second of our own waiting, its holder is presumed dead: unlink it and start over.
 * - Time is up, or any step failed: fail open. The caller goes on without the lock, and the journal says so.
 * Release: empty the record, close. The sidecar stays, since other implementations do not look at its inode again.
 * A holder that dies, however, leaves the flock to the kernel, which frees it.
 */
import fs from "node:fs";
import { findBackend } from "./lock/flock.ts";
import { findHolder, holderOfRecord, readRecord, writeRecord } from "./lock/holder.ts";
import {
  type Attempt,
  elapsedMs,
  FIND_HOLDER_MS,
  failOpen,
  type Lease,
  LockFailure,
  type LockOptions,
  newAttempt,
  reportReaped,
} from "./lock/lease.ts";
import { ifPresent } from "./system/errors.ts";
import { inFolder } from "./system/folders.ts";
import { sleepMs } from "./system/sleep.ts";
import { resolveTarget, type TargetPath } from "./system/targetPath.ts";
import { monotonicMs } from "./system/time.ts";

export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions } from "./lock/lease.ts";

/** How long nobody must have touched an expired sidecar that is held: some holders never touch the mtime. */
const PATIENCE_MS = 1000;
const MIN_POLL_MS = 1;
/** Bounds the hand-over from one writer to the next. */
const MAX_POLL_MS = 8;
/** A backend that can wait does so, for it takes a process to ask it; between, we look at the sidecar. */
const MAX_WAIT_MS = 50;

/**
 * Runs `critical` while holding the lock on `target`, or without it when that cannot be had: see its lease. Not
 * reentrant: within `critical`, asking for the same lock again (`updateFile` does) waits for ourselves, in vain.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export function withFileLock<T>(target: string, critical: (lease: Lease) => T, options: LockOptions = {}): T {
  let resolved: TargetPath;
  try {
    resolved = resolveTarget(target, options.projectDir);
  } catch (error) {
    return critical(failOpen(newAttempt(target, undefined, options), error));
  }
  return withLockOn(resolved, critical, options);
}

/** As `withFileLock`, for a target whose links have been followed. */
export function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, options: LockOptions): T {
  const { lease, fd } = acquire(target, options);
  try {
    return critical(lease);
  } finally {
    if (fd !== undefined) release(fd);
  }
}

/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export function sidecarOf({ dir, base }: TargetPath): string {
  return inFolder(dir, `.${base}.lock`);
}

/** Without a descriptor the lock has failed open. */
interface Acquired {
  lease: Lease;
  fd?: number;
}

/** Never throws: every failure fails open, with one event. */
function acquire(target: TargetPath, options: LockOptions): Acquired {
  const sidecar = sidecarOf(target);
  const attempt = newAttempt(target.path, sidecar, options);
  let acquired: Acquired;
  try {
    const fd = poll(sidecar, attempt);
    acquired = { fd, lease: { outcome: "locked", waitedMs: elapsedMs(attempt), backend: attempt.backend } };
  } catch (error) {
    acquired = { lease: failOpen(attempt, error) };
  }
  for (const reaped of attempt.reaped) {
    reportReaped(reaped, attempt, acquired.fd);
    if (reaped.reason === "expired") acquired.lease.evicted = reaped.holder ?? {};
  }
  return acquired;
}

/** @returns the descriptor of the locked sidecar, with our record in it @throws why the lock cannot be had */
function poll(sidecar: string, attempt: Attempt): number {
  const backend = findBackend();
  if (!backend) {
    throw new LockFailure("no_backend", "neither the fs-ext addon nor a flock program is on this machine");
  }
  attempt.backend = backend.name;
  let late = false;
  let { waits } = backend;
  for (let pollMs = MIN_POLL_MS, waitMs = 0; ; ) {
    attempt.tries++;
    const askedAt = monotonicMs();
    const fd = backend.openLocked(sidecar, waitMs);
    if (fd !== null && confirm(fd, sidecar, attempt)) return fd;
    const startOver = fd !== null || evictExpired(sidecar, attempt);
    const leftMs = attempt.timeoutMs - elapsedMs(attempt);
    // A sidecar that has just been replaced is probably free: it gets one try more, late or not.
    if (late || (leftMs <= 0 && !startOver)) {
      throw new LockFailure("timeout", `the lock was not free within ${attempt.timeoutMs} ms`);
    }
    late = leftMs <= 0;
    if (startOver) continue;
    // BusyBox's flock knows of no waiting, and refuses to run: from then on it is asked without.
    if (monotonicMs() - askedAt < waitMs) waits = false;
    if (!waits) sleepMs(Math.min(leftMs, pollMs * (0.5 + Math.random())));
    pollMs = Math.min(pollMs * 2, MAX_POLL_MS);
    waitMs = waits ? Math.min(leftMs, MAX_WAIT_MS) : 0;
  }
}

/**
 * Makes a flock that we got into the lock: the sidecar's path must still name it, and it must not be stale.
 * @returns false, with the descriptor closed, to start over
 */
function confirm(fd: number, sidecar: string, attempt: Attempt): boolean {
  let keep = false;
  try {
    const locked = fs.fstatSync(fd);
    const named = fs.lstatSync(sidecar, { throwIfNoEntry: false });
    if (!named || named.ino !== locked.ino || named.dev !== locked.dev) return false;
    const ageMs = Date.now() - locked.mtimeMs;
    // Once: where the file server's clock is behind ours, the new sidecar looks stale too.
    if (ageMs > attempt.ttlMs && !attempt.replacedStale) {
      attempt.replacedStale = true;
      const record = readRecord(fd);
      ifPresent(() => fs.unlinkSync(sidecar));
      if (record) {
        const holder = holderOfRecord(record);
        attempt.reaped.push({ reason: "abandoned", ageMs, ino: locked.ino, holder });
      }
      return false;
    }
    writeRecord(fd, attempt.options.hook ?? "", attempt.options.sessionId);
    keep = true;
    return true;
  } finally {
    if (!keep) fs.closeSync(fd);
  }
}

/**
 * Unlinks a held sidecar whose holder is presumed dead.
 * @returns whether it did, so that the lock can be tried anew at once
 */
function evictExpired(sidecar: string, attempt: Attempt): boolean {
  const seen = fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false });
  if (!seen) return true;
  const ageMs = Date.now() - Number(seen.mtimeMs);
  // An mtime in the future would never grow old: somebody has tampered with it.
  if (Math.abs(ageMs) <= attempt.ttlMs) {
    attempt.suspect = undefined;
    return false;
  }
  const { suspect } = attempt;
  if (suspect?.ino !== seen.ino || suspect.mtimeNs !== seen.mtimeNs) {
    attempt.suspect = { ino: seen.ino, mtimeNs: seen.mtimeNs, since: monotonicMs() };
    return false;
  }
  if (monotonicMs() - suspect.since < PATIENCE_MS) return false;
  const holder = findHolder(sidecar, FIND_HOLDER_MS);
  const now = fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false });
  if (now?.ino !== seen.ino || now.mtimeNs !== seen.mtimeNs) return true;
  // Another waiter may be faster: then the eviction is its own.
  if (ifPresent(() => fs.unlinkSync(sidecar)) === null) return true;
  attempt.reaped.push({ reason: "expired", ageMs, ino: Number(seen.ino), holder });
  attempt.suspect = undefined;
  return true;
}

function release(fd: number): void {
  try {
    fs.ftruncateSync(fd, 0);
  } catch {
    // A record left behind only names a holder that no longer holds.
  }
  try {
    fs.closeSync(fd);
  } catch {
    // The descriptor is gone all the same, and the flock with it.
  }
}
