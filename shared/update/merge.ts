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
  const merged = nodeDiff3().diff3Merge(splitLines(current), splitLines(base), splitLines(outside));
  const lines: string[] = [];
  for (const region of merged) {
    if (!region.ok) return null;
    lines.push(...region.ok);
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
