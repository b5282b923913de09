/**
 * The git work tree that a folder lies in. Git itself is not asked: a repository's configuration can make git run programs,
 * and the repository is not trusted. So this file reads what git would read.
 */
import fs from "node:fs";
import path from "node:path";
import { isUnknown } from "../system/errors.ts";
import { inFolder, isThere } from "../system/files.ts";
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
  /** The path from the top to the folder that was asked about; empty for the top itself. */
  below: string;
}

const GITDIR = "gitdir: ";
/** A `.git` file holds one path; git's own configuration file is small. */
const MAX_POINTER_BYTES = 64 * 1024;

/**
 * The work tree that a folder lies in. `GIT_DIR`, `GIT_COMMON_DIR` and `GIT_WORK_TREE` count as they do for git.
 * @param known a work tree found a moment ago, whose repository need not be checked again
 * @returns null if there is none, or if its `.git` leads to a repository that does not know this work tree
 * @throws the system's error, or a {Refusal}, if the folder or what tells of the repository cannot be read
 */
export function findWorkTree(folder: string, known: WorkTree | null = null): WorkTree | null {
  const { GIT_DIR, GIT_COMMON_DIR, GIT_WORK_TREE } = process.env;
  const from = fs.realpathSync.native(folder);
  const found: GitDir | null = GIT_DIR
    ? { top: fs.realpathSync.native(GIT_WORK_TREE || from), gitDir: path.resolve(GIT_DIR) }
    : findGitDir(from, known);
  if (!found || (GIT_DIR && !isFolderInside(from, found.top))) return null;
  const { top, gitDir } = found;
  const commonDir = GIT_COMMON_DIR ? path.resolve(GIT_COMMON_DIR) : (found.commonDir ?? commonDirOf(gitDir));
  if (commonDir !== found.commonDir && !isRepository(gitDir, commonDir)) return null;
  const isLinked = commonDir !== gitDir && path.basename(commonDir) === ".git";
  const mainTop = isLinked ? path.dirname(commonDir) : top;
  return { top, gitDir, commonDir, mainTop, below: path.relative(top, from) };
}

/** Does the same, but never throws: null also if the folder cannot be read. */
export function workTreeOf(folder: string): WorkTree | null {
  try {
    return findWorkTree(folder);
  } catch {
    return null;
  }
}

/**
 * The folder under whose name a project's journals are filed: the same one of the main work tree, for a folder of a linked
 * one, whose own name says nothing after it has been removed.
 */
export function journalDirOf(projectDir: string, tree: WorkTree | null): string {
  return !tree || tree.mainTop === tree.top ? projectDir : path.join(tree.mainTop, tree.below);
}

/** Where a repository is, and its `commonDir` if both have been checked. */
type GitDir = Pick<WorkTree, "top" | "gitDir"> & { commonDir?: string };

/** The nearest `.git` on the way up: a repository, or the file of a linked work tree or submodule that names one. */
function findGitDir(from: string, known: WorkTree | null): GitDir | null {
  for (let top = from; ; top = path.dirname(top)) {
    if (top === known?.top) return known;
    const candidate = inFolder(top, ".git");
    const own = fs.lstatSync(candidate, { throwIfNoEntry: false });
    const isLink = own?.isSymbolicLink();
    const stat = isLink ? fs.statSync(candidate, { throwIfNoEntry: false }) : own;
    // A link is a repository's own only if that repository knows it, like the name in a file.
    if (isLink && stat?.isDirectory() && !knows(candidate, top)) return null;
    if (stat?.isFile()) {
      const text = readPointer(candidate) ?? "";
      const named = text.startsWith(GITDIR) ? withoutLineEnds(text.slice(GITDIR.length)) : "";
      const gitDir = named === "" ? undefined : path.resolve(top, named);
      return gitDir !== undefined && knows(gitDir, top) ? { top, gitDir } : null;
    }
    if (stat?.isDirectory()) {
      const commonDir = commonDirOf(candidate);
      if (isRepository(candidate, commonDir)) return { top, gitDir: candidate, commonDir };
    }
    if (top === path.dirname(top)) return null;
  }
}

/**
 * Whether a repository that a `.git` file names is that work tree's. A hostile `.git` file can name any repository of the
 * user's, but it cannot make that repository name the work tree.
 */
function knows(gitDir: string, top: string): boolean {
  if (isInside(gitDir, top)) return true;
  const linked = readPointer(inFolder(gitDir, "gitdir"))?.trim();
  if (linked) return isSame(path.resolve(gitDir, linked), inFolder(top, ".git"));
  const config = readPointer(inFolder(gitDir, "config")) ?? "";
  const worktree = /^[ \t]*worktree[ \t]*=(.*)$/m.exec(config)?.[1]?.trim();
  return worktree ? isSame(path.resolve(gitDir, worktree), top) : false;
}

/** A linked work tree's own folder names the one that it shares, and lies in it. */
function commonDirOf(gitDir: string): string {
  const pointer = inFolder(gitDir, "commondir");
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
    fs.statSync(inFolder(commonDir, name), { throwIfNoEntry: false })?.isDirectory() === true;
  const head = inFolder(gitDir, "HEAD");
  // An old git makes HEAD a link to the branch.
  const isHead =
    /^(?:ref:\s*refs\/|[0-9a-f]{40})/.test(readPointer(head) ?? "") ||
    fs.lstatSync(head, { throwIfNoEntry: false })?.isSymbolicLink();
  return isHead === true && isFolder("objects") && isFolder("refs");
}

function isInside(dir: string, anchor: string): boolean {
  return (
    unlessNone(() => isFolderInside(fs.realpathSync.native(dir), fs.realpathSync.native(anchor))) ?? false
  );
}

function isSame(a: string, b: string): boolean {
  return unlessNone(() => fs.realpathSync.native(a) === fs.realpathSync.native(b)) ?? false;
}

/** The text of a small regular file; null for anything else. */
function readPointer(file: string): string | null {
  return unlessNone(() => readRegularFile(file, MAX_POINTER_BYTES)?.bytes.toString("utf8") ?? null);
}

/** What `look` finds; null if a path leads nowhere, or to what is not looked for. @throws if the system does not tell */
function unlessNone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (isUnknown(error)) throw error;
    return null;
  }
}
