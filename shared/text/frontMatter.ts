/**
 * Front matter: a first line `---` (after an optional byte order mark), the next line `---`, and the YAML between them.
 * `gray-matter` parses the YAML, with its JavaScript engine off, and within limits: an alias can stand for a text that is
 * exponentially long, and the parser takes quadratic time for some texts.
 */
import { grayMatter } from "../system/dependencies.ts";
import { lineContentEnd, nextLineStart } from "./lineEndings.ts";

const OPENING = /^---[ \t]{0,20}([A-Za-z]*)[ \t]*$/;
const CLOSING = /^---[ \t]*$/;
const YAML = ["", "yaml", "yml"];
/** In characters. Real front matter has a few hundred. */
const MAX_KB = 16;

export interface FrontMatterPlace {
  /** Offset of the opening line. */
  start: number;
  /** Offset of the closing line. */
  close: number;
  /** Offset of the first line after it. */
  end: number;
  /** The word after the opening `---`, in lower case. Empty if there is no word, which means YAML. */
  language: string;
}

/**
 * Finds front matter by its opening and closing lines, without checking the text between them.
 * @returns null if either line is missing
 */
export function locateFrontMatter(text: string): FrontMatterPlace | null {
  const start = afterByteOrderMark(text);
  if (!text.startsWith("---", start)) return null;
  let next = nextLineStart(text, start);
  const opening = OPENING.exec(text.slice(start, lineContentEnd(text, next)));
  if (!opening) return null;
  while (next < text.length) {
    const line = next;
    next = nextLineStart(text, line);
    if (text.startsWith("---", line) && CLOSING.test(text.slice(line, lineContentEnd(text, next)))) {
      return { start, close: line, end: next, language: (opening[1] ?? "").toLowerCase() };
    }
  }
  return null;
}

export function isYaml(place: FrontMatterPlace): boolean {
  return YAML.includes(place.language);
}

/** The reason that we do not parse YAML which may be valid; named as the parser names its own. */
export class YamlLimit extends Error {
  reason: string;
  /** Counted from 0, the opening line. */
  mark: { line: number };

  constructor(reason: string, line: number) {
    super(reason);
    this.reason = reason;
    this.mark = { line };
  }
}

/**
 * Parses the YAML of front matter.
 * @returns an object, or whatever other value the YAML holds
 * @throws {YamlLimit}, what the parser throws, and an Error for any other language
 */
export function parseYaml(text: string, place: FrontMatterPlace): unknown {
  if (!isYaml(place)) throw new Error(`front matter in "${place.language}" is not YAML`);
  if (place.end - place.start > MAX_KB * 1024) throw new YamlLimit(`it is longer than ${MAX_KB} KB`, 0);
  const options = { language: "yaml", engines: NO_CODE, listener: refuseAnchor };
  const file = grayMatter()(text.slice(place.start, place.end), options);
  if (file.content !== "") throw new Error("one of its lines starts with ---");
  return file.data;
}

/** The parser passes its state at the begin and the end of each value. Without an anchor, there is no alias. */
function refuseAnchor(_event: string, { anchor, line }: { anchor?: string | null; line: number }): void {
  if (anchor) throw new YamlLimit(`it has an anchor, &${anchor}`, line + 1);
}

/** Without these engines, gray-matter would run `---js` with eval. Passing options also turns its cache off. */
const refuse = (): object => {
  throw new Error("code in front matter is never run");
};
const NO_CODE = { javascript: refuse, js: refuse, coffee: refuse };

/** Offset of the first character after a byte order mark, if there is one. */
export function afterByteOrderMark(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}

const OTHER_LANGUAGES = ["json", "toml", "js", "javascript", "coffee", "coffeescript", "cson"];

/**
 * Offset of the text after a byte order mark and front matter. Never throws.
 *
 * Horizontal rules look like front matter, so YAML decides: a plain text or a list is none. Broken YAML is, because its
 * author will repair it, unless an empty line or a heading shows prose; so is YAML that we do not parse. A marker shows that
 * the user put a rule above a block.
 */
export function textStart(
  text: string,
  isMarker: (line: string) => boolean,
  isHeading: (line: string) => boolean = () => false,
): number {
  const place = locateFrontMatter(text);
  return place && isFrontMatter(text, place, isMarker, isHeading) ? place.end : afterByteOrderMark(text);
}

function isFrontMatter(
  text: string,
  place: FrontMatterPlace,
  isMarker: (line: string) => boolean,
  isHeading: (line: string) => boolean,
): boolean {
  if (!isYaml(place)) return OTHER_LANGUAGES.includes(place.language);
  if (hasLine(text, place, isMarker)) return false;
  try {
    const data = parseYaml(text, place);
    return typeof data === "object" && !Array.isArray(data);
  } catch {
    return !hasLine(text, place, (line) => line.trim() === "" || isHeading(line));
  }
}

/** Whether any line below the opening one meets a condition. (All lines in a list take much memory.) */
function hasLine(text: string, place: FrontMatterPlace, holds: (line: string) => boolean): boolean {
  for (let at = nextLineStart(text, place.start), next: number; at < place.close; at = next) {
    next = nextLineStart(text, at);
    if (holds(text.slice(at, lineContentEnd(text, next)))) return true;
  }
  return false;
}
