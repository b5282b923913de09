/** Fits texts to what the terminal can show. */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { escaped, printable } from "../../shared/text/characters.ts";

const DEFAULT_COLUMNS = 80;
const MIN_COLUMNS = 40;

export interface Screen {
  columns: number;
  /** Whether the terminal can show more than ASCII. */
  unicode: boolean;
}

export function screenOf(stdout: { columns?: number }, env: NodeJS.ProcessEnv): Screen {
  return {
    columns: columnsOf(stdout),
    unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || ""),
  };
}

/** The width of a terminal: at least 40, and 80 for a stream that is not a terminal. */
export function columnsOf({ columns }: { columns?: number }): number {
  return Math.max(columns || DEFAULT_COLUMNS, MIN_COLUMNS);
}

export type Format = Parameters<typeof styleText>[0];

/** Colours a text for standard output, where that is a terminal with colours or `FORCE_COLOR` asks for them. */
export function paint(format: Format, text: string): string {
  const forced = process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== "0";
  const colours = forced || (process.stdout.isTTY && process.stdout.hasColors());
  if (!colours) return text;
  const [before = "", after = ""] = styleText(format, "\0").replaceAll(ESC, OWN_ESC).split("\0");
  return before + text + after;
}

const ESC = "\u001b";
/** Stands for ESC until the text is written. No text of a file or a journal can hold it. */
const OWN_ESC = `${ESC}${randomUUID()}`;

/** A text as it may be written to a terminal: whole lines, our own colours, and every other control character escaped. */
export function forTerminal(text: string): string {
  const lines = (part: string) => part.split("\n").map(printable).join("\n");
  return text.split(OWN_ESC).map(lines).join(ESC);
}

/** A name from a journal, in one line of characters that the terminal can show and that cannot drive it. */
export function shown(text: string, { unicode }: Screen): string {
  const safe = printable(text).replaceAll("\t", " ");
  if (unicode) return safe;
  return safe.replace(/[^\x20-\x7e]/g, escaped);
}

/** The number of terminal cells that a text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

function cellsOf(character: string): number {
  if (/^[\x20-\x7e]$/.test(character)) return 1;
  if (/^[\p{Mark}\u200b-\u200d\ufeff]$/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

/**
 * Wraps a text of one line at spaces. A word that is longer than a line, such as a path, stays whole.
 * @param indent starts every line but the first
 */
export function wrap(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const [index, word] of text.split(/ (?=\S)/).entries()) {
    const longer = index === 0 ? word : `${line} ${word}`;
    if (index > 0 && widthOf(longer) > columns) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join("\n");
}

/** Truncates a path to so many cells at its start, because its end tells more. */
export function cutStart(text: string, cells: number, { unicode }: Screen): string {
  if (widthOf(text) <= cells) return text;
  const mark = unicode ? "…" : "...";
  const characters = [...text];
  let width = widthOf(mark);
  let start = characters.length;
  while (start > 0 && width + cellsOf(characters[start - 1] ?? "") <= cells) {
    width += cellsOf(characters[--start] ?? "");
  }
  return mark + characters.slice(start).join("");
}

/** Truncates a text to so many cells at its end. */
export function cutEnd(text: string, cells: number, screen: Screen): string {
  const mirrored = (value: string) => [...value].reverse().join("");
  return mirrored(cutStart(mirrored(text), cells, screen));
}

/** Truncates a text to so many cells in its middle. Two thirds of what stays are its end. */
export function cutMiddle(text: string, cells: number, screen: Screen): string {
  if (widthOf(text) <= cells) return text;
  const characters = [...text];
  let [start, width] = [0, 0];
  while (width + cellsOf(characters[start] ?? "") <= cells / 3) width += cellsOf(characters[start++] ?? "");
  return (
    characters.slice(0, start).join("") + cutStart(characters.slice(start).join(""), cells - width, screen)
  );
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar for `value` in proportion to `max`, which takes `cells`. A value above zero is visible. */
export function bar(value: number, max: number, cells: number, { unicode }: Screen): string {
  if (value <= 0 || max <= 0) return "";
  const eighths = Math.max(1, Math.round((value / max) * cells * 8));
  if (!unicode) return "#".repeat(Math.max(1, Math.round(eighths / 8)));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

/** A bar in two parts. @returns the cells that each takes; a part above zero takes at least one */
export function twoPartBar(first: number, second: number, max: number, cells: number): [number, number] {
  if (max <= 0) return [0, 0];
  const atLeastOne = (value: number) => (value > 0 ? Math.max(1, Math.round((value / max) * cells)) : 0);
  const secondCells = atLeastOne(second);
  return [Math.min(atLeastOne(first), cells - secondCells), secondCells];
}
