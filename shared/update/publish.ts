/** Puts a staged file in the target's place, or its content into the target, and tells what that displaced. */
import fs from "node:fs";
import { isCode } from "../system/errors.ts";
import { isSameFile } from "../system/files.ts";
import { native, succeeded } from "../system/native.ts";
import { closeSnapshot, openSnapshot, type Snapshot } from "../system/snapshot.ts";
import { cannotReplace, writeInPlace } from "./inPlace.ts";

/** Failures that mean: not on this file system, or not in this sandbox. */
const CANNOT_EXCHANGE = ["EINVAL", "ENOSYS", "EPERM", "ENOTSUP", "EOPNOTSUPP"];
const CANNOT_LINK = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

export interface Published {
  /**
   * The files that the target's name has lost, each with the bytes that the new version is made from, and open for the
   * caller to close.
   */
  displaced: Snapshot[];
  /** The target could not be replaced: it is the same file as before. */
  isInPlace: boolean;
}

/**
 * Publishes a staged file.
 * @param old the target as we read it; null if it was absent
 * @param mayReplace false for a file with another name, from which a replacement would part it
 * @param beforeInPlace is called before the target itself is written
 * @returns null if another program has created an absent target, or changed one that cannot be replaced
 * @throws the system's error; `ENOENT` if another writer has fenced us, or the target is gone
 */
export function publish(
  staged: string,
  target: string,
  old: Snapshot | null,
  mayReplace: boolean,
  beforeInPlace: () => void,
): Published | null {
  if (!old) return link(staged, target) ? { displaced: [], isInPlace: false } : null;
  try {
    if (mayReplace) return { displaced: replace(staged, target, old), isInPlace: false };
  } catch (error) {
    if (!cannotReplace(error)) throw error;
  }
  beforeInPlace();
  return writeInPlace(staged, target, old) ? { displaced: [], isInPlace: true } : null;
}

function replace(staged: string, target: string, old: Snapshot): Snapshot[] {
  if (!exchange(staged, target)) {
    fs.renameSync(staged, target);
    return [old];
  }
  const displaced = openDisplaced(staged, target);
  if (!displaced || isSameFile(displaced.stat, old.stat)) {
    closeSnapshot(displaced);
    return [old];
  }
  // Another program has replaced the target since we last looked. Its version is a change of what we read.
  return [old, { ...displaced, bytes: old.bytes }];
}

/** @returns false if another program has created the target meanwhile */
function link(staged: string, target: string): boolean {
  try {
    fs.linkSync(staged, target);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (!isCode(error, ...CANNOT_LINK)) throw error;
    // This file system has no hard links: for a moment, our rename could replace another program's new file.
    if (fs.lstatSync(target, { throwIfNoEntry: false })) return false;
  }
  fs.renameSync(staged, target);
  return true;
}

/** Swaps the names of the two files, so that no version is ever without a name. @returns false if that is not possible */
function exchange(staged: string, target: string): boolean {
  const binding = native();
  if (!binding) return false;
  try {
    succeeded(binding.exchange(staged, target));
    return true;
  } catch (error) {
    if (isCode(error, ...CANNOT_EXCHANGE)) return false;
    throw error;
  }
}

/**
 * @returns the file that the target was; null if another writer's fence has removed it already
 * @throws what makes it no version to merge (a link, a file too large), after it has its name back
 */
function openDisplaced(staged: string, target: string): Snapshot | null {
  try {
    return openSnapshot(staged);
  } catch (error) {
    exchange(staged, target);
    throw error;
  }
}
