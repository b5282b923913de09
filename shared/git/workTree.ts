/**
 * Where a repository keeps the patterns that are its owner's alone: `info/exclude`. Git is not asked: a repository's
 * configuration can make git run programs, and the repository is not trusted. So this reads what git would read.
 */
import fs from "node:fs";
import path from "node:path";
import { type ChangeResult, type FileChange, makeChange } from "../install/fileChange.ts";
import { ifPresent } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { resolveTarget } from "../system/targetPath.ts";
import { addPatterns, missingPatterns, patternsFor, removePatterns } from "./infoExclude.ts";

const SETTINGS_NAME = "settings.json";
/** A `.git` file holds one path. */
const MAX_POINTER_BYTES = 8192;

/** The addition of our patterns to the exclude file; null outside of a git work tree. */
export function excludeAddition(projectDir: string): FileChange | null {
  const patterns = patternsFor([...claudeMdNames(projectDir), SETTINGS_NAME]);
  return changeOf(projectDir, (text) => addPatterns(text, patterns));
}

/** The removal of our patterns; null outside of a git work tree. A file that holds nothing else goes. */
export function excludeRemoval(projectDir: string): FileChange | null {
  const change = changeOf(projectDir, (text) => text && removePatterns(text));
  return change && { ...change, leftBehindLink: "" };
}

/** Which patterns for CLAUDE.md the exclude file lacks, and where it is; null outside of a git work tree. */
export function missingExcludes(projectDir: string): { file: string; missing: string[] } | null {
  const commonDir = findCommonDir(projectDir);
  if (!commonDir) return null;
  const file = excludeIn(commonDir);
  const text = ifPresent(() => fs.readFileSync(file, "utf8"));
  return { file, missing: missingPatterns(text, patternsFor(claudeMdNames(projectDir))) };
}

/** Makes the patterns' change. What it creates is as git creates it: for all who may read the repository. */
export function makeExcludeChange(wanted: FileChange, hook: string): ChangeResult {
  const { file } = wanted;
  const isNew = !fs.existsSync(file);
  try {
    fs.mkdirSync(path.dirname(file));
  } catch {
    // It is there; whatever else is wrong, the change will tell.
  }
  const result = makeChange(wanted, hook);
  if (isNew && result.outcome === "written") fs.chmodSync(file, 0o666 & ~process.umask());
  return result;
}

function changeOf(projectDir: string, change: FileChange["change"]): FileChange | null {
  const commonDir = findCommonDir(projectDir);
  return commonDir === null ? null : { file: excludeIn(commonDir), projectDir: commonDir, change };
}

const excludeIn = (commonDir: string) => path.join(commonDir, "info", "exclude");

/** CLAUDE.md, and what it is a link to: the lock lies beside the real file, under that one's name. */
function claudeMdNames(projectDir: string): string[] {
  const names = ["CLAUDE.md"];
  for (const file of [path.join(projectDir, ".claude", "CLAUDE.md"), path.join(projectDir, "CLAUDE.md")]) {
    try {
      if (isThere(file)) names.push(resolveTarget(file, projectDir).base);
    } catch {
      // A link that leads outside is never locked.
    }
  }
  return names;
}

/**
 * The folder that a repository's work trees share. `GIT_DIR` and `GIT_COMMON_DIR` count as they do for git.
 * @returns null if there is none, or what looks like one is not a repository
 */
export function findCommonDir(projectDir: string): string | null {
  const { GIT_DIR, GIT_COMMON_DIR } = process.env;
  const gitDir = GIT_DIR ? path.resolve(GIT_DIR) : findGitDir(fs.realpathSync(projectDir));
  if (gitDir === null) return null;
  const commonDir = GIT_COMMON_DIR ? path.resolve(GIT_COMMON_DIR) : commonDirOf(gitDir);
  return isRepository(gitDir, commonDir) ? commonDir : null;
}

/** The nearest `.git` on the way up: a repository, or the file of a work tree or submodule that names one. */
function findGitDir(from: string): string | null {
  for (let dir = from; ; dir = path.dirname(dir)) {
    const candidate = path.join(dir, ".git");
    const stat = fs.statSync(candidate, { throwIfNoEntry: false });
    if (stat?.isFile()) {
      const named = /^gitdir: (.+?)[\r\n]*$/s.exec(readPointer(candidate) ?? "")?.[1];
      return named === undefined ? null : path.resolve(dir, named);
    }
    if (stat?.isDirectory() && isRepository(candidate, commonDirOf(candidate))) return candidate;
    if (dir === path.dirname(dir)) return null;
  }
}

/** A work tree's own folder names the one that it shares. */
function commonDirOf(gitDir: string): string {
  const named = readPointer(path.join(gitDir, "commondir"))?.replace(/[\r\n]+$/, "");
  return named ? path.resolve(gitDir, named) : gitDir;
}

/** As git judges: a HEAD that says where it is, and the folders of objects and references. */
function isRepository(gitDir: string, commonDir: string): boolean {
  const isFolder = (name: string) =>
    fs.statSync(path.join(commonDir, name), { throwIfNoEntry: false })?.isDirectory() === true;
  const head = path.join(gitDir, "HEAD");
  const isHead =
    fs.lstatSync(head, { throwIfNoEntry: false })?.isSymbolicLink() ||
    /^(?:ref:\s*refs\/|[0-9a-f]{40})/.test(readPointer(head) ?? "");
  return isHead && isFolder("objects") && isFolder("refs");
}

/** The text of a small regular file; null for anything else. */
function readPointer(file: string): string | null {
  try {
    return readRegularFile(file, MAX_POINTER_BYTES)?.bytes.toString("utf8") ?? null;
  } catch {
    return null;
  }
}
