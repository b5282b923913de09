import { type Line } from "../text/lines.ts";
import { type MarkerEdge, type MarkerKind, type MemorySection } from "./markers.ts";
/**
 * The places that matter in a CLAUDE.md, in text order. Lines in front matter, in fenced code or in a comment over
 * several lines are text and yield no place. All other functions use these places, and never search the text.
 */
export interface Scan {
    text: string;
    /** Offset after a byte order mark and front matter. */
    bodyStart: number;
    markers: Marker[];
    sections: Section[];
    /** Starts of the headings of level 1 and 2, except the session block's own heading. */
    headings: {
        start: number;
    }[];
    /** The headings of session blocks. */
    sessionHeadings: Line[];
    /** Lines that are the title of the managed block. */
    titles: Line[];
    /** Lines that are the obsolete loader line. */
    loaders: Line[];
    /** Number of the line that opens a fence that is never closed; 0 if there is no such fence. */
    openFence: number;
    /** Managed and memory markers that are text only because `openFence` is never closed. */
    hidden: Marker[];
    /** The first line with a comment that is never closed. It counts as text, because a comment would hide the rest. */
    openComment: Line | null;
    /** Number of the line at which there were too many places, so that none is listed here; 0 if there are few enough. */
    crowdedAt: number;
}
/** Headings, marker lines and the like in one text. Real files have a few hundred, and each takes memory and time. */
export declare const MAX_PLACES = 10000;
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
    /** Whether the section runs to the end of the text, without a heading or marker that ends it. */
    toEnd: boolean;
}
/** @param from offset where the scan begins, if the caller knows already where front matter ends */
export declare function scan(text: string, from?: number): Scan;
/** Offset of the text after a byte order mark and front matter. Never throws. */
export declare function bodyStart(text: string): number;
