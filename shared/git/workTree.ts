/**
 * The git work tree that a folder lies in. Git itself is not asked: a repository's configuration can make git run programs,
 * and the repository is not trusted. So this file reads what git would read.
 */
import fs from "node:fs";
import path from "node:path";
import { isThere } from "../system/files.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { isFolderInside } from "../system/targetPath.ts";

export interface WorkTree {
  /** Its top folder. */
  top: string;
  /** Its own folder of the repository, which holds its index. */
  gitDir: string;
  /** The folder that all work trees of the repository share: `.git` of the main one. */
  commonDir: string;
  /** The top folder of the main work tree: `top` itself, but for a linked work tree. */
  mainTop: string;
}

const GITDIR = "gitdir: ";
/** A `.git` file holds one path; git's own configuration file is small. */
const MAX_POINTER_BYTES = 64 * 1024;

/**
 * The work tree that a folder lies in. `GIT_DIR`, `GIT_COMMON_DIR` and `GIT_WORK_TREE` count as they do for git.
 * @returns null if there is none, or if its `.git` leads to a repository that does not know this work tree
 * @throws the system's error if the folder cannot be read
 */
export function findWorkTree(folder: string): WorkTree | null {
  const { GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE } = process.env;
  const from = fs.realpathSync.native(folder);
  const found = GIT_DIR
    ? {
        top: fs.realpathSync.native(GIT_WORK_TREE || from),
        gitDir: path.resolve(GIT_DIR),
        isRepository: false,
      }
    : findGitDir(from);
  if (!found) return null;
  const { top, gitDir } = found;
  if (!isFolderInside(from, top)) return null;
  const commonDir = GIT_COMMON_DIR ? path.resolve(GIT_COMMON_DIR) : commonDirOf(gitDir);
  const isKnown = found.isRepository && !GIT_COMMON_DIR;
  if (!isKnown && !isRepository(gitDir, commonDir)) return null;
  const isLinked = commonDir !== gitDir && path.basename(commonDir) === ".git";
  return { top, gitDir, commonDir, mainTop: isLinked ? path.dirname(commonDir) : top };
}

/**
 * The folder under whose name a project's journals are filed: the same one of the main work tree, for a folder of a linked
 * one, whose own name says nothing after it has been removed. Never throws.
 */
export function journalDirOf(projectDir: string): string {
  try {
    const tree = findWorkTree(projectDir);
    if (!tree || tree.mainTop === tree.top) return projectDir;
    return path.join(tree.mainTop, path.relative(tree.top, fs.realpathSync.native(projectDir)));
  } catch {
    return projectDir;
  }
}

/**
 * The nearest `.git` on the way up: a repository, or the file of a linked work tree or submodule that names one.
 * @returns `isRepository`: whether what it is has been checked already
 */
function findGitDir(from: string): { top: string; gitDir: string; isRepository: boolean } | null {
  for (let top = from; ; top = path.dirname(top)) {
    const candidate = path.join(top, ".git");
    const stat = fs.statSync(candidate, { throwIfNoEntry: false });
    // A link is a repository's own only if that repository knows it, like the name in a file.
    if (stat?.isDirectory() && fs.lstatSync(candidate).isSymbolicLink() && !knows(candidate, top))
      return null;
    if (stat?.isFile()) {
      const text = readPointer(candidate) ?? "";
      const named = text.startsWith(GITDIR) ? withoutLineEnds(text.slice(GITDIR.length)) : "";
      const gitDir = named === "" ? undefined : path.resolve(top, named);
      return gitDir !== undefined && knows(gitDir, top) ? { top, gitDir, isRepository: false } : null;
    }
    if (stat?.isDirectory() && isRepository(candidate, commonDirOf(candidate)))
      return { top, gitDir: candidate, isRepository: true };
    if (top === path.dirname(top)) return null;
  }
}

/**
 * Whether a repository that a `.git` file names is that work tree's. A hostile `.git` file can name any repository of the
 * user's, but it cannot make that repository name the work tree.
 */
function knows(gitDir: string, top: string): boolean {
  if (isInside(gitDir, top)) return true;
  const linked = readPointer(path.join(gitDir, "gitdir"))?.trim();
  if (linked) return isSame(path.resolve(gitDir, linked), path.join(top, ".git"));
  const config = readPointer(path.join(gitDir, "config")) ?? "";
  const worktree = /^[ \t]*worktree[ \t]*=(.*)$/m.exec(config)?.[1]?.trim();
  return worktree ? isSame(path.resolve(gitDir, worktree), top) : false;
}

/** A linked work tree's own folder names the one that it shares, and lies in it. */
function commonDirOf(gitDir: string): string {
  const pointer = path.join(gitDir, "commondir");
  // Mostly there is none, and an error takes longer to make than a look.
  const named = withoutLineEnds((isThere(pointer) ? readPointer(pointer) : null) ?? "");
  if (named === "") return gitDir;
  const commonDir = path.resolve(gitDir, named);
  return isInside(gitDir, commonDir) ? commonDir : gitDir;
}

/** No regular expression: one that looks for the end takes quadratic time for a hostile file of line ends. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && "\r\n".includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** As git judges: a HEAD that says where it is, and the folders of objects and references. */
function isRepository(gitDir: string, commonDir: string): boolean {
  const isFolder = (name: string) =>
    fs.statSync(path.join(commonDir, name), { throwIfNoEntry: false })?.isDirectory() === true;
  const head = path.join(gitDir, "HEAD");
  // An old git makes HEAD a link to the branch.
  const isHead =
    /^(?:ref:\s*refs\/|[0-9a-f]{40})/.test(readPointer(head) ?? "") ||
    fs.lstatSync(head, { throwIfNoEntry: false })?.isSymbolicLink();
  return isHead === true && isFolder("objects") && isFolder("refs");
}

function isInside(dir: string, anchor: string): boolean {
  try {
    return isFolderInside(fs.realpathSync.native(dir), fs.realpathSync.native(anchor));
  } catch {
    return false;
  }
}

function isSame(a: string, b: string): boolean {
  try {
    return fs.realpathSync.native(a) === fs.realpathSync.native(b);
  } catch {
    return false;
  }
}

/** The text of a small regular file; null for anything else. */
function readPointer(file: string): string | null {
  try {
    return readRegularFile(file, MAX_POINTER_BYTES)?.bytes.toString("utf8") ?? null;
  } catch {
    return null;
  }
}
