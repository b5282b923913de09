/** Changes a repository's `info/exclude`, so that `git status` does not list our lock files. */
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

/** The change that adds our patterns. @returns null outside a git work tree */
export function excludeAddition(projectDir: string): FileChange | null {
  const patterns = patternsFor([...claudeMdNames(projectDir), SETTINGS_NAME]);
  return changeOf(projectDir, (text) => addPatterns(text, patterns));
}

/** The change that removes our patterns, and the file if it holds nothing else. @returns null outside a git work tree */
export function excludeRemoval(projectDir: string): FileChange | null {
  const change = changeOf(projectDir, (text) => text && removePatterns(text));
  return change && { ...change, leftBehindLink: "" };
}

/** The patterns for CLAUDE.md that the exclude file lacks, and its path. @returns null outside a git work tree */
export function missingExcludes(projectDir: string): { file: string; missing: string[] } | null {
  const commonDir = findCommonDir(projectDir);
  if (!commonDir) return null;
  const file = excludeFileIn(commonDir);
  const content = isThere(file) ? readRegularFile(resolveTarget(file, commonDir).path) : null;
  const text = content?.bytes.toString("utf8") ?? null;
  return { file, missing: missingPatterns(text, patternsFor(claudeMdNames(projectDir))) };
}

/** Makes a change of the exclude file. A new file gets git's own mode: all who can read the repository can read it. */
export function makeExcludeChange(wanted: FileChange, hook: string): ChangeResult {
  const { file } = wanted;
  const isNew = !fs.existsSync(file);
  try {
    fs.mkdirSync(path.dirname(file));
  } catch {
    // The folder exists already; `makeChange` reports any other failure.
  }
  const result = makeChange(wanted, hook);
  if (isNew && result.outcome === "written") fs.chmodSync(file, 0o666 & ~process.umask());
  return result;
}

function changeOf(projectDir: string, change: FileChange["change"]): FileChange | null {
  const commonDir = findCommonDir(projectDir);
  return commonDir === null ? null : { file: excludeFileIn(commonDir), projectDir: commonDir, change };
}

/** `CLAUDE.md` and the names of the real files that it links to: a sidecar is named after the real file. */
function claudeMdNames(projectDir: string): string[] {
  const names = ["CLAUDE.md"];
  for (const file of claudeMdPaths(projectDir)) {
    try {
      if (isThere(file)) names.push(resolveTarget(file, projectDir).base);
    } catch {
      // A link that leads outside the project is never locked, so its target needs no pattern.
    }
  }
  return names;
}
