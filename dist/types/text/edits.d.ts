/** Edits of a text by offset, and whole lines that blank lines set off. */
import { type LineEnding } from "./lineEndings.ts";
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
export declare const insertion: (at: number, insert: string) => Edit;
export declare const removal: ({ start, end }: Span) => Edit;
/** Edits must not overlap. Those at the same place are made in the order given. */
export declare function applyEdits(text: string, edits: readonly Edit[]): string;
/** Inserts whole lines at a line start, with a blank line before and after them where there is none yet. */
export declare function blockInsertion(text: string, at: number, block: string, ending: LineEnding): Edit;
/** Lines with an ending after the last one too: their own, or else the given one. */
export declare function ended(lines: string, ending: LineEnding): string;
/** Removes whole lines, and the blank line after them where one remains before. */
export declare function blockRemoval(text: string, span: Span): Edit;
/** Whether an empty line starts at `at`; the end of the text is none. */
export declare function isBlankLine(text: string, at: number): boolean;
/** A span without the lines at its end that are empty or white space. */
export declare function withoutBlankTail(text: string, { start, end }: Span): Span;
/**
 * A line that a change has added, to look for later: a comment if there is one, because formatters leave comments alone.
 * @returns undefined if the change added no line that is not blank
 */
export declare function addedLine(before: string, after: string): string | undefined;
/** Whether one of a text's lines is this one. */
export declare function hasLine(text: string, line: string): boolean;
export {};
