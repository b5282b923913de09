import { type Edit } from "../text/edits.ts";
import type { LineEnding } from "../text/lineEndings.ts";
/** A text together with what is known about it, and what one run over it carries from step to step. */
import { type Blocks } from "./blocks.ts";
import { type Scan } from "./scan.ts";
/** A text together with what is known about it. Every change makes a new one. */
export interface Document extends Scan {
    blocks: Blocks;
}
/** What one run over a file carries from step to step. */
export interface Run {
    /** The ending of the lines that we write: the one that the file has most. */
    ending: LineEnding;
    /** Short status lines, for a person or a model. */
    changes: string[];
}
export interface ProjectTextResult {
    /** The input itself when nothing is to do. */
    text: string;
    /** Short status lines for a person or a model; empty when nothing changed. */
    changes: string[];
    /** Why the text was left alone: what, in which lines, what to do. */
    problem?: string;
    /** From the session block that was replaced, as found there: the caller checks it. */
    previousSession?: PreviousSession;
}
/** As found in the file: the caller checks it before it uses it. */
export interface PreviousSession {
    id: string;
    dir: string;
}
/** The status lines of blocks that were not there before. */
export declare const CREATED: {
    managed: string;
    routing: string;
    session: string;
    memory: string;
};
/** `bodyStart`, if it is known already: see `edit`. */
export declare function parseDocument(text: string, bodyStart?: number): Document;
/**
 * All edits are made below front matter, so where the text proper begins is decided once. Looked for again, it
 * could be found elsewhere: a line that goes may leave two rules that look like front matter.
 */
export declare function edit(doc: Document, edits: readonly Edit[]): Document;
/** "line 4", "lines 4, 9": the first few of them when there are many. */
export declare function lineNumbers(places: readonly {
    line: number;
}[]): string;
export declare function count(number: number, noun: string): string;
