/**
 * Our patterns in a repository's `info/exclude`, which is its owner's alone: lines between two comments. All other lines stay
 * as they are.
 */
import path from "node:path";

import { Refusal } from "../system/errors.ts";
import { applyEdits, insertion, removal } from "../text/edits.ts";
import { dominantLineEnding, lineContentEnd, nextLineStart } from "../text/lineEndings.ts";

const FIRST =
  "# pact-hooks: its lock files (added by `pact-hooks install`, removed by `pact-hooks uninstall`)";
const LAST = "# pact-hooks: end";

/** The exclude file of a repository, named by the folder that its work trees share. */
export function excludeFileIn(commonDir: string): string {
  return path.join(commonDir, "info", "exclude");
}

/** The patterns, which match in any folder, for the sidecar and the claims of files with these names. */
export function patternsFor(names: readonly string[]): string[] {
  // A name with a line break cannot be written here.
  const usable = [...new Set(names)].filter((name) => !/[\r\n]/.test(name));
  return usable.map(escaped).flatMap((name) => [`.${name}.lock`, `.${name}.*.claim/`]);
}

/** Which patterns no line of the file has. */
export function missingPatterns(text: string | null, patterns: readonly string[]): string[] {
  const there = new Set(splitLines(text ?? "").map(({ content }) => content.trimEnd()));
  return patterns.filter((pattern) => !there.has(pattern));
}

/**
 * Adds patterns that are not there. They go to the end; where the last line has no ending, ours has none either, which
 * tells `removePatterns` that the line break before them came with them.
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

/** Takes out what `addPatterns` has added; what others have put between stays. Empty if nothing else is there. */
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

/** @throws {Refusal} if only one of the two comments is there */
function findBlock(text: string): { first?: ExcludeLine; last?: ExcludeLine; inner: ExcludeLine[] } {
  const lines = splitLines(text);
  const at = lines.findIndex(({ content }) => content === FIRST);
  const end = lines.findIndex(({ content }, index) => content === LAST && index > at);
  if (at === -1 && end === -1) return { inner: [] };
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
