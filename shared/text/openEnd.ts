/** Whether a Markdown text leaves something open at its end, so that what follows would become a part of it. */
import { type Fence, fenceAfter } from "./fences.ts";
import { lineContentEnd, nextLineStart } from "./lineEndings.ts";

/** The HTML blocks of CommonMark that a blank line does not end: how each begins, and what ends it. */
const HTML_BLOCKS: readonly [start: RegExp, end: RegExp][] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
];

/** Any line that may begin an HTML block which a blank line ends. */
const TAG = /^ {0,3}<\/?[A-Za-z]/;

/**
 * Whether a code fence, a comment or another HTML block is never closed. Also true where that is unclear without a whole
 * parser of Markdown: where a list item may end inside of one, or where one begins inside of another HTML block.
 * @param from where the text proper begins
 */
export function isOpenAtEnd(text: string, from: number): boolean {
  let fence: Fence | null = null;
  let htmlEnd: RegExp | undefined;
  let indent = 0; // of the line that opened the fence or HTML block
  let isInTag = false;
  for (let start = from; start < text.length; ) {
    const next = nextLineStart(text, start);
    const line = text.slice(start, lineContentEnd(text, next));
    start = next;
    const isBlank = line.trim() === "";
    const wasOpen = fence !== null || htmlEnd !== undefined;
    if (wasOpen && (isBlank ? isInTag : indentOf(line) < indent)) return true;
    if (!wasOpen) {
      indent = indentOf(line);
      htmlEnd = HTML_BLOCKS.find(([begin]) => begin.test(line))?.[1];
      isInTag = !isBlank && (isInTag || (htmlEnd === undefined && TAG.test(line)));
    }
    if (htmlEnd === undefined) fence = fenceAfter(line, fence);
    else if (htmlEnd.test(line)) htmlEnd = undefined;
  }
  return fence !== null || htmlEnd !== undefined;
}

/** In columns; a tab counts as four, which is more than any line has that opens a fence. */
function indentOf(line: string): number {
  const space = /^[ \t]*/.exec(line)?.[0] ?? "";
  return space.includes("\t") ? 4 : space.length;
}
