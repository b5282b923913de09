/** Pairs the markers of a CLAUDE.md into blocks, and says whether a place lies inside one. */
import { type MarkerPair } from "../text/markerPairs.ts";
import { type MarkerKind } from "./markers.ts";
import type { Marker, Scan } from "./scan.ts";
/** A well-formed pair of one kind. */
export interface Block extends MarkerPair<Marker> {
    kind: MarkerKind;
}
/**
 * The blocks of a project's CLAUDE.md, which nest properly. Memory blocks lie inside the managed block or apart from it.
 * A routing block holds no marker line. A session block holds no marker except orphan routing markers, which `strays`
 * does not list, and no heading of level 1 or 2 except its own. Neither of these two holds a memory section.
 */
export interface Blocks {
    managed: Block | null;
    memory: Block[];
    sessions: Block[];
    /** Session blocks that have lost their START marker: from the heading to the END. */
    headless: Block[];
    routing: Block[];
    /** The markers that fit no block. Nothing may act on the text between them: it may be the user's, or memory. */
    strays: Marker[];
}
export declare function blocksOf(scan: Scan): Blocks;
/** The well-formed pairs of one kind. */
export declare function pairs(markers: readonly Marker[], kind: MarkerKind): Block[];
/** Whether a place lies inside a block, its own markers excluded. */
export declare function isInBlock(place: {
    start: number;
}, block: Block | null): boolean;
/** Whether a place lies inside any of these blocks, which must be sorted. */
export declare function isInAnyBlock(place: {
    start: number;
}, blocks: readonly Block[]): boolean;
/** Whether a place lies in the managed block, but not in a memory block. */
export declare function isInManagedOnly(place: {
    start: number;
}, { managed, memory }: Blocks): boolean;
