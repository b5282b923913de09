/** Takes the names of our lock files out of a repository's `info/exclude`, and finds those that are missing there. */

import { claudeMdPaths } from "../claudeMd/place.ts";
import {
  findExclude,
  hiddenNames,
  missingPatterns,
  patternsFor,
  removePatterns,
} from "../git/infoExclude.ts";
import { inFolder, isThere } from "../system/files.ts";
import type { TargetPath } from "../system/targetPath.ts";
import type { FileChange } from "../update/fileChange.ts";
import { reachableTarget } from "./claudeMdRemoval.ts";

/** The removal of our patterns; null outside of a git work tree. A file that holds nothing else is removed. */
export function excludeRemoval(projectDir: string): FileChange | null {
  const found = findExclude(projectDir);
  if (!found) return null;
  const { file, commonDir } = found;
  return { file, projectDir: commonDir, change: (text) => text && removePatterns(text), leftBehindLink: "" };
}

/** The files in a project's folder whose sidecars git hides for us: those of blocks that other tools keep, too. */
export function hiddenTargets(projectDir: string): TargetPath[] {
  return hiddenNames(findExclude(projectDir)?.text ?? "").map((base) => ({
    dir: projectDir,
    base,
    path: inFolder(projectDir, base),
  }));
}

/** Which patterns for CLAUDE.md the exclude file lacks, and where it is; null outside of a git work tree. */
export function missingExcludes(projectDir: string): { file: string; missing: string[] } | null {
  const found = findExclude(projectDir);
  return (
    found && {
      file: found.file,
      missing: missingPatterns(found.text, patternsFor(claudeMdNames(projectDir))),
    }
  );
}

/** CLAUDE.md, and the name that it is a link to: the lock lies beside the real file, under that name. */
function claudeMdNames(projectDir: string): string[] {
  const there = claudeMdPaths(projectDir).filter(isThere);
  // A link that leads outside is never locked.
  const targets = there.flatMap((file) => reachableTarget(file, projectDir) ?? []);
  return ["CLAUDE.md", ...targets.map(({ base }) => base)];
}
