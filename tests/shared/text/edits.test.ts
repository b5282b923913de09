import { describe, expect, test } from "vitest";
import {
  addedLine,
  applyEdits,
  blockInsertion,
  blockRemoval,
  hasLine,
  insertion,
  removal,
} from "../../../shared/text/edits.ts";

const TEXT = "0123456789";

test("edits are applied at their own positions, whatever order they come in", () => {
  const edits = [
    insertion(9, "c"),
    removal({ start: 4, end: 6 }),
    insertion(0, "a"),
    removal({ start: 1, end: 2 }),
  ];
  for (let turn = 0; turn < edits.length; turn++) {
    edits.push(edits.shift() as (typeof edits)[number]);
    expect(applyEdits(TEXT, edits)).toBe("a023678c9");
  }
});

test("edits at one position are applied in order, an insertion before a removal", () => {
  expect(applyEdits(TEXT, [insertion(5, "a"), insertion(5, "b")])).toBe("01234ab56789");
  expect(applyEdits(TEXT, [removal({ start: 5, end: 7 }), insertion(5, "a")])).toBe("01234a789");
});

test("edits that overlap throw", () => {
  expect(() => applyEdits(TEXT, [removal({ start: 1, end: 4 }), removal({ start: 3, end: 5 })])).toThrow(
    "overlap",
  );
});

test.each([
  ["a\n\nBLOCK\n\nb\n", "a\n\nb\n"],
  ["a\n\nBLOCK\nb\n", "a\n\nb\n"],
  ["a\nBLOCK\n\nb\n", "a\n\nb\n"],
  ["a\nBLOCK\nb\n", "a\nb\n"],
  ["BLOCK\n\nb\n", "\nb\n"],
  ["a\r\n\r\nBLOCK\r\n\r\nb", "a\r\n\r\nb"],
])("removing BLOCK from %j keeps at most one blank line there: %j", (text, expected) => {
  const start = text.indexOf("BLOCK");
  const end = text.indexOf("\n", start) + 1;
  expect(applyEdits(text, [blockRemoval(text, { start, end })])).toBe(expected);
});

test.each([
  ["a\n|b\n", "a\n\nBLOCK\n\nb\n"],
  ["a\n\n|b\n", "a\n\nBLOCK\n\nb\n"],
  ["\n\n|b\n", "\n\nBLOCK\n\nb\n"],
  ["a\n|\nb\n", "a\n\nBLOCK\n\nb\n"],
])("a block inserted at the bar in %j stands between blank lines", (text, expected) => {
  const at = text.indexOf("|");
  const without = text.replace("|", "");
  expect(applyEdits(without, [blockInsertion(without, at, "BLOCK", "\n")])).toBe(expected);
});

describe("addedLine", () => {
  test.each([
    ["a\n", "a\n\n<!-- x -->\nb\n", "<!-- x -->"],
    ["", "b\n<!-- x -->", "<!-- x -->"],
    ["a\n", "a\r\nb\r\n", "b"],
    ["a\nb\n", "a\n", undefined],
    ["a\nb\n", "b\na\n", undefined],
    ["a\n", "a\n \n\n", undefined],
  ])("from %j to %j is %j", (before, after, line) => {
    expect(addedLine(before, after)).toBe(line);
    if (line !== undefined) expect([hasLine(before, line), hasLine(after, line)]).toEqual([false, true]);
  });
});
