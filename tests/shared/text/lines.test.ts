import { expect, test } from "vitest";
import { type MarkdownLine, walkLines } from "../../../shared/text/lines.ts";

/** What a walk visits, and what it finds open at the end. */
function walk(text: string, { from = 0, isMarker = (_: string): boolean => false } = {}) {
  const visited: MarkdownLine[] = [];
  const open = walkLines(text, from, (at) => {
    visited.push(at);
    return isMarker(text.slice(at.first, at.end).trim());
  });
  const lines = visited.map(({ line, isCode }) => (isCode ? `${line} code` : String(line)));
  return { lines, open, visited };
}

test("each line has its number, its range, and its first character after at most three spaces", () => {
  const text = "a\r\n   b\n    c\n\n";
  const { visited } = walk(text);
  expect(visited.map(({ line, start, end }) => [line, text.slice(start, end)])).toEqual([
    [1, "a\r\n"],
    [2, "   b\n"],
    [3, "    c\n"],
    [4, "\n"],
  ]);
  expect(visited.map(({ char }) => String.fromCharCode(char))).toEqual(["a", "b", " ", "\n"]);
});

test("the fence and the lines in it are code, but a line that begins with inline code is not", () => {
  expect(walk("`a` b\n```\n```` x\n```\nc\n~~~\nd").lines).toEqual([
    "1",
    ...["2 code", "3 code", "4 code"],
    ...["5", "6 code", "7 code"],
  ]);
});

test("a comment hides the lines below its first, up to the line in which it ends", () => {
  expect(walk("<!-- a\nb\nc --> d\ne\n").lines).toEqual(["1", "4"]);
  expect(walk("<!-- a -->\nb\n").lines).toEqual(["1", "2"]);
  expect(walk("    <!-- code\nb\n-->\n").lines).toEqual(["1", "2", "3"]);
});

test("a marker that looks like the start of a comment opens none", () => {
  const { lines, open } = walk("<!-- begin\na\nend -->\n", { isMarker: (line) => line === "<!-- begin" });
  expect([lines, open.comment]).toEqual([["1", "2", "3"], null]);
});

test("what is never closed is reported, and a comment then hides nothing", () => {
  expect(walk("a\n```\nb\n```\n~~~\n").open).toEqual({ fence: 5, comment: null });
  const { lines, open } = walk("a\n<!-- b\nc\n<!-- d\n");
  expect(lines).toEqual(["1", "2", "3", "4"]);
  expect(open).toEqual({ fence: 0, comment: { line: 2, start: 2, end: 9 } });
});

test("a walk from further down counts the lines above", () => {
  expect(walk("---\nk: v\n---\na\n", { from: 13 }).lines).toEqual(["4"]);
});
