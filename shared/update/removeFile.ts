/**
 * Removes a file that others also write, and its sidecar, and loses no text. We move the file into a claim, so that an
 * evicted writer cannot bring it back. If a program wrote into it at that moment, or put another one in its place, we put
 * back what we have moved.
 */
import fs from "node:fs";
import { sidecarOf, withLockOn } from "../fileLock.ts";
import { report } from "../journal/sessionJournal.ts";
import { findBackend } from "../lock/flock.ts";
import { copyOf } from "../lock/holder.ts";
import { type LockOptions, requestOf } from "../lock/lease.ts";
import { ifPresent, isCode } from "../system/errors.ts";
import { inFolder, isRenumbered, isSameFile, isThere } from "../system/files.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { isSharingError, retryWhileShared } from "../system/sharing.ts";
import { closeSnapshot, isStill, openSnapshot, readAgain, type Snapshot } from "../system/snapshot.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { monotonicMs } from "../system/time.ts";
import { settle } from "./atRest.ts";
import { createClaim, discardClaim, fence, moveBeside, stagedName } from "./claim.ts";
import { saveBeside } from "./displaced.ts";
import { savedMessage } from "./update.ts";

export interface Removal {
  /** Whether the file is absent now. */
  isRemoved: boolean;
  /** What a person should know. */
  messages: string[];
}

/**
 * Removes a file if its text allows it, under its lock if we can acquire that.
 * @param mayRemove decides on the text that we read under the lock
 * @throws the system's error, or what `mayRemove` throws
 */
export function removeFile(
  target: TargetPath,
  mayRemove: (text: string) => boolean,
  options: LockOptions,
): Removal {
  const request = requestOf(options);
  const saved: string[] = [];
  const remove = () => removeUnderClaim(target, mayRemove, request.ttlMs, saved);
  const isRemoved = withLockOn(target, remove, request);
  for (const file of saved) {
    report("outside_edit", { target: target.path, resolution: "saved", saved: file }, request);
  }
  return { isRemoved, messages: saved.map((file) => savedMessage(target, file)) };
}

function removeUnderClaim(
  target: TargetPath,
  mayRemove: (text: string) => boolean,
  ttlMs: number,
  saved: string[],
): boolean {
  const claim = createClaim(target);
  let snapshot: Snapshot | null = null;
  try {
    if (fence(target, claim, ttlMs, saved).inTheWay) return false;
    snapshot = openSnapshot(target.path);
    if (!snapshot) return true;
    if (IS_WINDOWS) closeSnapshot(snapshot);
    if (!mayRemove(snapshot.bytes.toString("utf8")) || !isStill(target.path, snapshot)) return false;
    const moved = inFolder(claim, stagedName(0n, snapshot.stat));
    retryWhileShared(() => fs.renameSync(target.path, moved));
    const isClosed = settle([snapshot], monotonicMs()).length === 0;
    if (isClosed && isStill(moved, snapshot)) {
      ifPresent(() => fs.unlinkSync(moved));
      return true;
    }
    // No link: PRoot would make it a symbolic one into the claim.
    if (isThere(target.path)) saved.push(moveBeside(moved, target.path));
    else fs.renameSync(moved, target.path);
    return false;
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
    // Another writer has removed our claim, and the file with it.
    if (snapshot) saved.push(...saveLate(snapshot, target.path));
    return !isThere(target.path);
  } finally {
    closeSnapshot(snapshot);
    saved.push(...discardClaim(claim, target.path));
  }
}

/** Saves what another program has written into a file that has no name any more. @returns its path beside the target */
function saveLate(snapshot: Snapshot, target: string): string[] {
  if (IS_WINDOWS || fs.fstatSync(snapshot.fd).nlink > 0) return [];
  const bytes = readAgain(snapshot);
  return bytes.equals(snapshot.bytes) ? [] : [saveBeside(target, bytes)];
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
    const locked = fs.fstatSync(fd, { bigint: true });
    const named = fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false });
    if (!isSameFile(named, locked) && !isRenumbered(sidecar)) return "another process has just replaced it";
    // A waiter checks the inode after it gets the flock, and starts over with a new sidecar.
    if (!IS_WINDOWS) fs.unlinkSync(sidecar);
  } finally {
    fs.closeSync(fd);
  }
  return IS_WINDOWS ? unlinkFree(sidecar) : undefined;
}

/** Windows unlinks no open file, which is as good as holding the lock: a holder has it open. */
function unlinkFree(sidecar: string): string | undefined {
  try {
    ifPresent(() => fs.unlinkSync(sidecar));
    ifPresent(() => fs.unlinkSync(copyOf(sidecar)));
    return undefined;
  } catch (error) {
    if (isSharingError(error)) return "another process holds it";
    throw error;
  }
}
