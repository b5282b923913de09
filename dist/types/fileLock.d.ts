import { type Lease, type LockOptions, type LockRequest } from "./lock/lease.ts";
import { type TargetPath } from "./system/targetPath.ts";
export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions } from "./lock/lease.ts";
/**
 * Runs `critical` while holding the lock on `target`, or without it when that cannot be had: see its lease. Not
 * reentrant: within `critical`, asking for the same lock again (`updateFile` does) waits for ourselves, in vain.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export declare function withFileLock<T>(target: string, critical: (lease: Lease) => T, options?: LockOptions): T;
/** As `withFileLock`, for a target whose links have been followed. */
export declare function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, request: LockRequest): T;
/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export declare function sidecarOf({ dir, base }: TargetPath): string;
