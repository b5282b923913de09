import { expect, test } from "vitest";
import { applyEdits, insertion, removal } from "../../shared/textEdits.ts";

const TEXT = "0123456789";

test("edits are made where they belong, in whatever order they are given", () => {
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

test("those at the same place are made in the order given, an insertion before what is replaced there", () => {
  expect(applyEdits(TEXT, [insertion(5, "a"), insertion(5, "b")])).toBe("01234ab56789");
  expect(applyEdits(TEXT, [removal({ start: 5, end: 7 }), insertion(5, "a")])).toBe("01234a789");
});

test("edits that overlap are a mistake", () => {
  expect(() => applyEdits(TEXT, [removal({ start: 1, end: 4 }), removal({ start: 3, end: 5 })])).toThrow(
    "overlap",
  );
});
