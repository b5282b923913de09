/** Scans the lines of a CLAUDE.md once, and finds the places that all other functions work on. */
import { type Fence, fenceAfter } from "../text/fences.ts";
import {
  afterByteOrderMark,
  type FrontMatterPlace,
  isYaml,
  locateFrontMatter,
  parseYaml,
} from "../text/frontMatter.ts";
import { lineContentEnd, lineNumberAt, nextLineStart } from "../text/lineEndings.ts";
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
  /** Whether the section runs to the end of the text, without a heading or marker that ends it. */
  toEnd: boolean;
}

const HEADING = /^ {0,3}#{1,2}(?:[ \t]|$)/;
const SESSION_HEADING = /^ {0,3}##[ \t]+Current Session(?:[ \t]+#+)?\s*$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)\s*$/;
const [LF, TAB, SPACE, HASH, DASH, TICK, TILDE, LESS, EQUALS, CR] = [10, 9, 32, 35, 45, 96, 126, 60, 61, 13];

/** No paragraph, and a paragraph in a list item or quote, which no underline makes a heading. */
const [NONE, NESTED] = [-1, -2];

/** @param from offset where the scan begins, if the caller knows already where front matter ends */
export function scan(text: string, from = bodyStart(text)): Scan {
  const found = emptyScan(text, from);
  let places = 0;
  const add = <T>(list: T[], place: T) => {
    list.push(place);
    places++;
  };
  let fence: Fence | null = null;
  let section: Section | null = null;
  let paragraph = NONE; // start of the paragraph that the line above belongs to
  let line = lineNumberAt(text, found.bodyStart);

  const endSection = (at: number) => {
    if (section) section.end = at;
    section = null;
  };

  for (let start = found.bodyStart, end: number; start < text.length; start = end, line++) {
    if (places > MAX_PLACES) return { ...emptyScan(text, from), crowdedAt: line };
    const newline = text.indexOf("\n", start);
    end = newline === -1 ? text.length : newline + 1;
    let first = start;
    while (first < end && first - start < 4 && text.charCodeAt(first) === SPACE) first++;
    const char = first - start < 4 ? text.charCodeAt(first) : SPACE;
    const before = paragraph;
    paragraph = NONE;

    if (char === TICK || char === TILDE) {
      const after: Fence | null = fenceAfter(content(text, start, end), fence);
      if (after && !fence) {
        found.openFence = line;
        found.hidden = [];
      }
      fence = after;
    } else if (fence) {
      const marker = char === LESS && markerOf(content(text, start, end));
      if (marker && (marker.kind === "managed" || marker.kind === "memory")) {
        add(found.hidden, { ...marker, line, start, end });
      }
    } else if (char === LESS) {
      const marker = text.startsWith("<!-- ", first) && markerOf(content(text, start, end));
      if (marker) {
        add(found.markers, { ...marker, line, start, end });
        endSection(start);
      } else if (text.startsWith("<!--", first) && !found.openComment) {
        const close = text.indexOf("-->", first + 2);
        if (close === -1) found.openComment = { line, start, end };
        else if (close >= end) {
          const next = nextLineStart(text, close);
          line += newlines(text, end, next);
          end = next;
        }
      }
    } else if (char === HASH) {
      const heading = content(text, start, end);
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
      UNDERLINE.test(content(text, start, end))
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
  }
  if (section) (section as Section).toEnd = true;
  if (!fence) {
    found.openFence = 0;
    found.hidden = [];
  }
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
  if (RULE.test(content(text, first, end))) return NONE;
  if (ITEM_OR_QUOTE.test(text.slice(first, first + ITEM_LENGTH))) return NESTED;
  if (before !== NONE) return before;
  return first > start ? NESTED : start; // an indented line may continue a list item
}

function isBelowBlank(text: string, start: number): boolean {
  return text.slice(text.lastIndexOf("\n", start - 2) + 1, start).trim() === "";
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function content(text: string, start: number, end: number): string {
  return text.slice(start, lineContentEnd(text, end));
}

function isLine(text: string, start: number, end: number, wanted: string): boolean {
  return text.startsWith(wanted, start) && text.slice(start + wanted.length, end).trim() === "";
}

const OTHER_LANGUAGES = ["json", "toml", "js", "javascript", "coffee", "coffeescript", "cson"];
/** Offset of the text after a byte order mark and front matter. Never throws. */
export function bodyStart(text: string): number {
  const place = locateFrontMatter(text);
  return place && isFrontMatter(text, place) ? place.end : afterByteOrderMark(text);
}

/**
 * Whether two lines `---` enclose front matter. Horizontal rules look the same, so YAML decides: a plain text or a list
 * is not front matter. Broken YAML is, because its author will repair it, unless an empty line or a memory heading
 * shows prose; so is YAML that we do not parse, which `describeUnparsed` reports. A marker line of ours, not indented,
 * shows that the user put a rule above our block.
 */
function isFrontMatter(text: string, place: FrontMatterPlace): boolean {
  if (!isYaml(place)) return OTHER_LANGUAGES.includes(place.language);
  if (hasLine(text, place, (line) => line.startsWith("<") && markerOf(line) !== null)) return false;
  try {
    const data = parseYaml(text, place);
    return typeof data === "object" && !Array.isArray(data);
  } catch {
    return !hasLine(text, place, (line) => line.trim() === "" || memoryHeadingOf(line) !== undefined);
  }
}

/** Whether any line below the opening one meets a condition. (All lines in a list take much memory.) */
function hasLine(text: string, place: FrontMatterPlace, holds: (line: string) => boolean): boolean {
  for (let at = nextLineStart(text, place.start), next: number; at < place.close; at = next) {
    next = nextLineStart(text, at);
    if (holds(content(text, at, next))) return true;
  }
  return false;
}
