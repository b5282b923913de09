import { expect, test } from "vitest";
import { pairsOf } from "../../../shared/text/markerPairs.ts";

/** `S` and `E` are markers, two characters each. @returns the ranges of the pairs */
function pairs(markers: string): [number, number][] {
  const all = [...markers].map((letter, index) => ({
    edge: letter === "S" ? ("START" as const) : ("END" as const),
    start: 2 * index,
    end: 2 * index + 2,
  }));
  return pairsOf(all).map(({ start, end }) => [start, end]);
}

test("a START and the next marker are a pair if that is an END", () => {
  expect(pairs("SESE")).toEqual([
    [0, 4],
    [4, 8],
  ]);
});

test("a START without an END, and an END without a START, pair with nothing", () => {
  expect(pairs("ESSEES")).toEqual([[4, 8]]);
  expect(pairs("ES")).toEqual([]);
});
