/** One try to get one lock: what was asked for, what was seen so far, and what the journal and the caller are told. */
import fs from "node:fs";
import { appendEvent, type JournalAddress, makeEvent } from "../journal/sessionJournal.ts";
import { codeOf, errnoOf, failureReason, messageOf } from "../system/errors.ts";
import { monotonicMs } from "../system/time.ts";
import type { BackendName } from "./flock.ts";
import { findHolder, type LockHolder } from "./holder.ts";

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
  /** Whose journal, where that is not what `projectDir` and `sessionId` say. */
  journal?: JournalAddress | undefined;
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

/** Finding out who holds a lock takes no longer than this. */
export const FIND_HOLDER_MS = 100;

/** One try to get one lock: what was asked for, and what was seen so far. */
export interface Attempt {
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
export interface Reaped {
  reason: "abandoned" | "expired";
  ageMs: number;
  ino: number;
  holder: LockHolder | undefined;
}

/** A failure that no system call reported. */
export class LockFailure extends Error {
  reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function newAttempt(target: string, sidecar: string | undefined, options: LockOptions): Attempt {
  return {
    target,
    sidecar,
    options,
    timeoutMs: timeoutMsOf(options),
    ttlMs: nonNegative(options.ttlMs) ?? LOCK_TTL_SECONDS * 1000,
    startedAt: monotonicMs(),
    tries: 0,
    backend: "none",
    replacedStale: false,
    reaped: [],
  };
}

/** The longest to wait for the lock: what the options say, if that makes sense. */
export function timeoutMsOf({ timeoutMs }: LockOptions): number {
  return nonNegative(timeoutMs) ?? LOCK_TIMEOUT_SECONDS * 1000;
}

function nonNegative(value: number | undefined): number | undefined {
  return Number.isFinite(value) && (value as number) >= 0 ? value : undefined;
}

/** Journals that the lock cannot be had, and why. @returns the lease to go on with */
export function failOpen(attempt: Attempt, error: unknown): Lease {
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
  return lease;
}

/** Journals that a sidecar was unlinked; `fd` is that of the new one, if it was got. */
export function reportReaped(
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
  appendEvent(event, options.journal ?? options);
}

/** Milliseconds since the attempt began, to a tenth. */
export function elapsedMs({ startedAt }: Attempt): number {
  return Math.round((monotonicMs() - startedAt) * 10) / 10;
}
