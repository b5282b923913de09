/**
 * Front matter: a first line `---` (after a byte order mark, if any) up to the next line that is `---`, and the YAML between
 * them. `gray-matter` reads it, with its JavaScript engine off.
 */
import { grayMatter } from "../system/dependencies.ts";
import { lineContentEnd, nextLineStart } from "./lineEndings.ts";

const OPENING = /^---[ \t]{0,20}([A-Za-z]*)[ \t]*$/;
const CLOSING = /^---[ \t]*$/;
const YAML = ["", "yaml", "yml"];

export interface FrontMatterPlace {
  /** Offset of the opening line. */
  start: number;
  /** Offset of the closing line. */
  close: number;
  /** Offset of the first line after it. */
  end: number;
  /** The word after the opening `---`, in lower case; empty for none, which means YAML. */
  language: string;
}

/** The front matter that the lines suggest, whatever is in it; null when it is not there or never closed. */
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

/** What the YAML says: an object, or any other value that was written there. Throws what the parser throws. */
export function parseYaml(text: string, place: FrontMatterPlace): unknown {
  if (!isYaml(place)) throw new Error(`front matter in "${place.language}" is not read`);
  const file = grayMatter()(text.slice(place.start, place.end), { language: "yaml", engines: NO_CODE });
  if (file.content !== "") throw new Error("a line in it starts with ---");
  return file.data;
}

/** gray-matter would run `---js` with eval. Giving it options also turns its cache off. */
const refuse = (): object => {
  throw new Error("front matter that is code is never run");
};
const NO_CODE = { javascript: refuse, js: refuse, coffee: refuse };

/** Offset of the first character after a byte order mark, if there is one. */
export function afterByteOrderMark(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}
