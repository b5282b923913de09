/** Merges two versions of a text, line by line. */
import { nodeDiff3 } from "../system/dependencies.ts";

/**
 * Three-way merge.
 * @param base the text that both versions were made from
 * @param outside the version of a program that knows nothing of us
 * @param current the version that the file holds
 * @returns the text with both changes, or null if they touch the same lines. An append to `base` always merges.
 */
export function mergeTexts(base: string, outside: string, current: string): string | null {
  if (outside === base) return current;
  if (outside.startsWith(base)) return append(base, outside.slice(base.length), current);
  return merge(base, outside, current, () => null);
}

/** Does what `mergeTexts` does. Where both change the same lines, the outside version's come first, then the others. */
export function mergeKeepingBoth(base: string, outside: string, current: string): string {
  const both: Resolve = ({ o, a, b }) => [...b, ...a.filter((line) => !o.includes(line))];
  return merge(base, outside, current, both) as string;
}

/** Lines of the base, of the current version and of the outside one. */
type Resolve = (conflict: { o: string[]; a: string[]; b: string[] }) => string[] | null;

function merge(base: string, outside: string, current: string, resolve: Resolve): string | null {
  const regions = nodeDiff3().diff3Merge(splitLines(current), splitLines(base), splitLines(outside));
  const lines: string[] = [];
  for (const { ok, conflict } of regions) {
    const resolved = ok ?? (conflict && resolve(conflict));
    if (!resolved) return null;
    lines.push(...resolved);
  }
  return lines.join("");
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
