import { applyEdits, type Edit } from "../text/edits.ts";
import type { LineEnding } from "../text/lineEndings.ts";
/** A text together with what is known about it, and what one run over it carries from step to step. */
import { type Blocks, blocksOf } from "./blocks.ts";
import { type Scan, scan } from "./scan.ts";

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
export const CREATED = {
  managed: "created the managed block",
  routing: "created the routing block",
  session: "created the session block",
  memory: "created the memory block",
};

/** `bodyStart`, if it is known already: see `edit`. */
export function parseDocument(text: string, bodyStart?: number): Document {
  const found = scan(text, bodyStart);
  return { ...found, blocks: blocksOf(found) };
}

/**
 * All edits are made below front matter, so where the text proper begins is decided once. Looked for again, it
 * could be found elsewhere: a line that goes may leave two rules that look like front matter.
 */
export function edit(doc: Document, edits: readonly Edit[]): Document {
  return edits.length === 0 ? doc : parseDocument(applyEdits(doc.text, edits), doc.bodyStart);
}

/** "line 4", "lines 4, 9": the first few of them when there are many. */
export function lineNumbers(places: readonly { line: number }[]): string {
  const shown = places.slice(0, 8).map((place) => place.line);
  const more = places.length > shown.length ? ", …" : "";
  return `${places.length === 1 ? "line" : "lines"} ${shown.join(", ")}${more}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
