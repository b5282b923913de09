/** Where a target really is, and whether it may be written there. */
import fs from "node:fs";
import path from "node:path";
import { codeOf, ifPresent, isCode, Refusal } from "./errors.ts";
import { inFolder, isSameFile, kindOf } from "./files.ts";

/** Where a target really is, after its links: lock, claim and publish happen there. */
export interface TargetPath {
  /** The real folder. */
  dir: string;
  /** The real file's name in it. */
  base: string;
  /** `dir` and `base` together. */
  path: string;
}

/**
 * Follows the links of a target and makes sure that it may be written: a regular file, or absent, whose real folder
 * lies inside the real project folder.
 * @param projectDir the containment anchor; the target's own folder if not given
 * @throws {Refusal} if the target is of another kind, a link that leads outside, into `.git` or nowhere, or out of reach
 */
export function resolveTarget(target: string, projectDir?: string): TargetPath {
  const named = path.resolve(target);
  const dir = realDir(path.dirname(named), named);
  const anchor = projectDir === undefined ? dir : realDir(path.resolve(projectDir), named);
  const real = followLinks(inFolder(dir, path.basename(named)), named);
  if (!isFolderInside(path.dirname(real), anchor)) {
    const why = `leads to ${real}, outside of ${anchor}`;
    throw new Refusal(why, "Replace the link with a file, or link to a file inside the project.", named);
  }
  const below = path.relative(anchor, real).split(path.sep);
  if (below.some((name) => name.toLowerCase() === ".git")) {
    throw new Refusal(`leads to ${real}, inside of .git`, "Replace the link with a file.", named);
  }
  return { dir: path.dirname(real), base: path.basename(real), path: real };
}

function realDir(dir: string, target: string): string {
  try {
    // The dot makes the kernel report an error unless `dir` is a folder.
    return fs.realpathSync.native(`${dir}/.`);
  } catch (error) {
    const why = isCode(error, "ENOTDIR") ? "is not a folder" : whyNot(error);
    throw new Refusal(`cannot be reached: ${dir} ${why}`, "", target);
  }
}

function followLinks(file: string, named: string): string {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (!stat) return file;
    const isLink = stat.isSymbolicLink();
    const real = isLink ? fs.realpathSync.native(file) : file;
    const kind = isLink ? fs.statSync(real) : stat;
    if (kind.isFile()) return real;
    throw new Refusal(`is ${kindOf(kind)}, not a regular file`, "Move it away.", named);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`is a link that ${whyNot(error)}`, "Repair or remove the link.", named);
  }
}

function whyNot(error: unknown): string {
  if (isCode(error, "ENOENT")) return "leads to nothing that exists";
  if (isCode(error, "ELOOP")) return "leads in a circle";
  if (isCode(error, "EACCES", "EPERM")) return "may not be read by this user";
  return `cannot be followed (${codeOf(error)})`;
}

/**
 * Whether a real folder is another one or lies below it. Compares inodes on the way up: names may differ where a
 * file system folds case, and a sibling's name may start the same.
 */
export function isFolderInside(dir: string, anchor: string): boolean {
  if (dir === anchor) return true;
  const wanted = fs.statSync(anchor, { bigint: true });
  for (let at = dir; ; at = path.dirname(at)) {
    const stat = ifPresent(() => fs.statSync(at, { bigint: true }));
    if (isSameFile(stat, wanted)) return true;
    if (at === path.dirname(at)) return false;
  }
}
