/** LF and CRLF end a line. A lone CR is text: no tool in use today writes it as a line ending. */
export type LineEnding = "\n" | "\r\n";
/** The ending that most lines have; LF when there are none, or as many of each. */
export declare function dominantLineEnding(text: string): LineEnding;
export declare function normalizeLineEndings(text: string): string;
/** Offset of the line after the one that holds `at`; the end of the text when there is none. */
export declare function nextLineStart(text: string, at: number): number;
/** Number, from 1, of the line that holds the offset. */
export declare function lineNumberAt(text: string, offset: number): number;
/** Where the content of the line ends whose following line starts at `next`. */
export declare function lineContentEnd(text: string, next: number): number;
