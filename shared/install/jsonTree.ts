/**
 * Parses JSON and keeps the offsets of every part, so that an edit leaves all other bytes as they are. Strict, as Claude
 * Code is with its settings: no comments, no trailing commas. The parser skips a byte order mark.
 */
import { lineNumberAt } from "../text/lineEndings.ts";

export interface JsonNode {
  type: "object" | "array" | "string" | "number" | "true or false" | "null";
  start: number;
  end: number;
  /** The parts of an object or array, in order; empty for other types. */
  parts: JsonPart[];
}

/** A member of an object, from its key on, or an item of an array. */
export interface JsonPart {
  key?: string;
  start: number;
  end: number;
  value: JsonNode;
}

/** The text is not JSON. The message names line and column. */
export class JsonError extends Error {}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** Settings are a few levels deep. Without a limit, a hostile file would overflow the stack and end the process. */
const MAX_DEPTH = 500;

/** @throws {JsonError} if the text is not JSON */
export function parseJson(text: string): JsonNode {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  const root = value(0);
  skipSpace();
  if (at < text.length) fail("the end of the text");
  return root;

  function value(depth: number): JsonNode {
    skipSpace();
    const first = text[at];
    if (first === "{" || first === "[") return container(first, depth);
    const start = at;
    if (first === '"') return { type: "string", start, end: string(), parts: [] };
    SCALAR.lastIndex = at;
    const scalar = SCALAR.exec(text)?.[0];
    if (scalar === undefined) fail("a value");
    at += scalar.length;
    return { type: typeOfScalar(scalar), start, end: at, parts: [] };
  }

  function container(open: "{" | "[", depth: number): JsonNode {
    const close = open === "{" ? "}" : "]";
    const node: JsonNode = { type: open === "{" ? "object" : "array", start: at, end: at, parts: [] };
    if (depth >= MAX_DEPTH) fail(`at most ${MAX_DEPTH} levels`);
    at++;
    skipSpace();
    while (text[at] !== close) {
      if (node.parts.length > 0) {
        if (text[at] !== ",") fail(`"," or "${close}"`);
        at++;
        skipSpace();
      }
      node.parts.push(open === "{" ? member(depth) : item(depth));
      skipSpace();
    }
    node.end = ++at;
    return node;
  }

  function item(depth: number): JsonPart {
    const node = value(depth + 1);
    return { start: node.start, end: node.end, value: node };
  }

  function member(depth: number): JsonPart {
    const start = at;
    if (text[at] !== '"') fail("a key in double quotes");
    const key = JSON.parse(text.slice(start, string()));
    skipSpace();
    if (text[at] !== ":") fail('":"');
    at++;
    const node = value(depth + 1);
    return { key, start, end: node.end, value: node };
  }

  /** @returns the offset after the closing quote */
  function string(): number {
    for (at++; text[at] !== '"'; ) {
      if (text[at] === "\\") {
        ESCAPE.lastIndex = at;
        const escaped = ESCAPE.exec(text)?.[0];
        if (escaped === undefined) fail("a valid JSON escape");
        at += escaped.length;
      } else {
        if (!(text.charCodeAt(at) >= 0x20)) fail("the string's closing quote");
        at++;
      }
    }
    return ++at;
  }

  function skipSpace(): void {
    while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  }

  function fail(expected: string): never {
    throw new JsonError(`${placeOf(text, at)}: expected ${expected}, found ${found()}`);
  }

  function found(): string {
    if (at >= text.length) return "the end of the text";
    if (text.startsWith("//", at) || text.startsWith("/*", at)) return "a comment, which JSON does not allow";
    return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
  }
}

/** "line 3, column 5", both from 1; a byte order mark counts as no column. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(text.lastIndexOf("\n", at - 1) + 1, at).replace("\uFEFF", "");
  return `line ${lineNumberAt(text, at)}, column ${before.length + 1}`;
}

/** The value of a node. */
export function jsonValue(text: string, { start, end }: JsonNode): unknown {
  return JSON.parse(text.slice(start, end));
}

/** The member with a key; of duplicates the last, as for `JSON.parse`. */
export function memberOf(node: JsonNode, key: string): JsonPart | undefined {
  return node.parts.findLast((part) => part.key === key);
}

function typeOfScalar(scalar: string): JsonNode["type"] {
  if (scalar === "null") return "null";
  return scalar === "true" || scalar === "false" ? "true or false" : "number";
}
