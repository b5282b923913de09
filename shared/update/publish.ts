/** Puts a staged file in the target's place, or its content into the target, and tells what that displaced. */
import fs from "node:fs";
import path from "node:path";
import { ifPresent, isCode, quietly } from "../system/errors.ts";
import { inFolder, isSameFile, isThere } from "../system/files.ts";
import { native, succeeded } from "../system/native.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { SHARE_NOTHING } from "../system/sharing.ts";
import { closeSnapshot, openSnapshot, type Snapshot } from "../system/snapshot.ts";
import { sleepMs } from "../system/time.ts";
import { isUnfinished, SETTLE_MS } from "./atRest.ts";
import { isStagedName, moveBeside, stagedName } from "./claim.ts";
import { cannotReplace, writeInPlace } from "./inPlace.ts";

/** Failures that mean: not on this file system, or not in this sandbox. */
const CANNOT_EXCHANGE = ["EINVAL", "ENOSYS", "EPERM", "ENOTSUP", "EOPNOTSUPP"];
const CANNOT_LINK = [...CANNOT_EXCHANGE, "EMLINK", "EACCES", "EXDEV", "EIO", "EISDIR"];

/** A file that the target's name has lost, with the bytes that the new version is made from. The caller closes it. */
export interface Displaced extends Snapshot {
  /** Where the file is now, if it has a name. */
  file?: string;
  /** The file lies beside the target until all that it holds is merged. */
  isBeside?: true;
  /** Where what another program wrote into it was saved, because it could not be merged. */
  savedAs?: string;
}

export interface Published {
  /** Files that a program may still write into, or that nobody has read. */
  displaced: Displaced[];
  /** What to keep as the backup. */
  previous?: Pick<Displaced, "bytes" | "file">;
  /** The target could not be replaced: it is the same file as before. */
  isInPlace: boolean;
}

/**
 * Publishes a staged file.
 * @param old the target as we read it; null if it was absent
 * @param beforeInPlace is called before the target itself is written
 * @returns null if another program has created an absent target, or changed one that cannot be replaced
 * @throws the system's error; `ENOENT` if another writer has fenced us, or the target is gone
 */
export function publish(
  staged: string,
  target: string,
  old: Snapshot | null,
  beforeInPlace: () => void,
): Published | null {
  if (!old) return link(staged, target) ? { displaced: [], isInPlace: false } : null;
  try {
    // A replacement would part the file from its other name.
    if (old.stat.nlink === 1n) {
      const displaced = IS_WINDOWS ? replaceClosed(staged, target, old) : replace(staged, target, old);
      const [first] = displaced;
      const previous = first && !first.isBeside ? first : { bytes: old.bytes };
      return { displaced, isInPlace: false, ...(displaced.length < 2 && { previous }) };
    }
  } catch (error) {
    if (!cannotReplace(error)) throw error;
  }
  beforeInPlace();
  return writeInPlace(staged, target, old) ? { displaced: [], isInPlace: true } : null;
}

/** Moves a displaced file out of our claim if another program has not finished writing it. Never throws. */
export function saveUnfinished(displaced: Displaced, staged: string, target: string): void {
  if (displaced.file !== staged) return;
  let isFinished = false;
  // What cannot be told is not finished.
  quietly(() => {
    isFinished = !isUnfinished(displaced);
  });
  if (!isFinished) moveOut(displaced, staged, target);
}

/** If a fence has taken the file, or the move fails, who removes the claim looks at it. We have published in any case. */
function moveOut(displaced: Displaced, file: string, target: string): void {
  quietly(() => Object.assign(displaced, { file: moveBeside(file, target), isBeside: true }));
}

function replace(staged: string, target: string, old: Snapshot): Displaced[] {
  if (!exchange(staged, target)) {
    fs.renameSync(staged, target);
    return [old];
  }
  const displaced = openDisplaced(staged, target);
  // Where inode numbers say nothing, the bytes have to.
  const isSame = isStagedName(staged) ? isSameFile : () => displaced?.bytes.equals(old.bytes);
  if (!displaced || isSame(displaced.stat, old.stat)) {
    closeSnapshot(displaced);
    return [{ ...old, file: staged }];
  }
  // Another program has replaced the target since we last looked. Its version is a change of what we read.
  const outside: Displaced = { ...displaced, bytes: old.bytes };
  if (isStagedName(staged)) moveOut(outside, staged, target);
  return [old, outside];
}

/**
 * Replaces a file on Windows, where our snapshot is closed. A second name in the claim keeps the old file. The look at it comes
 * at once, because Windows also keeps the folder of an open file.
 * @returns what a program has written into it, or put in its place, since we last looked
 * @throws the system's error; `EBUSY` if another program has it open
 */
function replaceClosed(staged: string, target: string, old: Snapshot): Displaced[] {
  // Before the second name, which would stay while another program has the file open.
  fs.closeSync(fs.openSync(target, fs.constants.O_RDONLY | SHARE_NOTHING));
  const kept = inFolder(path.dirname(staged), stagedName(0n, old.stat));
  // Some file systems have no hard links.
  quietly(() => fs.linkSync(target, kept));
  fs.renameSync(staged, target);
  let outside: Displaced | undefined;
  // What cannot be read now is no reason to publish again.
  quietly(() => {
    sleepMs(SETTLE_MS);
    const displaced = openSnapshot(kept);
    if (!displaced) return;
    if (isSameFile(displaced.stat, old.stat) && displaced.bytes.equals(old.bytes)) {
      closeSnapshot(displaced);
      return;
    }
    outside = { ...displaced, bytes: old.bytes };
    moveOut(outside, kept, target);
  });
  return outside ? [outside] : [];
}

/** PRoot answers a request for a hard link with symbolic ones. Set when we have seen that. */
let canLink = true;

/** @returns false if another program has created the target meanwhile, or the staged file is gone, to start over */
function link(staged: string, target: string): boolean {
  try {
    if (canLink) {
      fs.linkSync(staged, target);
      canLink = isHardLink(staged, target);
      if (canLink) return true;
      // The text lies in a file of the claim, which goes with it.
      fs.unlinkSync(target);
      fs.unlinkSync(staged);
      return false;
    }
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (!isCode(error, ...CANNOT_LINK)) throw error;
  }
  // Without hard links, for a moment, our rename could replace another program's new file.
  if (isThere(target)) return false;
  fs.renameSync(staged, target);
  return true;
}

/**
 * PRoot makes both names symbolic links to a file that it puts beside the first one. Some versions show the links as what
 * they lead to, but not that file. Another writer's fence may have emptied the claim meanwhile, which says nothing.
 */
function isHardLink(staged: string, target: string): boolean {
  const claim = path.dirname(staged);
  const isLink = fs.lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink && path.dirname(fs.readlinkSync(target)) === claim) return false;
  const names = ifPresent(() => fs.readdirSync(claim)) ?? [];
  return names.every((name) => name === path.basename(staged));
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
 * @returns the file that the target was; null if another writer's fence has taken it already
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
