/** Removes what uninstall leaves in folders: sidecars, claims that a crash has left, and a folder that we made. */
import fs from "node:fs";
import { sidecarOf } from "../fileLock.ts";
import { ifPresent, isCode, messageOf } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { createClaim, discardClaim, fence, listClaims } from "../update/claim.ts";
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
    let why: string | undefined;
    try {
      if (!isThere(path)) continue;
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
 * Removes each claim, whose writer starts over if it still runs. Never throws.
 * @param tell gets each version of another program that was in a claim, and lies beside the target now
 */
export function removeClaims(
  targets: readonly TargetPath[],
  tell: (target: TargetPath, saved: string) => void,
): Leftovers {
  const result: Leftovers = { removed: [], kept: [] };
  for (const target of targets) {
    try {
      const claims = ifPresent(() => listClaims(target)) ?? [];
      if (claims.length > 0) sweep(target, (saved) => tell(target, saved));
      result.removed.push(...claims.filter((claim) => !isThere(claim)));
      result.kept.push(...claims.filter(isThere).map((path) => ({ path, why: "it cannot be removed" })));
    } catch (error) {
      result.kept.push({ path: target.dir, why: messageOf(error) });
    }
  }
  return result;
}

function sweep(target: TargetPath, tell: (saved: string) => void): void {
  const own = createClaim(target);
  const saved: string[] = [];
  try {
    fence(target, own, 0, saved);
  } finally {
    [...saved, ...discardClaim(own, target.path)].forEach(tell);
  }
}

/** Removes a folder if it is empty. Never throws. */
export function removeEmptyFolder(dir: string): Leftovers {
  try {
    // One that holds something may also be one that cannot be removed.
    if (fs.readdirSync(dir).length > 0) return { removed: [], kept: [] };
    fs.rmdirSync(dir);
    return { removed: [dir], kept: [] };
  } catch (error) {
    // A mount point stays for good.
    const isGone = isCode(error, "ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST", "EBUSY");
    return { removed: [], kept: isGone ? [] : [{ path: dir, why: messageOf(error) }] };
  }
}
