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
import { type Lease, type LockOptions } from "./lockAttempt.ts";
import { type TargetPath } from "./targetPath.ts";
export { type Lease, LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS, type LockOptions } from "./lockAttempt.ts";
/**
 * Runs `critical` while holding the lock on `target`, or without it when that cannot be had: see its lease. Not
 * reentrant: within `critical`, asking for the same lock again (`updateFile` does) waits for ourselves, in vain.
 * @returns what `critical` returns
 * @throws only what `critical` throws
 */
export declare function withFileLock<T>(target: string, critical: (lease: Lease) => T, options?: LockOptions): T;
/** As `withFileLock`, for a target whose links have been followed. */
export declare function withLockOn<T>(target: TargetPath, critical: (lease: Lease) => T, options: LockOptions): T;
/** The sidecar's path: `.CLAUDE.md.lock` beside CLAUDE.md. */
export declare function sidecarOf({ dir, base }: TargetPath): string;
