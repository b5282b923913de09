import type { MarkerKind } from "./markers.ts";
import type { Marker, Scan } from "./scan.ts";
/** A well-formed pair: `start` to `end` is the offset range of its lines, markers included. */
export interface Block {
    kind: MarkerKind;
    first: Marker;
    last: Marker;
    start: number;
    end: number;
}
/**
 * What the markers of a project's CLAUDE.md make up. The blocks nest properly: memory blocks lie inside the
 * managed block or apart from it; a routing block holds no marker line; a session block holds no other marker
 * than routing orphans, which are not listed, and no heading of level 1 or 2 but its own; neither holds a memory
 * section. What does not fit is in `strays`,
 * and is not safe to act on: between such lines may be the user's text, or memory.
 */
export interface Blocks {
    managed: Block | null;
    memory: Block[];
    sessions: Block[];
    routing: Block[];
    strays: Marker[];
}
export declare function blocksOf(scan: Scan): Blocks;
/** The well-formed pairs of one kind: a START and the next marker of its kind, if that is an END. */
export declare function pairs(markers: readonly Marker[], kind: MarkerKind): Block[];
/** Whether a place lies inside a block, its own markers excluded. */
export declare function isInBlock(place: {
    start: number;
}, block: Block | null): boolean;
/** Whether a place lies inside any of these blocks, which must be sorted. */
export declare function isInAnyBlock(place: {
    start: number;
}, blocks: readonly Block[]): boolean;
/** Whether a place lies in the managed block itself, and not in memory within it. */
export declare function isInManagedOnly(place: {
    start: number;
}, { managed, memory }: Blocks): boolean;
