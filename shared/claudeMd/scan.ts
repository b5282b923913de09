/** Scans the lines of a CLAUDE.md once, and finds the places that all other functions work on. */
import { textStart } from "../text/frontMatter.ts";
import { contentOf, isLine, type Line, walkLines } from "../text/lines.ts";
import {
  isLoaderLine,
  MANAGED_TITLE,
  type MarkerEdge,
  type MarkerKind,
  type MemorySection,
  markerOf,
  memoryHeadingOf,
} from "./markers.ts";

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
  headings: { start: number }[];
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
export const MAX_PLACES = 10_000;

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

const HEADING = /^ {0,3}#{1,2}(?:[ \t]|$)/;
const SESSION_HEADING = /^ {0,3}##[ \t]+Current Session(?:[ \t]+#+)?\s*$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)\s*$/;
const [LF, TAB, SPACE, HASH, DASH, LESS, EQUALS, CR] = [10, 9, 32, 35, 45, 60, 61, 13];

/** No paragraph, and a paragraph in a list item or quote, which no underline makes a heading. */
const [NONE, NESTED] = [-1, -2];

/** @param from offset where the scan begins, if the caller knows already where front matter ends */
export function scan(text: string, from = bodyStart(text)): Scan {
  const found = emptyScan(text, from);
  let places = 0;
  let crowdedAt = 0;
  const add = <T>(list: T[], place: T) => {
    list.push(place);
    places++;
  };
  let section: Section | null = null;
  let paragraph = NONE; // start of the paragraph that the line above belongs to

  const endSection = (at: number) => {
    if (section) section.end = at;
    section = null;
  };

  const open = walkLines(text, from, ({ line, start, end, first, char, isCode }) => {
    if (places > MAX_PLACES) {
      crowdedAt ||= line;
      return false;
    }
    const before = paragraph;
    paragraph = NONE;

    if (char === LESS) {
      const marker = text.startsWith("<!-- ", first) && markerOf(contentOf(text, start, end));
      if (!marker) return false;
      const mayHide = marker.kind === "managed" || marker.kind === "memory";
      if (isCode) {
        if (mayHide) add(found.hidden, { ...marker, line, start, end });
      } else {
        add(found.markers, { ...marker, line, start, end });
        endSection(start);
      }
      return true;
    }
    if (isCode) return false;
    if (char === HASH) {
      const heading = contentOf(text, start, end);
      if (HEADING.test(heading)) {
        endSection(start);
        if (SESSION_HEADING.test(heading)) add(found.sessionHeadings, { line, start, end });
        else add(found.headings, { start });
        const name = memoryHeadingOf(heading);
        if (name) {
          section = { name, line, start, body: end, end: text.length, toEnd: false };
          add(found.sections, section);
        } else if (isLine(text, first, end, MANAGED_TITLE)) add(found.titles, { line, start, end });
      }
    } else if (
      (char === EQUALS || char === DASH) &&
      before >= 0 &&
      UNDERLINE.test(contentOf(text, start, end))
    ) {
      // Below an entry of a memory section, dashes are meant as a rule, whatever Markdown makes of them.
      if (section === null || isBelowBlank(text, before)) {
        endSection(before);
        add(found.headings, { start: before });
      }
    } else {
      if (isLoaderLine(text, start, end)) add(found.loaders, { line, start, end });
      paragraph = paragraphAt(text, start, end, first, before);
    }
    return false;
  });
  if (crowdedAt > 0) return { ...emptyScan(text, from), crowdedAt };
  if (section) (section as Section).toEnd = true;
  found.openFence = open.fence;
  found.openComment = open.comment;
  found.hidden = found.hidden.filter(({ line }) => open.fence > 0 && line > open.fence);
  return found;
}

function emptyScan(text: string, bodyStart: number): Scan {
  return {
    ...{
      text,
      bodyStart,
      markers: [],
      sections: [],
      headings: [],
      sessionHeadings: [],
      titles: [],
      loaders: [],
    },
    ...{ openFence: 0, hidden: [], openComment: null, crowdedAt: 0 },
  };
}

const RULE = /^[-*_][-*_ \t\r]*$/;
const ITEM_OR_QUOTE = /^(?:>|(?:[-*+]|\d{1,9}[.)])[ \t\r\n])/;
const ITEM_LENGTH = 11;

/** The paragraph that a line of text continues or begins; `before` is the paragraph of the line above. */
function paragraphAt(text: string, start: number, end: number, first: number, before: number): number {
  const char = text.charCodeAt(first);
  if (char === LF || char === CR) return NONE;
  if (char === SPACE || char === TAB) return text.slice(first, end).trim() === "" ? NONE : before;
  if (RULE.test(contentOf(text, first, end))) return NONE;
  if (ITEM_OR_QUOTE.test(text.slice(first, first + ITEM_LENGTH))) return NESTED;
  if (before !== NONE) return before;
  return first > start ? NESTED : start; // an indented line may continue a list item
}

function isBelowBlank(text: string, start: number): boolean {
  return text.slice(text.lastIndexOf("\n", start - 2) + 1, start).trim() === "";
}

/** Offset of the text after a byte order mark and front matter. Never throws. */
export function bodyStart(text: string): number {
  return textStart(text, (line) => line.startsWith("<") && markerOf(line) !== null, isHeading);
}

const isHeading = (line: string) => memoryHeadingOf(line) !== undefined;
