/** A parsed CLAUDE.md, and the state and result of one run over it. */
import { applyEdits, type Edit } from "../text/edits.ts";
import type { LineEnding } from "../text/lineEndings.ts";
import { type Blocks, blocksOf } from "./blocks.ts";
import { type Scan, scan } from "./scan.ts";

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
export const CREATED = {
  managed: "created the managed block",
  routing: "created the routing block",
  session: "created the session block",
  memory: "created the memory block",
};

/** @param bodyStart offset below front matter, if the caller knows it already: see `edit` */
export function parseDocument(text: string, bodyStart?: number): Document {
  const found = scan(text, bodyStart);
  return { ...found, blocks: blocksOf(found) };
}

/**
 * Applies edits, which all lie below front matter, and keeps `bodyStart`. A second search could find front matter where
 * there is none: a removed line may leave two rules that look like it.
 */
export function edit(doc: Document, edits: readonly Edit[]): Document {
  return edits.length === 0 ? doc : parseDocument(applyEdits(doc.text, edits), doc.bodyStart);
}

/** "line 4", "lines 4, 9"; at most the first eight, then "…". */
export function lineNumbers(places: readonly { line: number }[]): string {
  const shown = places.slice(0, 8).map((place) => place.line);
  const more = places.length > shown.length ? ", …" : "";
  return `${places.length === 1 ? "line" : "lines"} ${shown.join(", ")}${more}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
