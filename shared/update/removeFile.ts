/**
 * Removing a file that others write too, and its sidecar. As with the publish, nothing is lost: the file is moved into
 * a claim, so a writer that was evicted cannot bring it back, and what came in at that moment is put back.
 */
import fs from "node:fs";
import path from "node:path";
import { sidecarOf, withLockOn } from "../fileLock.ts";
import { findBackend } from "../lock/flock.ts";
import { type LockOptions, requestOf } from "../lock/lease.ts";
import { isCode } from "../system/errors.ts";
import { closeSnapshot, isStill, openSnapshot, readAgain, type Snapshot } from "../system/snapshot.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { sleepMs } from "../system/time.ts";
import { createClaim, discardClaim, fence } from "./claim.ts";
import { SETTLE_MS } from "./displaced.ts";
import { updateFile } from "./updateFile.ts";

/**
 * Removes a file, under its lock where that can be had, if its text allows it.
 * @param mayGo is asked about the text as it is under the lock
 * @returns whether the file is gone
 * @throws the system's error, or what `mayGo` throws
 */
export function removeFile(
  target: TargetPath,
  mayGo: (text: string) => boolean,
  options: LockOptions,
): boolean {
  const request = requestOf(options);
  return withLockOn(target, () => removeUnderClaim(target, mayGo, request.ttlMs, options), request);
}

function removeUnderClaim(
  target: TargetPath,
  mayGo: (text: string) => boolean,
  ttlMs: number,
  options: LockOptions,
): boolean {
  const claim = createClaim(target);
  let snapshot: Snapshot | null = null;
  try {
    if (fence(target, claim, ttlMs)) return false;
    snapshot = openSnapshot(target.path);
    if (!snapshot) return true;
    if (!mayGo(snapshot.bytes.toString("utf8")) || !isStill(target.path, snapshot)) return false;
    const moved = path.join(claim, "removed");
    fs.renameSync(target.path, moved);
    sleepMs(SETTLE_MS);
    if (isStill(moved, snapshot)) return true;
    putBack(moved, target.path, snapshot, options);
    return false;
  } catch (error) {
    // Our claim is gone: another writer was faster, and the file is its.
    if (isCode(error, "ENOENT")) return false;
    throw error;
  } finally {
    closeSnapshot(snapshot);
    discardClaim(claim);
  }
}

/** Where somebody has made a new file meanwhile, the old text is added to it. */
function putBack(moved: string, file: string, snapshot: Snapshot, options: LockOptions): void {
  try {
    fs.linkSync(moved, file);
  } catch {
    const text = readAgain(snapshot).toString("utf8");
    updateFile(file, (now) => (now ?? "") + text, { ...options, timeoutMs: 0 });
  }
}

/**
 * Removes the lock's sidecar, under its lock, if it is free.
 * @returns why it is still there; undefined if it is gone
 * @throws the system's error
 */
export function removeSidecar(target: TargetPath): string | undefined {
  const sidecar = sidecarOf(target);
  const there = fs.lstatSync(sidecar, { throwIfNoEntry: false });
  if (!there) return undefined;
  if (!there.isFile()) return "it is not a regular file";
  const backend = findBackend();
  if (!backend) return "there is no way to see whether it is free";
  const fd = backend.openLocked(sidecar);
  if (fd === null) return "somebody holds it";
  try {
    const locked = fs.fstatSync(fd);
    const named = fs.lstatSync(sidecar, { throwIfNoEntry: false });
    if (named?.ino !== locked.ino || named.dev !== locked.dev) return "somebody has just replaced it";
    // Whoever waits for it looks at its inode after getting it, and starts over with a new one.
    fs.unlinkSync(sidecar);
    return undefined;
  } finally {
    fs.closeSync(fd);
  }
}
