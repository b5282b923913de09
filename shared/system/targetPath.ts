/** Where a target really is, and whether it may be written there. */
import fs from "node:fs";
import path from "node:path";
import { codeOf, ifPresent, isCode, Refusal, systemError } from "./errors.ts";
import { inFolder, isSameFile, kindOf } from "./files.ts";
import { IS_LINUX, IS_WINDOWS, isDeviceName } from "./platform.ts";
import { retryWhileShared } from "./sharing.ts";

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
 * lies inside the real project folder. A repository can commit a link, so one that it leads to must be of the same kind.
 * @param projectDir the containment anchor; the target's own folder if not given
 * @throws {Refusal} if the target is not a regular file, out of reach, or a link that leads outside, into `.git`, to a file
 *   of another kind, or nowhere
 */
export function resolveTarget(target: string, projectDir?: string): TargetPath {
  const named = path.resolve(target);
  const dir = realDir(path.dirname(named), named);
  const anchor = projectDir === undefined ? dir : realDir(path.resolve(projectDir), named);
  const base = path.basename(named);
  const direct = inFolder(dir, IS_WINDOWS ? nameOnWindows(base, named) : base);
  const real = followLinks(direct, named);
  if (!isFolderInside(path.dirname(real), anchor)) {
    const why = `leads to ${real}, outside of ${anchor}`;
    throw new Refusal(why, "Replace the link with a file, or link to a file inside the project.", named);
  }
  const below = path.relative(anchor, real).toLowerCase().split(path.sep);
  const why = below.includes(".git") ? "inside of .git" : real !== direct && whyNotTo(below, named);
  if (why) throw new Refusal(`leads to ${real}, ${why}`, "Replace the link with a file.", named);
  return { dir: path.dirname(real), base: path.basename(real), path: real };
}

/**
 * The name that Windows gives a file: it takes dots and spaces at the end away.
 * @param named the path, for the message
 * @throws {Refusal} for a device, and for a stream of a file, whose sidecar would be a stream, too
 */
export function nameOnWindows(base: string, named: string): string {
  if (base.includes(":"))
    throw new Refusal("has a colon in its name, which Windows takes for a part of another file", "", named);
  if (isDeviceName(base)) throw new Refusal("has the name of a device on Windows", "", named);
  return base.replace(/[. ]+$/, "");
}

/**
 * Why a link may not lead to a file: a `CLAUDE.md` could be one to a program's source or settings, also to those that
 * Claude Code and its plugins have as Markdown.
 * @param below the path of the file in the project, in lower case
 */
function whyNotTo(below: readonly string[], named: string): string | undefined {
  const name = path.basename(named).toLowerCase();
  const base = below.at(-1) ?? "";
  if (base === name) return undefined;
  const extension = path.extname(name);
  if (extension !== "" && path.extname(base) !== extension) return `which is no ${extension} file`;
  const isSettings = below.includes(".claude") && extension === ".md" && !INSTRUCTIONS.includes(base);
  return isSettings ? "which may be a settings file of Claude Code or a plugin" : undefined;
}

/** What stands in a `.claude` folder under another name is an agent, a command, a skill, a plugin's settings. */
const INSTRUCTIONS = ["claude.md", "agents.md"];

function realDir(dir: string, target: string): string {
  try {
    // The dot makes the kernel report an error unless `dir` is a folder. Node takes it away on Windows.
    const real = fs.realpathSync.native(`${dir}/.`);
    if (IS_WINDOWS && !fs.statSync(real).isDirectory())
      throw systemError("ENOTDIR", `${real} is not a folder`);
    return real;
  } catch (error) {
    const why = isCode(error, "ENOTDIR") ? "is not a folder" : whyNot(error);
    throw new Refusal(`cannot be reached: ${dir} ${why}`, "", target, { cause: error });
  }
}

function followLinks(file: string, named: string): string {
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (!stat) return file;
    const isLink = stat.isSymbolicLink();
    const real = isLink ? fs.realpathSync.native(file) : asSpelt(file);
    const kind = isLink ? fs.statSync(real) : stat;
    if (kind.isFile()) return real;
    throw new Refusal(`is ${kindOf(kind)}, not a regular file`, "Move it away.", named);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const advice = "Repair or remove the link.";
    throw new Refusal(`is a link that ${whyNot(error)}`, advice, named, { cause: error });
  }
}

/** Where names fold case, all writers must use the name that the folder holds: it names the lock and the claims. */
function asSpelt(file: string): string {
  if (IS_LINUX) return file;
  return ifPresent(() => retryWhileShared(() => fs.realpathSync.native(file))) ?? file;
}

function whyNot(error: unknown): string {
  if (isCode(error, "ENOENT")) return "leads to nothing that exists";
  if (isCode(error, "ELOOP")) return "leads in a circle";
  if (isCode(error, "EACCES", "EPERM")) return "may not be read by this user";
  return `cannot be followed (${codeOf(error)})`;
}

/**
 * Whether a real folder is another one or lies below it. Compares names and inodes on the way up: names may differ where a
 * file system folds case, and some network file systems give a folder another inode number at each look.
 */
export function isFolderInside(dir: string, anchor: string): boolean {
  let wanted: fs.BigIntStats | undefined;
  for (let at = dir; ; at = path.dirname(at)) {
    if (at === anchor) return true;
    wanted ??= fs.statSync(anchor, { bigint: true });
    const stat = ifPresent(() => fs.statSync(at, { bigint: true }));
    if (isSameFile(stat, wanted)) return true;
    if (at === path.dirname(at)) return false;
  }
}
