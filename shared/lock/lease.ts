/** What a writer asks of the lock, and what it gets. */
import type { LockHolder } from "../journal/events.ts";
import type { JournalAddress } from "../journal/sessionFolder.ts";
import type { Reporter } from "../journal/sessionJournal.ts";
import type { BackendName } from "./flock.ts";

/** A sidecar whose mtime is older is stale: its holder is presumed dead. */
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

/** Options as they are used: checked, and with their defaults. */
export interface LockRequest extends Reporter {
  timeoutMs: number;
  ttlMs: number;
  /** The real target must lie inside; undefined for the target's own folder. */
  anchor: string | undefined;
}

/** What became of an acquisition. */
export interface Lease {
  /** `not_needed`: there was nothing to change, so the lock was not asked for. */
  outcome: "locked" | "fail_open" | "not_needed";
  waitedMs: number;
  backend: BackendName;
  /** Why it failed open: `timeout`, `permission`, `no_space`, … */
  reason?: string;
  /** The system's code, where the system refused. */
  code?: string;
  /** Who held the lock when the time was up, where that can be known. */
  holder?: LockHolder;
  /** The live holder that was evicted; empty if it cannot be known. */
  evicted?: Partial<LockHolder>;
}

/** The lease of an update that found nothing to change. */
export const NOT_NEEDED: Lease = { outcome: "not_needed", waitedMs: 0, backend: "none" };

/** The only place where options are checked: a time that is not a number of milliseconds means the default. */
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
