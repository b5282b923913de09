/**
 * Removes a file that others also write, and its sidecar, and loses no text. We move the file into a claim, so that an
 * evicted writer cannot bring it back. If a program wrote into it at that moment, we put the file back.
 */
import fs from "node:fs";
import path from "node:path";
import { sidecarOf, withLockOn } from "../fileLock.ts";
import { findBackend } from "../lock/flock.ts";
import { type LockOptions, requestOf } from "../lock/lease.ts";
import { isCode } from "../system/errors.ts";
import { isSameFile } from "../system/files.ts";
import { closeSnapshot, isStill, openSnapshot, readAgain, type Snapshot } from "../system/snapshot.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { monotonicMs } from "../system/time.ts";
import { createClaim, discardClaim, fence } from "./claim.ts";
import { settle } from "./displaced.ts";
import { updateFile } from "./updateFile.ts";

/**
 * Removes a file if its text allows it, under its lock if we can acquire that.
 * @param mayRemove decides on the text that we read under the lock
 * @returns whether the file is absent now
 * @throws the system's error, or what `mayRemove` throws
 */
export function removeFile(
  target: TargetPath,
  mayRemove: (text: string) => boolean,
  options: LockOptions,
): boolean {
  const request = requestOf(options);
  return withLockOn(target, () => removeUnderClaim(target, mayRemove, request.ttlMs, options), request);
}

function removeUnderClaim(
  target: TargetPath,
  mayRemove: (text: string) => boolean,
  ttlMs: number,
  options: LockOptions,
): boolean {
  const claim = createClaim(target);
  let snapshot: Snapshot | null = null;
  try {
    if (fence(target, claim, ttlMs)) return false;
    snapshot = openSnapshot(target.path);
    if (!snapshot) return true;
    if (!mayRemove(snapshot.bytes.toString("utf8")) || !isStill(target.path, snapshot)) return false;
    const moved = path.join(claim, "removed");
    fs.renameSync(target.path, moved);
    if (settle([snapshot], monotonicMs()) && isStill(moved, snapshot)) return true;
    putBack(moved, target.path, snapshot, options);
    return false;
  } catch (error) {
    // Another writer has removed our claim, and the file is now that writer's.
    if (isCode(error, "ENOENT")) return false;
    throw error;
  } finally {
    closeSnapshot(snapshot);
    discardClaim(claim);
  }
}

/** Puts the file back. If another program has created a new one meanwhile, we append the old text to that. */
function putBack(moved: string, file: string, snapshot: Snapshot, options: LockOptions): void {
  try {
    fs.linkSync(moved, file);
  } catch {
    const text = readAgain(snapshot).toString("utf8");
    updateFile(file, (now) => (now ?? "") + text, { ...options, timeoutMs: 0 });
  }
}

/**
 * Removes the lock's sidecar if it is free, while holding its flock.
 * @returns the reason that the sidecar stays, for a message; undefined if it is absent now
 * @throws the system's error
 */
export function removeSidecar(target: TargetPath): string | undefined {
  const sidecar = sidecarOf(target);
  const there = fs.lstatSync(sidecar, { throwIfNoEntry: false });
  if (!there) return undefined;
  if (!there.isFile()) return "it is not a regular file";
  const backend = findBackend();
  if (!backend) return "this machine has no way to check whether it is free";
  const fd = backend.openLocked(sidecar);
  if (fd === null) return "another process holds it";
  try {
    const locked = fs.fstatSync(fd);
    const named = fs.lstatSync(sidecar, { throwIfNoEntry: false });
    if (!isSameFile(named, locked)) return "another process has just replaced it";
    // A waiter checks the inode after it gets the flock, and starts over with a new sidecar.
    fs.unlinkSync(sidecar);
    return undefined;
  } finally {
    fs.closeSync(fd);
  }
}
