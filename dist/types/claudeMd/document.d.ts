/** A parsed CLAUDE.md, and the state and result of one run over it. */
import { type Edit } from "../text/edits.ts";
import type { LineEnding } from "../text/lineEndings.ts";
import { type Blocks } from "./blocks.ts";
import { type Scan } from "./scan.ts";
/** A parsed text: its scan and its blocks. `edit` never changes a document: it returns a new one. */
export interface Document extends Scan {
    blocks: Blocks;
}
/** The state that one run over a file carries from step to step. */
export interface Run {
    /** The ending of the lines that the run writes: the one that most lines of the file have. */
    ending: LineEnding;
    /** There is no file yet. */
    isNew: boolean;
    /** Short status lines for a person or the model. */
    changes: string[];
}
export interface ProjectTextResult {
    /** The input itself if there is nothing to change. */
    text: string;
    /** Short status lines for a person or the model; empty if nothing changed. */
    changes: string[];
    /** Why the text is unchanged, for a person: the reason, the lines, and what to do. */
    problem?: string;
}
/** The status lines for new blocks. */
export declare const CREATED: {
    managed: string;
    routing: string;
    session: string;
    memory: string;
};
/** @param bodyStart offset below front matter, if the caller knows it already: see `edit` */
export declare function parseDocument(text: string, bodyStart?: number): Document;
/**
 * Applies edits, which all lie below front matter, and keeps `bodyStart`. A second search could find front matter where
 * there is none: a removed line may leave two rules that look like it.
 */
export declare function edit(doc: Document, edits: readonly Edit[]): Document;
/** "line 4", "lines 4, 9"; at most the first eight, then "…". */
export declare function lineNumbers(places: readonly {
    line: number;
}[]): string;
export declare function count(number: number, noun: string): string;
