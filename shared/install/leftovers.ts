/** What is left in folders after our files and blocks have gone: sidecars, and a folder that we made. */
import fs from "node:fs";
import { sidecarOf } from "../fileLock.ts";
import { isCode, messageOf } from "../system/errors.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { removeSidecar } from "../update/removeFile.ts";

export interface Leftovers {
  removed: string[];
  /** What stays, and why. */
  kept: { path: string; why: string }[];
}

/** Removes the sidecars that are there and free. Never throws. */
export function removeSidecars(targets: readonly TargetPath[]): Leftovers {
  const result: Leftovers = { removed: [], kept: [] };
  for (const target of targets) {
    const path = sidecarOf(target);
    if (!fs.lstatSync(path, { throwIfNoEntry: false })) continue;
    let why: string | undefined;
    try {
      why = removeSidecar(target);
    } catch (error) {
      why = messageOf(error);
    }
    if (why === undefined) result.removed.push(path);
    else result.kept.push({ path, why });
  }
  return result;
}

/**
 * Removes a folder if it is empty and as we make folders, for the owner alone (0700): one that others made is nearly
 * always open to more.
 * @returns whether it is gone
 */
export function removeOwnFolder(dir: string): boolean {
  try {
    const stat = fs.lstatSync(dir);
    if (!stat.isDirectory() || (stat.mode & 0o777) !== 0o700) return false;
    fs.rmdirSync(dir);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTEMPTY", "EEXIST", "EACCES", "EPERM", "EBUSY", "EROFS")) return false;
    throw error;
  }
}
