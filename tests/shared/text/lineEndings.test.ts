import { expect, test } from "vitest";
import {
  dominantLineEnding,
  lineContentEnd,
  nextLineStart,
  normalizeLineEndings,
} from "../../../shared/text/lineEndings.ts";

test.each([
  ["", "\n"],
  ["a", "\n"],
  ["\n", "\n"],
  ["\r\n", "\r\n"],
  ["a\r\nb\n", "\n"],
  ["\n\n\r\na\r\n", "\n"],
  ["\r\n\r\n\n", "\r\n"],
  ["a\rb\rc\n", "\n"],
])("the dominant line ending of %j is %j", (text, ending) => {
  expect(dominantLineEnding(text)).toBe(ending);
});

test("normalizing line endings leaves a lone CR alone", () => {
  expect(normalizeLineEndings("a\r\nb\rc\n\r\n")).toBe("a\nb\rc\n\n");
});

test.each([
  ["a\nb", 0, 2, 1],
  ["a\r\nb", 0, 3, 1],
  ["a\r\nb", 3, 4, 4],
  ["\n", 0, 1, 0],
  ["\r\n", 0, 2, 0],
  ["a\r", 0, 2, 2],
  ["", 0, 0, 0],
])(
  "in %j, the line after offset %i starts at %i, and the content before it ends at %i",
  (text, at, next, end) => {
    expect([nextLineStart(text, at), lineContentEnd(text, next)]).toEqual([next, end]);
  },
);
