/**
 * A repository's `info/exclude`: the file in which git keeps the patterns that are its owner's alone. Our patterns keep lock
 * files out of `git status`. They stand between two comments; every other line stays as it is.
 */
import fs from "node:fs";
import path from "node:path";
import { quietly, Refusal } from "../system/errors.ts";
import { inFolder, isThere } from "../system/files.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { isFolderInside, resolveTarget, type TargetPath } from "../system/targetPath.ts";
import { applyEdits, removal } from "../text/edits.ts";
import { dominantLineEnding, lineContentEnd, nextLineStart } from "../text/lineEndings.ts";
import { findWorkTree, type WorkTree } from "./workTree.ts";

const FIRST = "# pact-hooks: its lock files (`pact-hooks uninstall` removes these lines)";
const IS_FIRST = /^# pact-hooks: its lock files\b/;
const LAST = "# pact-hooks: end";
const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Adds the names of a target's sidecar and claims to the repository that the target lies in, if they are not there yet.
 * Called before the sidecar is first made, so that git never shows it. Never throws: `doctor` reports what is missing.
 *
 * One write appends all lines, so two sessions at the same time lose none; at worst both add them.
 * @param known a work tree found a moment ago
 */
export function hideLockFiles({ dir, base }: Omit<TargetPath, "path">, known?: WorkTree | null): void {
  quietly(() => addMissing(dir, patternsFor([base]), known));
}

/**
 * Does the same for a sidecar that is there already: one that was made before `git init`, or by a version that hid none.
 * Never throws.
 * @param target the real file
 * @param known a work tree found a moment ago
 */
export function hideOldLockFile(target: string, known: WorkTree | null): void {
  const [dir, base] = [path.dirname(target), path.basename(target)];
  quietly(() => {
    if (isThere(inFolder(dir, `.${base}.lock`))) hideLockFiles({ dir, base }, known);
  });
}

function addMissing(dir: string, patterns: readonly string[], known?: WorkTree | null): void {
  const tree = findWorkTree(dir, known);
  if (!tree) return;
  const found = readExclude(tree);
  const missing = missingPatterns(found.text, patterns);
  if (missing.length === 0 || isInRepository(dir, tree)) return;
  quietly(() => fs.mkdirSync(path.dirname(found.file)));
  const file = resolveTarget(found.file, found.commonDir).path;
  const fd = fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    fs.writeSync(fd, appendix(found.text ?? "", missing));
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Hides the settings of one person, which `install` makes: Claude Code does so only for a file that it makes itself. Never
 * throws.
 */
export function hideLocalSettings(projectDir: string): void {
  quietly(() => addMissing(projectDir, [LOCAL_SETTINGS]));
}

const LOCAL_SETTINGS = "**/.claude/settings.local.json";

interface Exclude {
  file: string;
  commonDir: string;
  text: string | null;
}

/** The exclude file of the work tree that a folder lies in, and its text; null outside of one, and inside of `.git`. */
export function findExclude(dir: string): Exclude | null {
  const tree = findWorkTree(dir);
  return tree && !isInRepository(dir, tree) ? readExclude(tree) : null;
}

function isInRepository(dir: string, { commonDir }: WorkTree): boolean {
  return isFolderInside(fs.realpathSync.native(dir), fs.realpathSync.native(commonDir));
}

function readExclude({ commonDir }: WorkTree): Exclude {
  const file = inFolder(inFolder(commonDir, "info"), "exclude");
  return { file, commonDir, text: readRegularFile(file)?.bytes.toString("utf8") ?? null };
}

/** The patterns for the sidecars and the claims of files with these names. They match in any folder. */
export function patternsFor(names: readonly string[]): string[] {
  // A name with a line break cannot be written here.
  const usable = [...new Set(names)].filter((name) => !/[\r\n]/.test(name));
  const more = (name: string) => (IS_WINDOWS ? [`.${name}.lock.holder`] : []);
  return usable.map(escaped).flatMap((name) => [`.${name}.lock`, `.${name}.*.claim/`, ...more(name)]);
}

/** The patterns that no line of the file has. */
export function missingPatterns(text: string | null, patterns: readonly string[]): string[] {
  const there = new Set(splitLines(text ?? "").map(({ content }) => content.trimEnd()));
  return patterns.filter((pattern) => !there.has(pattern));
}

/** The names of the files whose sidecars our lines hide. */
export function hiddenNames(text: string): string[] {
  let isOurs = false;
  return splitLines(text).flatMap(({ content }) => {
    if (IS_FIRST.test(content) || content === LAST) isOurs = content !== LAST;
    const [, name] = /^\.([^\\/*?[]+)\.lock$/.exec(content) ?? [];
    return isOurs && name !== undefined ? [name] : [];
  });
}

/**
 * What to append to a text for these patterns. Where its last line has no ending, ours has none either, which tells
 * `removePatterns` that the line break before our lines came with them.
 */
export function appendix(text: string, patterns: readonly string[]): string {
  const ending = dominantLineEnding(text);
  const block = [FIRST, ...patterns, LAST].join(ending);
  return text !== "" && !text.endsWith("\n") ? ending + block : block + ending;
}

/**
 * A text without our lines; the lines that others have put between them stay.
 * @returns an empty text if nothing else is there
 * @throws {Refusal} if only one of the two comments is there
 */
export function removePatterns(text: string): string {
  const block = findBlock(text);
  if (!block) return text;
  const { first, last, inner } = block;
  const isOurs = (line: string) =>
    line === LOCAL_SETTINGS || /^\..*(?:\.lock|\.lock\.holder|\.\*\.claim\/)$/.test(line);
  const own = inner.filter(({ content }) => isOurs(content));
  const isUnended = last.end === text.length && !text.endsWith("\n");
  const left = applyEdits(text, [first, ...own, last].map(removal));
  return removePatterns(isUnended ? left.slice(0, lineContentEnd(left, left.length)) : left);
}

interface ExcludeLine {
  start: number;
  end: number;
  content: string;
}

function findBlock(text: string): { first: ExcludeLine; last: ExcludeLine; inner: ExcludeLine[] } | null {
  const lines = splitLines(text);
  const at = lines.findIndex(({ content }) => IS_FIRST.test(content));
  const end = lines.findIndex(({ content }, index) => content === LAST && index > at);
  if (at === -1 && end === -1) return null;
  const [first, last] = [lines[at], lines[end]];
  if (first && last) return { first, last, inner: lines.slice(at + 1, end) };
  throw new Refusal(
    `has only one of the two comment lines of pact-hooks (line ${Math.max(at, end) + 1})`,
    "Remove that line, and the patterns with it.",
  );
}

function splitLines(text: string): ExcludeLine[] {
  const lines: ExcludeLine[] = [];
  for (let start = 0, end: number; start < text.length; start = end) {
    end = nextLineStart(text, start);
    lines.push({ start, end, content: text.slice(start, lineContentEnd(text, end)) });
  }
  return lines;
}

function escaped(name: string): string {
  return name.replace(/[\\*?[\]]/g, "\\$&");
}
