import { type MarkerEdge, type MarkerKind, type MemorySection } from "./markers.ts";
/**
 * One pass over the lines of a CLAUDE.md. It yields the positions of what matters here, in the order of the
 * text; whatever lies in front matter or in fenced code is text and yields nothing. All other functions work
 * on these positions, never by searching the text.
 */
export interface Scan {
    text: string;
    /** Offset after a byte order mark and front matter. */
    bodyStart: number;
    markers: Marker[];
    sections: Section[];
    /** Lines that are the title of the managed block. */
    titles: Line[];
    /** Lines that are the obsolete loader line. */
    loaders: Line[];
    /** Number of the line with a fence that is never closed; 0 for none. */
    openFence: number;
}
export interface Line {
    /** Number of the line, from 1. */
    line: number;
    /** Offset of its first character. */
    start: number;
    /** Offset of the next line's first character. */
    end: number;
}
export interface Marker extends Line {
    kind: MarkerKind;
    edge: MarkerEdge;
}
/**
 * A level 2 heading with the name of a memory section and all that follows it, up to the next heading of
 * level 1 or 2, a marker line, or the end.
 */
export interface Section extends Line {
    name: MemorySection;
    /** Offset of the line after the heading. */
    body: number;
    /** Neither a heading nor a marker ends it: the text does. */
    toEnd: boolean;
}
export declare function scan(text: string): Scan;
/** Number, from 1, of the line that holds the offset. */
export declare function lineNumberAt(text: string, offset: number): number;
