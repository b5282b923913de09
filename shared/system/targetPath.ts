import fs from "node:fs";
import path from "node:path";
import { codeOf, ifPresent, isCode } from "./errors.ts";
import { kindOf } from "./files.ts";
import { inFolder } from "./folders.ts";

/** Where a target really is, after its links: lock, claim and publish happen there. */
export interface TargetPath {
  /** The real folder. */
  dir: string;
  /** The real file's name in it. */
  base: string;
  /** `dir` and `base` together. */
  path: string;
}

/** A target that this package does not write. The message is for a person: what, where, what to do. */
export class TargetRefused extends Error {
  code = "REFUSED";
}

/**
 * Follows the links of a target and makes sure that it may be written: a regular file, or absent, whose real folder
 * lies inside the real project folder.
 * @param projectDir the containment anchor; the target's own folder if not given
 * @throws {TargetRefused} if the target is of another kind, a link that leads outside or nowhere, or out of reach
 */
export function resolveTarget(target: string, projectDir?: string): TargetPath {
  const named = path.resolve(target);
  const dir = realDir(path.dirname(named), named);
  const anchor = projectDir === undefined ? dir : realDir(path.resolve(projectDir), named);
  const real = followLinks(inFolder(dir, path.basename(named)), named);
  if (!isInside(path.dirname(real), anchor)) {
    throw new TargetRefused(
      `${named} leads to ${real}, outside of ${anchor}; it is left alone. Replace the link by a file, or link inside the project.`,
    );
  }
  return { dir: path.dirname(real), base: path.basename(real), path: real };
}

function realDir(dir: string, target: string): string {
  try {
    // With the dot, it is an error if it is no folder.
    return fs.realpathSync.native(`${dir}/.`);
  } catch (error) {
    const why = isCode(error, "ENOTDIR") ? "is not a folder" : whyNot(error);
    throw new TargetRefused(`${target} cannot be reached: ${dir} ${why}.`);
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
    throw new TargetRefused(
      `${named} is ${kindOf(kind)}, not a regular file; it is left alone. Move it away.`,
    );
  } catch (error) {
    if (error instanceof TargetRefused) throw error;
    throw new TargetRefused(
      `${named} is a link that ${whyNot(error)}; it is left alone. Repair or remove the link.`,
    );
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
export function isInside(dir: string, anchor: string): boolean {
  if (dir === anchor) return true;
  const wanted = fs.statSync(anchor, { bigint: true });
  for (let at = dir; ; at = path.dirname(at)) {
    const stat = ifPresent(() => fs.statSync(at, { bigint: true }));
    if (stat && stat.dev === wanted.dev && stat.ino === wanted.ino) return true;
    if (at === path.dirname(at)) return false;
  }
}
