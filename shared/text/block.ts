/**
 * A block of lines between two marker lines, in any text: pure functions, text to text. A marker counts as a whole line, after
 * at most three spaces, outside fenced code and comments over several lines.
 */
import { Refusal } from "../system/errors.ts";
import {
  appended,
  belowFrontMatter,
  mayNotAppend,
  type Parsed,
  prepended,
  wholeRemoval,
} from "./blockLayout.ts";
import { LONE_SURROGATE } from "./characters.ts";
import { findConflict, refuseConflict } from "./conflict.ts";
import { applyEdits, type Edit, removal } from "./edits.ts";
import { fenceAfter } from "./fences.ts";
import { textStart } from "./frontMatter.ts";
import { dominantLineEnding, type LineEnding, lineContentEnd } from "./lineEndings.ts";
import { contentOf, type Line, type Open, walkLines } from "./lines.ts";
import { type MarkerPair, pairsOf } from "./markerPairs.ts";

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

interface Marker extends Line {
  edge: "START" | "END";
}

interface Found extends Parsed {
  pairs: MarkerPair<Marker>[];
  /** Markers without a counterpart. */
  orphans: Marker[];
  open: Open;
}

/**
 * Adds the block, or brings it up to date. Of several, the first stays; a marker line without a counterpart is removed, and
 * the lines around it stay.
 * @param text null for a file that does not exist
 * @returns the text itself if there is nothing to change
 * @throws {Refusal} if the text cannot hold the block
 */
export function withBlock(text: string | null, block: BlockOptions): string {
  const updated = update(text, block);
  // Last safety net: the next run must read what this one writes, and find nothing to do.
  if (updated !== text && update(updated, block) !== updated) {
    const why = "holds lines that would hide a part of the block, or that the block would hide";
    throw new Refusal(why, "Look for code fences, comments and lines `---` that have no counterpart.");
  }
  return updated;
}

function update(text: string | null, block: BlockOptions): string {
  const found = withOnePair(text ?? "", block);
  const [pair] = found.pairs;
  return applyEdits(found.text, [
    pair ? replaced(found.text, pair, block) : added(found, block, text === null),
  ]);
}

/**
 * Removes the block, with the blank lines or line endings that came with it.
 * @returns the text itself if it holds no marker; an empty text if it held only the block
 * @throws {Refusal} if the text has an unresolved merge conflict
 */
export function withoutBlock(text: string, markers: BlockMarkers): string {
  const found = withOnePair(text, markers);
  return applyEdits(
    found.text,
    found.pairs.map((pair) => wholeRemoval(found, pair)),
  );
}

/** Removes orphans, and every pair but the first. @throws {Refusal} */
function withOnePair(text: string, markers: BlockMarkers): Found {
  refuseConflict(text);
  const found = parse(text, markers);
  const edits = [
    ...found.orphans.map(removal),
    ...found.pairs.slice(1).map((pair) => wholeRemoval(found, pair)),
  ];
  return edits.length === 0 ? found : parse(applyEdits(text, disjoint(edits)), markers);
}

/** Two removals may both hold the line ending between them. */
function disjoint(edits: readonly Edit[]): Edit[] {
  let at = 0;
  return [...edits]
    .sort((a, b) => a.start - b.start)
    .map((edit) => {
      const start = Math.max(edit.start, at);
      at = edit.end;
      return { ...edit, start };
    });
}

function parse(text: string, markers: BlockMarkers): Found {
  // An indented one may be YAML.
  const bodyStart = textStart(text, (line) => !line.startsWith(" ") && edgeOf(line, markers) !== undefined);
  const initials = [markers.start.charCodeAt(0), markers.end.charCodeAt(0)];
  const found: Marker[] = [];
  const open = walkLines(text, bodyStart, ({ line, start, end, char, isCode }) => {
    const edge =
      isCode || !initials.includes(char) ? undefined : edgeOf(contentOf(text, start, end), markers);
    if (edge) found.push({ edge, line, start, end });
    return edge !== undefined;
  });
  const pairs = pairsOf(found);
  const paired = new Set(pairs.flatMap(({ first, last }) => [first, last]));
  return { text, bodyStart, pairs, orphans: found.filter((marker) => !paired.has(marker)), open };
}

