/** The options with which a writer asks for the lock, and the lease that it gets. */
import type { LockHolder } from "../journal/events.ts";
import type { JournalAddress } from "../journal/sessionFolder.ts";
import type { Reporter } from "../journal/sessionJournal.ts";
/** A sidecar whose mtime is older than this is stale: its holder is presumed dead. */
export declare const LOCK_TTL_SECONDS = 30;
/** The longest that a writer waits for the lock. */
export declare const LOCK_TIMEOUT_SECONDS = 5;
export type BackendName = "native" | "addon" | "exlock" | "flock" | "none";
/** A failure to lock that no system call reported. */
export declare class LockFailure extends Error {
    reason: string;
    constructor(reason: string, message: string);
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
export declare function foreignHolderOf({ reason, holder, evicted }: Lease): Partial<LockHolder> | undefined;
/** The lease of an update that found nothing to change. */
export declare const NOT_NEEDED: Lease;
/** Checks options, for every caller. A time that is not a number of milliseconds becomes the default. */
export declare function requestOf(options: LockOptions): LockRequest;
