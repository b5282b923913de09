/** Removes what uninstall leaves in folders: sidecars, and a folder that we made. */
import fs from "node:fs";
import { sidecarOf } from "../fileLock.ts";
import { isCode, messageOf } from "../system/errors.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { removeSidecar } from "../update/removeFile.ts";

export interface Leftovers {
  removed: string[];
  /** The paths that stay, each with the reason. */
  kept: { path: string; why: string }[];
}

/** Removes each sidecar that exists and is free. Never throws. */
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
 * Removes a folder if it is empty and has the mode that we give folders (0700, for the owner alone). A folder that other
 * programs made is nearly always open to more users.
 * @returns whether the folder was removed
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
