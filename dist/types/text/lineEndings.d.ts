/** Line endings, and the offsets and numbers of lines. */
/** LF and CRLF end a line. A lone CR is text: no tool in use today writes it as a line ending. */
export type LineEnding = "\n" | "\r\n";
/** The ending that most lines have; LF if no line has an ending, or if both are equally frequent. */
export declare function dominantLineEnding(text: string): LineEnding;
export declare function normalizeLineEndings(text: string): string;
/** Offset of the line after the one that holds `at`; the end of the text if that line is the last. */
export declare function nextLineStart(text: string, at: number): number;
/** Number, from 1, of the line that holds the offset. */
export declare function lineNumberAt(text: string, offset: number): number;
/** Offset of the line ending right before `next`, the start of the next line; `next` if there is none. */
export declare function lineContentEnd(text: string, next: number): number;
