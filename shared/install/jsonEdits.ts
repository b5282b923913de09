/**
 * Adding to JSON text and taking out again, byte-exact: `removeParts` after `addPart` gives the text as it was.
 *
 * Behind another part that is plain: what was added, comma and white space included, ends where the part ends. In a
 * container that was there and empty, what was added begins with an inconspicuous space: the container then stays
 * when the part is removed. A container that came with the part has no such space and is removed with it.
 */

import type { Edit } from "../text/edits.ts";
import { dominantLineEnding, type LineEnding } from "../text/lineEndings.ts";
import type { JsonNode, JsonPart } from "./jsonTree.ts";

/** How a file is written. */
export interface JsonStyle {
  ending: LineEnding;
  /** One level of indentation. */
  unit: string;
  /** The whole file is on one line. */
  oneLine: boolean;
}

const DEFAULT_UNIT = "  ";
const WAS_EMPTY = " ";

export function styleOf(text: string, root: JsonNode): JsonStyle {
  const first = root.parts[0];
  const unit = first && lineIndent(text, first.start);
  return {
    ending: dominantLineEnding(text),
    unit: unit ?? DEFAULT_UNIT,
    oneLine: first !== undefined && !text.slice(root.start, root.end).includes("\n"),
  };
}

/** Adds a part as the last one. @param key for an object */
export function addPart(
  text: string,
  container: JsonNode,
  key: string | null,
  value: unknown,
  style: JsonStyle,
): Edit {
  const last = container.parts.at(-1);
  const name = key === null ? "" : JSON.stringify(key);
  const compact = () => (name && `${name}:`) + JSON.stringify(value);
  const pretty = (indent: string) => (name && `${name}: `) + printed(value, indent, style);
  if (last) {
    const indent = lineIndent(text, last.start);
    return insertAt(
      last.end,
      indent === undefined ? `, ${compact()}` : `,${style.ending}${indent}${pretty(indent)}`,
    );
  }
  if (style.oneLine) return insertAt(container.start + 1, WAS_EMPTY + compact());
  const outer = indentBefore(text, container.start);
  const inner = outer + style.unit;
  const end = style.ending + outer;
  return insertAt(container.start + 1, WAS_EMPTY + style.ending + inner + pretty(inner) + end);
}

/**
 * Takes parts out, all in one go: one after the other would take a look at the whole text for each.
 * @param gone their indexes
 * @returns null if none would be left, and the container came with them
 */
export function removeParts(
  text: string,
  { parts, start: open }: JsonNode,
  gone: ReadonlySet<number>,
): Edit[] | null {
  if (gone.size === parts.length) return emptied(text, parts, open);
  const edits: Edit[] = [];
  for (let at = 0; at < parts.length; at++) {
    if (!gone.has(at)) continue;
    const before = parts[at - 1];
    const first = parts[at] as JsonPart;
    while (gone.has(at + 1)) at++;
    const after = parts[at + 1];
    if (before) edits.push(cut(before.end, (parts[at] as JsonPart).end));
    else if (after) edits.push(cut(first.start, after.start));
  }
  return edits;
}

/** Takes all parts out. */
function emptied(text: string, parts: readonly JsonPart[], open: number): Edit[] | null {
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last || !text.startsWith(WAS_EMPTY, open + 1)) return null;
  if (lineIndent(text, first.start) === undefined) return [cut(open + 1, last.end)];
  const added = new RegExp(`\\r?\\n${indentBefore(text, open)}`, "y");
  added.lastIndex = last.end;
  return [cut(open + 1, last.end + (added.exec(text)?.[0].length ?? 0))];
}

/** Puts another value in the place of a node. */
export function replaceNode(text: string, { start, end }: JsonNode, value: unknown, style: JsonStyle): Edit {
  const indent = lineIndent(text, start);
  const insert = indent === undefined ? JSON.stringify(value) : printed(value, indent, style);
  return { start, end, insert };
}

function printed(value: unknown, indent: string, { ending, unit }: JsonStyle): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", ending + indent);
}

const insertAt = (at: number, insert: string): Edit => ({ start: at, end: at, insert });
const cut = (start: number, end: number): Edit => ({ start, end, insert: "" });

/** The white space before `at` in its line, or undefined if there is more than that. */
function lineIndent(text: string, at: number): string | undefined {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const before = text.slice(start, at);
  return start > 0 && /^[ \t]*$/.test(before) ? before : undefined;
}

/** The white space with which the line of `at` begins. */
function indentBefore(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))?.[0] ?? "";
}
