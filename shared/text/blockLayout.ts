/**
 * Where a new block of whole lines goes, and what goes with it when it is removed. The layout keeps what a removal must know:
 * a block that stands last has no line ending where the text had none, and always one blank line of its own above.
 */
import { type Edit, insertion, isBlankLine, removal } from "./edits.ts";
import { afterByteOrderMark } from "./frontMatter.ts";
import { type LineEnding, lineContentEnd, nextLineStart } from "./lineEndings.ts";
import type { Open } from "./lines.ts";
import { isOpenAtEnd } from "./openEnd.ts";

/** A text, and what its parser knows of it. */
export interface Parsed {
  text: string;
  /** Offset after a byte order mark and front matter. */
  bodyStart: number;
}

/** Whether a text leaves a code fence, a comment or the like open at its end, which would swallow a block below it. */
export function mayNotAppend({ text, bodyStart }: Parsed, open: Open): boolean {
  return open.fence > 0 || open.comment !== null || isOpenAtEnd(text, bodyStart);
}

/**
 * Adds a block as the last thing in a text, below one blank line. Where the last line has no ending, the block has none
 * either: so its removal can tell.
 * @param block lines without a final ending
 * @param isNew there is no file yet
 */
export function appended(text: string, block: string, ending: LineEnding, isNew: boolean): Edit {
  if (text.length === afterByteOrderMark(text)) return insertion(text.length, isNew ? block + ending : block);
  if (text.endsWith("\n")) return insertion(text.length, ending + block + ending);
  const end = text.endsWith("\r") ? "\r\n" : ending; // a lone CR is text, and must not become a part of the ending
  return insertion(text.length, end + ending + block);
}

/** Adds a block as the first thing in a text that has others, below front matter, with one blank line below. */
export function prepended(parsed: Parsed, block: string, ending: LineEnding): Edit {
  return insertion(belowFrontMatter(parsed), block + ending + ending);
}

/** Where a block that stands first begins: below front matter, and below a blank line there. */
export function belowFrontMatter({ text, bodyStart }: Parsed): number {
  const hasGap = bodyStart > afterByteOrderMark(text) && isBlankLine(text, bodyStart);
  return hasGap ? nextLineStart(text, bodyStart) : bodyStart;
}

/** Removes a block, with the blank line or the line endings that came with it. One blank line stays between two texts. */
export function wholeRemoval(parsed: Parsed, { start, end }: { start: number; end: number }): Edit {
  const { text } = parsed;
  const isLast = end === text.length;
  if (!isLast && start === belowFrontMatter(parsed)) {
    return removal({ start, end: isBlankLine(text, end) ? nextLineStart(text, end) : end });
  }
  const gap = lineAbove(text, start);
  const isSetOff = gap < start && isBlankLine(text, gap) && (isLast || isBlankLine(text, end));
  if (!isSetOff) return removal({ start, end });
  return removal({ start: isLast && !text.endsWith("\n") ? lineContentEnd(text, gap) : gap, end });
}

/** Offset of the line above the one that starts at `at`; `at` itself for the first line. */
export function lineAbove(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
}
