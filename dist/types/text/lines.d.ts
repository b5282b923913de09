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
/**
 * Visits each line but those that a comment hides, which began in a line above.
 * @param from offset where the walk begins, outside of any fence or comment
 * @param visit returns true for a marker, which opens no comment whatever it looks like
 */
export declare function walkLines(text: string, from: number, visit: (at: MarkdownLine) => boolean): Open;
/** The line from `start` to `end`, without its ending. */
export declare function contentOf(text: string, start: number, end: number): string;
/** Whether the line to `end` reads `wanted` from `start` on, with only white space after it. */
export declare function isLine(text: string, start: number, end: number, wanted: string): boolean;
