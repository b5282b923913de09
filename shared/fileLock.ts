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
import path from "node:path";
import { codeOf, errnoOf, failureReason, messageOf } from "./errors.ts";
import { type BackendName, findBackend } from "./flock.ts";
import { findHolder, holderOfRecord, type LockHolder, readRecord, writeRecord } from "./lockHolder.ts";
import { appendEvent, makeEvent } from "./sessionJournal.ts";
import { sleepMs } from "./sleep.ts";
import { resolveTarget, type TargetPath } from "./targetPath.ts";

/** A sidecar whose mtime is older than this is presumed to belong to a dead holder. */
export const LOCK_TTL_SECONDS = 30;
/** The longest that a writer waits for the lock. */
export const LOCK_TIMEOUT_SECONDS = 5;

export interface LockOptions {
  /** Default: `LOCK_TIMEOUT_SECONDS`. 0 tries once. */
  timeoutMs?: number | undefined;
  /** Default: `LOCK_TTL_SECONDS`. */
  ttlMs?: number | undefined;
  /** The real target must lie inside. Default: the target's folder. Also names the journal. */
  projectDir?: string | undefined;
  /** Who asks, for the journal and the holder record. */
  hook?: string | undefined;
  /** Whose journal. Without it events are unattributed. */
  sessionId?: string | undefined;
}

/** What became of an acquisition. */
export interface Lease {
  /** `not_needed`: there was nothing to change, so nobody asked for the lock. */
  outcome: "locked" | "fail_open" | "not_needed";
  waitedMs: number;
  backend: BackendName;
  /** Why it failed open: `timeout`, `permission`, `no_space`, … */
  reason?: string;
  /** The system's code, where the system said no. */
  code?: string;
  /** Who held the lock that we waited for in vain, where that can be known. */
  holder?: LockHolder;
  /** A live holder that was presumed dead and evicted; empty if it cannot be known. */
  evicted?: Partial<LockHolder>;
}

/** How long nobody must have touched an expired sidecar that is held: some holders never touch the mtime. */
const PATIENCE_MS = 1000;
const MIN_POLL_MS = 1;
/** Bounds the hand-over from one writer to the next. */
const MAX_POLL_MS = 8;
const FIND_HOLDER_MS = 100;

/**
 * Runs `critical` while holding the lock on `target`, or without it when that cannot be had: see its lease.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export function withFileLock<T>(target: string, critical: (lease: Lease) => T, options: LockOptions = {}): T {
  let resolved: TargetPath;
  try {
    resolved = resolveTarget(target, options.projectDir);
  } catch (error) {
    return critical(failOpen(newAttempt(target, undefined, options), error).lease);
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
  return path.join(dir, `.${base}.lock`);
}

/** One try to get one lock: what was asked for, and what was seen so far. */
interface Attempt {
  target: string;
  sidecar: string | undefined;
  options: LockOptions;
  timeoutMs: number;
  ttlMs: number;
  startedAt: number;
  tries: number;
  backend: BackendName;
  /** An expired sidecar that is held, and since when nobody has touched it. */
  suspect?: { ino: bigint; mtimeNs: bigint; since: number } | undefined;
  replacedStale: boolean;
  reaped: Reaped[];
}

/** A sidecar that was unlinked because its holder is presumed dead. */
interface Reaped {
  reason: "abandoned" | "expired";
  ageMs: number;
  ino: number;
  holder: LockHolder | undefined;
}

/** Without a descriptor the lock has failed open. */
interface Acquired {
  lease: Lease;
  fd?: number;
}

/** A failure that no system call reported. */
class LockFailure extends Error {
  reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

function newAttempt(target: string, sidecar: string | undefined, options: LockOptions): Attempt {
  return {
    target,
    sidecar,
    options,
    timeoutMs: nonNegative(options.timeoutMs) ?? LOCK_TIMEOUT_SECONDS * 1000,
    ttlMs: nonNegative(options.ttlMs) ?? LOCK_TTL_SECONDS * 1000,
    startedAt: performance.now(),
    tries: 0,
    backend: "none",
    replacedStale: false,
    reaped: [],
  };
}

function nonNegative(value: number | undefined): number | undefined {
  return Number.isFinite(value) && (value as number) >= 0 ? value : undefined;
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
    acquired = failOpen(attempt, error);
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
  for (let pollMs = MIN_POLL_MS; ; ) {
    attempt.tries++;
    const fd = backend.openLocked(sidecar);
    if (fd !== null && confirm(fd, sidecar, attempt)) return fd;
    const startOver = fd !== null || evictExpired(sidecar, attempt);
    const leftMs = attempt.timeoutMs - elapsedMs(attempt);
    // A sidecar that has just been replaced is probably free: it gets one try more, late or not.
    if (late || (leftMs <= 0 && !startOver)) {
      throw new LockFailure("timeout", `the lock was not free within ${attempt.timeoutMs} ms`);
    }
    late = leftMs <= 0;
    if (startOver) continue;
    sleepMs(Math.min(leftMs, pollMs * (0.5 + Math.random())));
    pollMs = Math.min(pollMs * 2, MAX_POLL_MS);
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
      fs.unlinkSync(sidecar);
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
    attempt.suspect = { ino: seen.ino, mtimeNs: seen.mtimeNs, since: performance.now() };
    return false;
  }
  if (performance.now() - suspect.since < PATIENCE_MS) return false;
  const holder = findHolder(sidecar, FIND_HOLDER_MS);
  if (fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false })?.ino !== seen.ino) return true;
  fs.unlinkSync(sidecar);
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

function failOpen(attempt: Attempt, error: unknown): Acquired {
  const waitedMs = elapsedMs(attempt);
  const reason = error instanceof LockFailure ? error.reason : failureReason(error);
  const code = codeOf(error);
  const holder =
    reason === "timeout" && attempt.sidecar ? findHolder(attempt.sidecar, FIND_HOLDER_MS) : undefined;
  journal(attempt, "lock_fail_open", {
    reason,
    code,
    errno: errnoOf(code),
    message: messageOf(error),
    waited_ms: waitedMs,
    timeout_ms: attempt.timeoutMs,
    attempts: attempt.tries,
    holder,
  });
  const lease: Lease = { outcome: "fail_open", waitedMs, backend: attempt.backend, reason };
  if (code !== undefined) lease.code = code;
  if (holder) lease.holder = holder;
  return { lease };
}

function reportReaped(
  { reason, ageMs, ino, holder }: Reaped,
  attempt: Attempt,
  fd: number | undefined,
): void {
  journal(attempt, "lock_reaped", {
    reason,
    age_ms: Math.round(ageMs),
    old_ino: ino,
    new_ino: fd === undefined ? undefined : inodeOf(fd),
    waited_ms: elapsedMs(attempt),
    holder,
  });
}

function inodeOf(fd: number): number | undefined {
  try {
    return fs.fstatSync(fd).ino;
  } catch {
    return undefined;
  }
}

function journal(attempt: Attempt, type: string, fields: Record<string, unknown>): void {
  const { target, sidecar, options } = attempt;
  const event = makeEvent(type, {
    target,
    lock_path: sidecar,
    ...fields,
    hook: options.hook,
    pid: process.pid,
  });
  appendEvent(event, options);
}

/** Milliseconds since the attempt began, to a tenth. */
function elapsedMs({ startedAt }: Attempt): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}
