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

/** Whether a code fence, a comment or another HTML block is never closed. @param from where the text proper begins */
export function isOpenAtEnd(text: string, from: number): boolean {
  let fence: Fence | null = null;
  let htmlEnd: RegExp | undefined;
  for (let start = from; start < text.length; ) {
    const next = nextLineStart(text, start);
    const line = text.slice(start, lineContentEnd(text, next));
    start = next;
    if (htmlEnd === undefined && fence === null)
      htmlEnd = HTML_BLOCKS.find(([begin]) => begin.test(line))?.[1];
    if (htmlEnd === undefined) fence = fenceAfter(line, fence);
    else if (htmlEnd.test(line)) htmlEnd = undefined;
  }
  return fence !== null || htmlEnd !== undefined;
}
