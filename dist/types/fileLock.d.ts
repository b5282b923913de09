import { type Lease, type LockOptions, type LockRequest } from "./lock/lease.ts";
import { type TargetPath } from "./system/targetPath.ts";
export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions } from "./lock/lease.ts";
/**
 * Runs `critical` while holding the lock on `target`, or without the lock if acquiring fails: see the lease. Not
 * reentrant: a `critical` that asks for the same lock (`updateFile` does) waits for itself until the timeout.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export declare function withFileLock<T>(target: string, critical: (lease: Lease) => T, options?: LockOptions): T;
/** Does what `withFileLock` does, for a target whose links are already resolved. */
export declare function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, request: LockRequest): T;
/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export declare function sidecarOf({ dir, base }: TargetPath): string;
