/** The marker lines of a block. They tell it from other text, so they are the same in every version of it. */
export interface BlockMarkers {
    start: string;
    end: string;
}
export interface BlockOptions extends BlockMarkers {
    /** What stands between the marker lines. A missing last line ending is added; endings become those of the text. */
    body: string;
    /** Where a new block goes; one that is there stays where it is. Default: the end. */
    place?: "end" | "start" | undefined;
}
/**
 * Adds the block, or brings it up to date. Of several, the first stays; a marker line without a counterpart is removed, and
 * the lines around it stay.
 * @param text null for a file that does not exist
 * @returns the text itself if there is nothing to change
 * @throws {Refusal} if the text cannot hold the block
 */
export declare function withBlock(text: string | null, block: BlockOptions): string;
/**
 * Removes the block, with the blank lines or line endings that came with it.
 * @returns the text itself if it holds no marker; an empty text if it held only the block
 * @throws {Refusal} if the text has an unresolved merge conflict
 */
export declare function withoutBlock(text: string, markers: BlockMarkers): string;
/**
 * Checks the markers of a call.
 * @throws {TypeError} says what is given, and what is expected
 */
export declare function assertMarkers(block: BlockMarkers): void;
/**
 * Checks the arguments of a call.
 * @throws {TypeError} says what is given, and what is expected
 */
export declare function assertBlock(block: BlockOptions): void;
