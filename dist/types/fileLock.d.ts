import { type BackendName } from "./flock.ts";
import { type LockHolder } from "./lockHolder.ts";
import { type TargetPath } from "./targetPath.ts";
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
/**
 * Runs `critical` while holding the lock on `target`, or without it when that cannot be had: see its lease.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export declare function withFileLock<T>(target: string, critical: (lease: Lease) => T, options?: LockOptions): T;
/** As `withFileLock`, for a target whose links have been followed. */
export declare function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, options: LockOptions): T;
/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export declare function sidecarOf({ dir, base }: TargetPath): string;
