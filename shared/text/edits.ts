/** Edits of a text by offset, and whole lines that blank lines set off. */
import { type LineEnding, lineContentEnd, nextLineStart } from "./lineEndings.ts";

/** Replaces `start` to `end` of a text with `insert`. */
export interface Edit {
  start: number;
  end: number;
  insert: string;
}

interface Span {
  start: number;
  end: number;
}

export const insertion = (at: number, insert: string): Edit => ({ start: at, end: at, insert });
export const removal = ({ start, end }: Span): Edit => ({ start, end, insert: "" });

/** Edits must not overlap. Those at the same place are made in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, insert } of ordered) {
    if (start < at) throw new Error("edits overlap");
    parts.push(text.slice(at, start), insert);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** Inserts whole lines at a line start, with a blank line before and after them where there is none yet. */
export function blockInsertion(text: string, at: number, block: string, ending: LineEnding): Edit {
  const before = isBlankBefore(text, at) ? "" : ending;
  const after = isBlankLine(text, at) ? "" : ending;
  return { start: at, end: at, insert: before + ended(block, ending) + after };
}

/** Lines with an ending after the last one too: their own, or else the given one. */
export function ended(lines: string, ending: LineEnding): string {
  return lines === "" || lines.endsWith("\n") ? lines : lines + ending;
}

/** Removes whole lines, and the blank line after them where one remains before. */
export function blockRemoval(text: string, span: Span): Edit {
  const alone = isBlankBefore(text, span.start) && isBlankLine(text, span.end);
  return { start: span.start, end: alone ? nextLineStart(text, span.end) : span.end, insert: "" };
}

/** Whether an empty line starts at `at`; the end of the text is none. */
export function isBlankLine(text: string, at: number): boolean {
  return text.startsWith("\n", at) || text.startsWith("\r\n", at);
}

/** Whether the line before the one that starts at `at` is empty. */
function isBlankBefore(text: string, at: number): boolean {
  const end = lineContentEnd(text, at);
  return end < at && end > 0 && text.charCodeAt(end - 1) === 10;
}

/** A span without the lines at its end that are empty or white space. */
export function withoutBlankTail(text: string, { start, end }: Span): Span {
  return { start, end: start + trimmedLength(text.slice(start, end)) };
}

function trimmedLength(lines: string): number {
  const text = lines.trimEnd().length;
  return text === 0 ? 0 : nextLineStart(lines, text);
}

/**
 * A line that a change has added, to look for later: a comment if there is one, because formatters leave comments alone.
 * @returns undefined if the change added no line that is not blank
 */
export function addedLine(before: string, after: string): string | undefined {
  const known = new Set(linesOf(before));
  const added = linesOf(after).filter((line) => line.trim() !== "" && !known.has(line));
  return added.find((line) => line.startsWith("<!--")) ?? added[0];
}

/** Whether one of a text's lines is this one. */
export function hasLine(text: string, line: string): boolean {
  return linesOf(text).includes(line);
}

const linesOf = (text: string) => text.split(/\r?\n/);
