import { type Fence, fenceAfter } from "./fences.ts";
import { bodyStart } from "./frontMatter.ts";
import { lineContentEnd } from "./lineEndings.ts";
import {
  MANAGED_TITLE,
  type MarkerEdge,
  type MarkerKind,
  MEMORY_SECTIONS,
  type MemorySection,
  markerOf,
  OBSOLETE_LOADER_LINE,
} from "./markers.ts";

/**
 * One pass over the lines of a CLAUDE.md. It yields the positions of what matters here, in the order of the
 * text; whatever lies in front matter or in fenced code is text and yields nothing. All other functions work
 * on these positions, never by searching the text.
 */
export interface Scan {
  text: string;
  /** Offset after a byte order mark and front matter. */
  bodyStart: number;
  markers: Marker[];
  sections: Section[];
  /** Lines that are the title of the managed block. */
  titles: Line[];
  /** Lines that are the obsolete loader line. */
  loaders: Line[];
  /** Number of the line with a fence that is never closed; 0 for none. */
  openFence: number;
}

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
  /** Neither a heading nor a marker ends it: the text does. */
  toEnd: boolean;
}

const HEADING = /^ {0,3}#{1,2}(?:[ \t]|$)/;
const SECTION = new RegExp(`^ {0,3}##[ \\t]+(${MEMORY_SECTIONS.join("|")})(?:[ \\t]+#+)?\\s*$`);
const UNDERLINE = /^ {0,3}=+\s*$/;
const [LF, SPACE, HASH, TICK, TILDE, LESS, EQUALS, CR] = [10, 32, 35, 96, 126, 60, 61, 13];

export function scan(text: string): Scan {
  const found: Scan = {
    text,
    bodyStart: bodyStart(text),
    markers: [],
    sections: [],
    titles: [],
    loaders: [],
    openFence: 0,
  };
  let fence: Fence | null = null;
  let section: Section | null = null;
  let paragraph = -1; // where the line before starts, if that line may be the text of an underlined heading
  let line = lineNumberAt(text, found.bodyStart);

  const endSection = (at: number) => {
    if (section) section.end = at;
    section = null;
  };

  for (let start = found.bodyStart, end: number; start < text.length; start = end, line++) {
    const newline = text.indexOf("\n", start);
    end = newline === -1 ? text.length : newline + 1;
    let first = start;
    while (first < end && first - start < 4 && text.charCodeAt(first) === SPACE) first++;
    const char = first - start < 4 ? text.charCodeAt(first) : SPACE;
    const before = paragraph;
    paragraph = -1;

    if (char === TICK || char === TILDE) {
      const after: Fence | null = fenceAfter(content(text, start, end), fence);
      if (after && !fence) found.openFence = line;
      fence = after;
    } else if (fence) {
      // Text, whatever it looks like.
    } else if (char === LESS) {
      const marker = text.startsWith("<!-- ", first) && markerOf(content(text, start, end));
      if (marker) {
        found.markers.push({ ...marker, line, start, end });
        endSection(start);
      }
    } else if (char === HASH) {
      const heading = content(text, start, end);
      if (HEADING.test(heading)) {
        endSection(start);
        const name = SECTION.exec(heading)?.[1] as MemorySection | undefined;
        if (name) {
          section = { name, line, start, body: end, end: text.length, toEnd: false };
          found.sections.push(section);
        } else if (isLine(text, first, end, MANAGED_TITLE)) found.titles.push({ line, start, end });
      }
    } else if (char === EQUALS && before !== -1 && UNDERLINE.test(content(text, start, end))) {
      endSection(before);
    } else if (isLine(text, start, end, OBSOLETE_LOADER_LINE)) {
      found.loaders.push({ line, start, end });
    } else if (char !== SPACE && char !== LF && char !== CR) {
      paragraph = start;
    }
  }
  if (section) (section as Section).toEnd = true;
  if (!fence) found.openFence = 0;
  return found;
}

/** Number, from 1, of the line that holds the offset. */
export function lineNumberAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function content(text: string, start: number, end: number): string {
  return text.slice(start, lineContentEnd(text, end));
}

function isLine(text: string, start: number, end: number, wanted: string): boolean {
  return text.startsWith(wanted, start) && text.slice(start + wanted.length, end).trim() === "";
}
