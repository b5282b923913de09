/**
 * Adds and removes our patterns in a repository's `info/exclude`, which git never shares: lines between two comments.
 * All other lines stay as they are.
 */
import path from "node:path";

import { Refusal } from "../system/errors.ts";
import { applyEdits, insertion, removal } from "../text/edits.ts";
import { dominantLineEnding, lineContentEnd, nextLineStart } from "../text/lineEndings.ts";

const FIRST =
  "# pact-hooks: its lock files (added by `pact-hooks install`, removed by `pact-hooks uninstall`)";
const LAST = "# pact-hooks: end";

/** The path of a repository's exclude file. @param commonDir the folder that the repository's work trees share */
export function excludeFileIn(commonDir: string): string {
  return path.join(commonDir, "info", "exclude");
}

/** The patterns that match, in any folder, the sidecar and the claims of files with these names. */
export function patternsFor(names: readonly string[]): string[] {
  // The file holds one pattern per line, so a name with a line break has no pattern.
  const usable = [...new Set(names)].filter((name) => !/[\r\n]/.test(name));
  return usable.map(escaped).flatMap((name) => [`.${name}.lock`, `.${name}.*.claim/`]);
}

/** The patterns that no line of the file holds. @param text null for a file that does not exist */
export function missingPatterns(text: string | null, patterns: readonly string[]): string[] {
  const there = new Set(splitLines(text ?? "").map(({ content }) => content.trimEnd()));
  return patterns.filter((pattern) => !there.has(pattern));
}

/**
 * Adds the missing patterns to our block, or appends a new block. If the file's last line has no ending, the block ends
 * without one too: `removePatterns` then knows that the line break above the block came with it.
 * @param text null for a file that does not exist
 * @returns null if no pattern is missing
 * @throws {Refusal} if only one of our two comments is there
 */
export function addPatterns(text: string | null, patterns: readonly string[]): string | null {
  const missing = missingPatterns(text, patterns);
  if (missing.length === 0) return null;
  const before = text ?? "";
  const ending = dominantLineEnding(before);
  const { first, last } = findBlock(before);
  if (first && last)
    return applyEdits(before, [insertion(last.start, missing.map((line) => line + ending).join(""))]);
  const unended = before !== "" && !before.endsWith("\n");
  const block = [FIRST, ...missing, LAST].join(ending);
  return unended ? before + ending + block : before + block + ending;
}

/**
 * Removes the lines that `addPatterns` added, and keeps lines that others put between them.
 * @returns an empty text if the file held nothing else
 * @throws {Refusal} if only one of our two comments is there
 */
export function removePatterns(text: string): string {
  const { first, last, inner } = findBlock(text);
  if (!first || !last) return text;
  const own = inner.filter(({ content }) => /^\..*(?:\.lock|\.\*\.claim\/)$/.test(content));
  const edits = [first, ...own, last].map(removal);
  const isUnended = last.end === text.length && !text.endsWith("\n");
  const left = applyEdits(text, edits);
  return isUnended ? left.slice(0, lineContentEnd(left, left.length)) : left;
}

interface ExcludeLine {
  start: number;
  end: number;
  content: string;
}

/** @throws {Refusal} if only one of our two comments is there */
function findBlock(text: string): { first?: ExcludeLine; last?: ExcludeLine; inner: ExcludeLine[] } {
  const lines = splitLines(text);
  const at = lines.findIndex(({ content }) => content === FIRST);
  const end = lines.findIndex(({ content }, index) => content === LAST && index > at);
  if (at === -1 && end === -1) return { inner: [] };
  const [first, last] = [lines[at], lines[end]];
  if (first && last) return { first, last, inner: lines.slice(at + 1, end) };
  throw new Refusal(
    `has only one of the two comment lines of pact-hooks (line ${Math.max(at, end) + 1})`,
    "Remove that line and the patterns that belong to it.",
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
