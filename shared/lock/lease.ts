/** The options with which a writer asks for the lock, and the lease that it gets. */
import type { LockHolder } from "../journal/events.ts";
import type { JournalAddress } from "../journal/sessionFolder.ts";
import type { Reporter } from "../journal/sessionJournal.ts";

/** A sidecar whose mtime is older than this is stale: its holder is presumed dead. */
export const LOCK_TTL_SECONDS = 30;
/** The longest that a writer waits for the lock. */
export const LOCK_TIMEOUT_SECONDS = 5;

export type BackendName = "native" | "addon" | "exlock" | "flock" | "none";

/** A failure to lock that no system call reported. */
export class LockFailure extends Error {
  reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface LockOptions {
  /** Default: `LOCK_TIMEOUT_SECONDS`. 0 tries once. */
  timeoutMs?: number | undefined;
  /** Default: `LOCK_TTL_SECONDS`. */
  ttlMs?: number | undefined;
  /** The folder that must contain the real target. Default: the target's own. Also names the journal. */
  projectDir?: string | undefined;
  /** The hook or command that asks, for the journal and the holder record. */
  hook?: string | undefined;
  /** The session whose journal gets the events. Without an id, events are unattributed. */
  sessionId?: string | undefined;
  /** The journal that gets the events, if `projectDir` and `sessionId` do not name it. */
  journal?: JournalAddress | undefined;
}

/** Checked options, with defaults filled in. */
export interface LockRequest extends Reporter {
  timeoutMs: number;
  ttlMs: number;
  /** The folder that must contain the real target; undefined means the target's own. */
  anchor: string | undefined;
}

/** The result of an acquisition. */
export interface Lease {
  /** `not_needed`: the writer had nothing to change, so it did not ask for the lock. */
  outcome: "locked" | "fail_open" | "not_needed";
  waitedMs: number;
  backend: BackendName;
  /** Why it failed open: `timeout`, `permission`, `no_space`, … */
  reason?: string;
  /** The system's error code, if a system call failed. */
  code?: string | undefined;
  /** The process that held the lock at the timeout, if known. */
  holder?: LockHolder | undefined;
  /** The live holder that this writer evicted; empty if unknown. */
  evicted?: Partial<LockHolder>;
}

/**
 * The process that knows no claims and held the lock beside this writer, or was evicted. It may still write what it read
 * before, and so overwrite this writer's update.
 * @returns undefined if there is none; empty if the process is unknown
 */
export function foreignHolderOf({ reason, holder, evicted }: Lease): Partial<LockHolder> | undefined {
  const other = evicted ?? (reason === "timeout" ? (holder ?? {}) : undefined);
  return other?.source === "record" ? undefined : other;
}

/** The lease of an update that found nothing to change. */
export const NOT_NEEDED: Lease = { outcome: "not_needed", waitedMs: 0, backend: "none" };

/** Checks options, for every caller. A time that is not a number of milliseconds becomes the default. */
export function requestOf(options: LockOptions): LockRequest {
  const { timeoutMs, ttlMs, projectDir, sessionId, hook, journal } = options;
  return {
    timeoutMs: nonNegative(timeoutMs) ?? LOCK_TIMEOUT_SECONDS * 1000,
    ttlMs: nonNegative(ttlMs) ?? LOCK_TTL_SECONDS * 1000,
    anchor: projectDir,
    hook,
    journal: journal ?? { projectDir, sessionId },
  };
}

function nonNegative(value: number | undefined): number | undefined {
  return Number.isFinite(value) && (value as number) >= 0 ? value : undefined;
}