function edgeOf(line: string, { start, end }: BlockMarkers): Marker["edge"] | undefined {
  const content = line.replace(/^ {1,3}/, "").trimEnd();
  return content === start ? "START" : content === end ? "END" : undefined;
}

/** Replaces what stands between the markers, which keep their indentation. */
function replaced(text: string, { first, last }: MarkerPair<Marker>, { body }: BlockOptions): Edit {
  const [start, end] = [first.start, lineContentEnd(text, last.end)];
  const around = text.slice(0, start) + text.slice(end);
  // The text around stays, so the next run finds the same ending.
  const ending = dominantLineEnding(around.includes("\n") ? around : text);
  const lines = [
    contentOf(text, start, first.end).replace(/\r+$/, ""),
    ...linesOf(body),
    text.slice(last.start, end),
  ];
  return { start, end, insert: lines.join(ending) };
}

function added(found: Found, { start, end, body, place }: BlockOptions, isNew: boolean): Edit {
  const { text, open } = found;
  const ending: LineEnding = dominantLineEnding(text);
  const lines = [start, ...linesOf(body), end].join(ending);
  const hasText = text.length > belowFrontMatter(found);
  const isFirst = hasText && (place === "start" || mayNotAppend(found, open));
  return isFirst ? prepended(found, lines, ending) : appended(text, lines, ending, isNew);
}

function linesOf(body: string): string[] {
  const lines = body.replace(/\r*\n/g, "\n").replace(/\r+$/, "");
  return lines === "" ? [] : lines.replace(/\n$/, "").split("\n");
}

/**
 * Checks the markers of a call.
 * @throws {TypeError} says what is given, and what is expected
 */
export function assertMarkers(block: BlockMarkers): void {
  if (typeof block !== "object" || block === null)
    throw wrong("block", "be an object with start and end", block);
  for (const name of ["start", "end"] as const) {
    const marker = block[name];
    const fail = (expected: string) => wrong(name, expected, marker);
    if (typeof marker !== "string" || marker.trim() === "") throw fail("be a line of text, and not empty");
    if (/[\n\r]/.test(marker)) throw fail("be one line, without a line ending");
    if (marker !== marker.trim()) throw fail("have no white space around it");
    if (UNSTORABLE.test(marker)) throw fail(STORABLE);
    if (!/[^\s!-/:-@[-`{-~]/.test(marker))
      throw fail("hold a letter or digit, or it would match rules and braces");
    if (fenceAfter(marker, null)) throw fail("be no line that opens a code fence");
  }
  if (block.start === block.end) throw wrong("end", "differ from start", block.end);
}

/**
 * Checks the arguments of a call.
 * @throws {TypeError} says what is given, and what is expected
 */
export function assertBlock(block: BlockOptions): void {
  assertMarkers(block);
  const { body, place = "end" } = block;
  if (place !== "end" && place !== "start") throw wrong("place", 'be "end" or "start"', place);
  if (typeof body !== "string") throw wrong("body", "be a text", body);
  if (UNSTORABLE.test(body)) throw wrong("body", STORABLE, body);
  const lines = linesOf(body);
  const marker = lines.findIndex((line) => edgeOf(line, block) !== undefined);
  if (marker !== -1) throw wrong("body", "hold no marker line", lines[marker], ` in line ${marker + 1}`);
  if (findConflict(body)) throw wrong("body", "hold no merge conflict", body);
  const { pairs, open } = parse([block.start, ...lines, block.end].join("\n"), block);
  if (pairs.length !== 1 || open.fence > 0 || open.comment) {
    throw wrong("body", "close its code fences and comments, which would hide the end marker", body);
  }
}

/** What a file of UTF-8 text cannot hold, or cannot give back. */
const UNSTORABLE = new RegExp(`[\\0${LONE_SURROGATE}]`, "u");
const STORABLE = "hold neither NUL nor half a surrogate pair";

function wrong(name: string, expected: string, given: unknown, where = ""): TypeError {
  const shown =
    typeof given === "string"
      ? JSON.stringify(given)
      : given === Object(given)
        ? typeof given
        : String(given);
  return new TypeError(
    `${name} must ${expected}; got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}${where}`,
  );
}
