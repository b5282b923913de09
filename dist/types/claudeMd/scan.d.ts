import { type MarkerEdge, type MarkerKind, type MemorySection } from "./markers.ts";
/**
 * One pass over the lines of a CLAUDE.md. It yields the positions of what matters here, in the order of the
 * text; whatever lies in front matter, in fenced code or in a comment over several lines is text and yields
 * nothing. All other functions work on these positions, never by searching the text.
 */
export interface Scan {
    text: string;
    /** Offset after a byte order mark and front matter. */
    bodyStart: number;
    markers: Marker[];
    sections: Section[];
    /** Where headings of level 1 and 2 start, all but the one of the session block. */
    headings: {
        start: number;
    }[];
    /** Lines that are the title of the managed block. */
    titles: Line[];
    /** Lines that are the obsolete loader line. */
    loaders: Line[];
    /** Number of the line with a fence that is never closed; 0 for none. */
    openFence: number;
    /** Managed and memory markers that are text only because of that fence. */
    hidden: Marker[];
    /** The first line with a comment that is never closed. It is taken as text, or all below it would be hidden. */
    openComment: Line | null;
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
/** `from` says where the text proper begins, for one whose beginning is known already. */
export declare function scan(text: string, from?: number): Scan;
/** Offset where the text proper begins: after a byte order mark and front matter. Never throws. */
export declare function bodyStart(text: string): number;
