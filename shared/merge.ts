import { nodeDiff3 } from "./dependencies.ts";

/**
 * Three-way merge of two versions of a text, line by line.
 * @param base what both versions were made from
 * @param outside the version of somebody who knows nothing of us
 * @param current the version that the file holds
 * @returns the text with both changes, or null if they touch the same lines. An append to `base` always merges.
 */
export function mergeTexts(base: string, outside: string, current: string): string | null {
  if (outside.startsWith(base)) return append(base, outside.slice(base.length), current);
  const merged = nodeDiff3().diff3Merge(splitLines(current), splitLines(base), splitLines(outside));
  const lines: string[] = [];
  for (const region of merged) {
    if (!region.ok) return null;
    lines.push(...region.ok);
  }
  return lines.join("");
}

/** What was appended to a whole line must not continue another one. */
function append(base: string, added: string, current: string): string {
  const baseEndsLine = base === "" || base.endsWith("\n");
  const currentEndsLine = current === "" || current.endsWith("\n");
  return current + (baseEndsLine && !currentEndsLine ? "\n" : "") + added;
}

/** Lines with their endings, so that joining them gives the text back. */
function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}
