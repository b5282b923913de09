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

/** Removes a folder if it is empty. @returns whether the folder was removed @throws the system's error */
export function removeEmptyFolder(dir: string): boolean {
  try {
    fs.rmdirSync(dir);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST", "EACCES", "EPERM", "EBUSY", "EROFS"))
      return false;
    throw error;
  }
}
