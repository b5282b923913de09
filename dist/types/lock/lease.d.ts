import { type JournalAddress } from "../journal/sessionJournal.ts";
import type { BackendName } from "./flock.ts";
import { type LockHolder } from "./holder.ts";
/** A sidecar whose mtime is older than this is presumed to belong to a dead holder. */
export declare const LOCK_TTL_SECONDS = 30;
/** The longest that a writer waits for the lock. */
export declare const LOCK_TIMEOUT_SECONDS = 5;
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
export declare const FIND_HOLDER_MS = 100;
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
    suspect?: {
        ino: bigint;
        mtimeNs: bigint;
        since: number;
    } | undefined;
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
export declare class LockFailure extends Error {
    reason: string;
    constructor(reason: string, message: string);
}
export declare function newAttempt(target: string, sidecar: string | undefined, options: LockOptions): Attempt;
/** The longest to wait for the lock: what the options say, if that makes sense. */
export declare function timeoutMsOf({ timeoutMs }: LockOptions): number;
/** Journals that the lock cannot be had, and why. @returns the lease to go on with */
export declare function failOpen(attempt: Attempt, error: unknown): Lease;
/** Journals that a sidecar was unlinked; `fd` is that of the new one, if it was got. */
export declare function reportReaped({ reason, ageMs, ino, holder }: Reaped, attempt: Attempt, fd: number | undefined): void;
/** Milliseconds since the attempt began, to a tenth. */
export declare function elapsedMs({ startedAt }: Attempt): number;
