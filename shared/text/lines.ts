/** Walks the lines of a Markdown text, and tells fenced code and comments over several lines from the rest. */
import { type Fence, fenceAfter } from "./fences.ts";
import { lineContentEnd, lineNumberAt, nextLineStart } from "./lineEndings.ts";

export interface Line {
  /** Number of the line, from 1. */
  line: number;
  /** Offset of its first character. */
  start: number;
  /** Offset of the next line's first character. */
  end: number;
}

export interface MarkdownLine extends Line {
  /** Offset of the first character after at most three spaces. */
  first: number;
  /** Code of that character. A line with a greater indentation has that of a space. */
  char: number;
  /** The line opens, closes or lies in a code fence. */
  isCode: boolean;
}

/** What a text leaves open at its end. */
export interface Open {
  /** Number of the line that opens a fence that is never closed; 0 if there is no such fence. */
  fence: number;
  /** The first line with a comment that is never closed. It counts as text, because a comment would hide the rest. */
  comment: Line | null;
}

const [SPACE, TICK, TILDE, LESS] = [32, 96, 126, 60];

/**
 * Visits each line but those that a comment hides, which began in a line above.
 * @param from offset where the walk begins, outside of any fence or comment
 * @param visit returns true for a marker, which opens no comment whatever it looks like
 */
export function walkLines(text: string, from: number, visit: (at: MarkdownLine) => boolean): Open {
  const open: Open = { fence: 0, comment: null };
  let fence: Fence | null = null;
  let line = lineNumberAt(text, from);
  for (let start = from, end: number; start < text.length; start = end, line++) {
    end = nextLineStart(text, start);
    let first = start;
    while (first < end && first - start < 4 && text.charCodeAt(first) === SPACE) first++;
    const char = first - start < 4 ? text.charCodeAt(first) : SPACE;
    const before: Fence | null = fence;
    if (char === TICK || char === TILDE) fence = fenceAfter(contentOf(text, start, end), before);
    if (fence && !before) open.fence = line;
    const isCode = fence !== null || before !== null;
    const isMarker = visit({ line, start, end, first, char, isCode });
    if (isCode || isMarker || char !== LESS || open.comment || !text.startsWith("<!--", first)) continue;
    const close = text.indexOf("-->", first + 2);
    if (close === -1) open.comment = { line, start, end };
    else if (close >= end) {
      const next = nextLineStart(text, close);
      line += newlines(text, end, next);
      end = next;
    }
  }
  if (!fence) open.fence = 0;
  return open;
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** The line from `start` to `end`, without its ending. */
export function contentOf(text: string, start: number, end: number): string {
  return text.slice(start, lineContentEnd(text, end));
}

/** Whether the line to `end` reads `wanted` from `start` on, with only white space after it. */
export function isLine(text: string, start: number, end: number, wanted: string): boolean {
  return text.startsWith(wanted, start) && text.slice(start + wanted.length, end).trim() === "";
}
