/** The changes of a repository's `info/exclude` that keep the names of our lock files out of `git status`. */
import fs from "node:fs";
import path from "node:path";
import { claudeMdPaths } from "../claudeMd/place.ts";
import {
  addPatterns,
  excludeFileIn,
  missingPatterns,
  patternsFor,
  removePatterns,
} from "../git/infoExclude.ts";
import { findCommonDir } from "../git/workTree.ts";
import { isThere } from "../system/files.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { resolveTarget } from "../system/targetPath.ts";
import { type ChangeResult, type FileChange, makeChange } from "./fileChange.ts";

const SETTINGS_NAME = "settings.json";

/** The addition of our patterns to the exclude file; null outside of a git work tree. */
export function excludeAddition(projectDir: string): FileChange | null {
  const patterns = patternsFor([...claudeMdNames(projectDir), SETTINGS_NAME]);
  return changeOf(projectDir, (text) => addPatterns(text, patterns));
}

/** The removal of our patterns; null outside of a git work tree. A file that holds nothing else is removed. */
export function excludeRemoval(projectDir: string): FileChange | null {
  const change = changeOf(projectDir, (text) => text && removePatterns(text));
  return change && { ...change, leftBehindLink: "" };
}

/** Which patterns for CLAUDE.md the exclude file lacks, and where it is; null outside of a git work tree. */
export function missingExcludes(projectDir: string): { file: string; missing: string[] } | null {
  const commonDir = findCommonDir(projectDir);
  if (!commonDir) return null;
  const file = excludeFileIn(commonDir);
  const content = isThere(file) ? readRegularFile(resolveTarget(file, commonDir).path) : null;
  const text = content?.bytes.toString("utf8") ?? null;
  return { file, missing: missingPatterns(text, patternsFor(claudeMdNames(projectDir))) };
}

/** Makes such a change. A new file is as git makes it: for all who may read the repository. */
export function makeExcludeChange(wanted: FileChange, hook: string): ChangeResult {
  const { file } = wanted;
  const isNew = !fs.existsSync(file);
  try {
    fs.mkdirSync(path.dirname(file));
  } catch {
    // It is there. If something else is wrong, the change reports it.
  }
  const result = makeChange(wanted, hook);
  if (isNew && result.outcome === "written") fs.chmodSync(file, 0o666 & ~process.umask());
  return result;
}

function changeOf(projectDir: string, change: FileChange["change"]): FileChange | null {
  const commonDir = findCommonDir(projectDir);
  return commonDir === null ? null : { file: excludeFileIn(commonDir), projectDir: commonDir, change };
}

/** CLAUDE.md, and what it is a link to: the lock lies beside the real file, under that one's name. */
function claudeMdNames(projectDir: string): string[] {
  const names = ["CLAUDE.md"];
  for (const file of claudeMdPaths(projectDir)) {
    try {
      if (isThere(file)) names.push(resolveTarget(file, projectDir).base);
    } catch {
      // A link that leads outside is never locked.
    }
  }
  return names;
}
