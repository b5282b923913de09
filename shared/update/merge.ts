/** Merges two versions of a text, line by line. */
import { nodeDiff3 } from "../system/dependencies.ts";
import { nextLineStart } from "../text/lineEndings.ts";

/** Pairs of equal lines that a search for the longest common part may have: of 500 blank lines and 500 others. */
const MAX_PAIRS = 250_000;

/**
 * Three-way merge.
 * @param base the text that both versions were made from
 * @param outside the version of a program that knows nothing of us
 * @param current the version that the file holds
 * @returns the text with both changes, or null if they touch the same lines, or too many lines lie between their parts. An
 *   append to `base` always merges.
 */
export function mergeTexts(base: string, outside: string, current: string): string | null {
  if (outside === base) return current;
  if (current === base) return outside;
  if (outside.startsWith(base)) return append(base, outside.slice(base.length), current);
  return merge(base, outside, current, () => null);
}

/** Does what `mergeTexts` does. Where both change the same lines, the outside version's come first, then the others. */
export function mergeKeepingBoth(base: string, outside: string, current: string): string {
  const both: Resolve = (theirs, ours, before) => {
    // The outside version may have been made from one that held some of these lines already.
    const known = new Set([...before, ...theirs]);
    const added = ours.filter((line) => !known.has(line));
    const isOpen = added.length > 0 && theirs.length > 0 && !theirs.at(-1)?.endsWith("\n");
    return [...theirs, ...(isOpen ? ["\n"] : []), ...added];
  };
  return merge(base, outside, current, both) as string;
}

/** The lines of a place that both versions change: the outside one, the current one, and the base. */
type Resolve = (outside: string[], current: string[], base: string[]) => string[] | null;

function merge(base: string, outside: string, current: string, resolve: Resolve): string | null {
  const theirs = changeOf(base, outside);
  const ours = changeOf(base, current);
  // Mostly each program has changed one place, and lines that neither has changed lie between the two.
  if (theirs.end < ours.start) return joined(base, theirs, ours);
  if (ours.end < theirs.start) return joined(base, ours, theirs);
  const start = Math.min(theirs.start, ours.start);
  const tail = Math.min(theirs.tail, ours.tail);
  const linesOf = (text: string) => splitLines(text.slice(start, text.length - tail));
  const merged = mergeLines(linesOf(base), linesOf(outside), linesOf(current), resolve);
  return merged && base.slice(0, start) + merged.join("") + base.slice(base.length - tail);
}

/** The one place of `base` that another version changes, in whole lines. */
interface TextChange {
  next: string;
  start: number;
  end: number;
  /** How many characters are the same after it. */
  tail: number;
}

function changeOf(base: string, next: string): TextChange {
  const most = Math.min(base.length, next.length);
  let start = 0;
  while (start < most && base.charCodeAt(start) === next.charCodeAt(start)) start++;
  while (!isLineStart(base, start)) start--;
  const isSame = (fromEnd: number) =>
    base.charCodeAt(base.length - fromEnd) === next.charCodeAt(next.length - fromEnd);
  let tail = 0;
  while (start + tail < most && isSame(tail + 1)) tail++;
  const isWhole = [base, next].every((text) => isLineStart(text, text.length - tail));
  if (!isWhole) tail = base.length - nextLineStart(base, base.length - tail);
  return { next, start, end: base.length - tail, tail };
}

function isLineStart(text: string, at: number): boolean {
  return at === 0 || text.charCodeAt(at - 1) === 10;
}

function joined(base: string, before: TextChange, after: TextChange): string {
  const first = before.next.slice(0, before.next.length - before.tail);
  return first + base.slice(before.end, after.start) + after.next.slice(after.start);
}

function mergeLines(base: string[], outside: string[], current: string[], resolve: Resolve): string[] | null {
  if (pairsOf(base, outside) > MAX_PAIRS || pairsOf(base, current) > MAX_PAIRS) {
    return resolve(outside, current, base);
  }
  const lines: string[] = [];
  for (const { ok, conflict } of nodeDiff3().diff3Merge(current, base, outside)) {
    const resolved = ok ?? (conflict && resolve(conflict.b, conflict.a, conflict.o));
    if (!resolved) return null;
    lines.push(...resolved);
  }
  return lines;
}

/** How many lines of `a` equal one of `b`, counted for each one: the search takes as long, and longer for equal lines. */
function pairsOf(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  return b.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}

/** The appended text may continue the line that it was appended to, and no other one. */
function append(base: string, added: string, current: string): string {
  const open = openLine(current);
  return current + (open === "" || open === openLine(base) ? "" : "\n") + added;
}

/** The last line, if no line end closes it. */
function openLine(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** Lines with their endings, so that joining them gives the text back. */
function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}
