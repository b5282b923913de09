/**
 * Finds the repository that a folder is a work tree of, by reading the files that git would read. We do not run git:
 * a repository is not trusted, and its configuration can make git run programs.
 */
import fs from "node:fs";
import path from "node:path";
import { readRegularFile } from "../system/snapshot.ts";

/** A `.git` file holds one path. */
const MAX_POINTER_BYTES = 8192;

/**
 * The folder that a repository's work trees share. `GIT_DIR` and `GIT_COMMON_DIR` take precedence, as they do for git.
 * @returns null if there is no repository, or if git would not accept it as one
 */
export function findCommonDir(projectDir: string): string | null {
  const { GIT_DIR, GIT_COMMON_DIR } = process.env;
  const gitDir = GIT_DIR ? path.resolve(GIT_DIR) : findGitDir(fs.realpathSync(projectDir));
  if (gitDir === null) return null;
  const commonDir = GIT_COMMON_DIR ? path.resolve(GIT_COMMON_DIR) : commonDirOf(gitDir);
  return isRepository(gitDir, commonDir) ? commonDir : null;
}

/** The nearest `.git`, from a folder upwards: a repository, or a work tree's or submodule's file that names one. */
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

/** The shared folder, which a linked work tree's own git folder names in `commondir`; else `gitDir` itself. */
function commonDirOf(gitDir: string): string {
  const named = readPointer(path.join(gitDir, "commondir"))?.replace(/[\r\n]+$/, "");
  return named ? path.resolve(gitDir, named) : gitDir;
}

/** Judges as git does: a valid HEAD, and a folder each for objects and references. */
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
