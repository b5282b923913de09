/** Line endings, and the offsets and numbers of lines. */

/** LF and CRLF end a line. A lone CR is text: no tool in use today writes it as a line ending. */
export type LineEnding = "\n" | "\r\n";

/** The ending that most lines have; LF if no line has an ending, or if both are equally frequent. */
export function dominantLineEnding(text: string): LineEnding {
  let lf = 0;
  let crlf = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    if (text.charCodeAt(at - 1) === 13) crlf++;
    else lf++;
  }
  return crlf > lf ? "\r\n" : "\n";
}

export function normalizeLineEndings(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Offset of the line after the one that holds `at`; the end of the text if that line is the last. */
export function nextLineStart(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** Number, from 1, of the line that holds the offset. */
export function lineNumberAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** Offset of the line ending right before `next`, the start of the next line; `next` if there is none. */
export function lineContentEnd(text: string, next: number): number {
  if (text.charCodeAt(next - 1) !== 10) return next;
  return text.charCodeAt(next - 2) === 13 ? next - 2 : next - 1;
}
