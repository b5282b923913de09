import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../shared/journal/lineSplitter.ts";

/** All lines of a text that comes in pieces of so many bytes, and what has not ended. */
function linesOf(text: string, pieceBytes: number): string[] {
  const splitter = new LineSplitter();
  const bytes = Buffer.from(text);
  // One piece of memory for all, as of a reader.
  const piece = Buffer.alloc(pieceBytes);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    lines.push(...splitter.push(piece.subarray(0, bytes.copy(piece, 0, at, at + pieceBytes))));
  }
  return [...lines, splitter.end()];
}

test("the lines are those of the text, whatever pieces it comes in", () => {
  const text = fc.array(fc.constantFrom("a", "\n", "\r\n", "ä", "🙂", "\u2028"), { maxLength: 30 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 8 }), (characters, pieceBytes) => {
      const whole = characters.join("");
      expect(linesOf(whole, pieceBytes)).toEqual(whole.split("\n"));
    }),
  );
});

test("a line is truncated after 4 MB, and the next one is whole", () => {
  const most = 4 * 1024 * 1024;
  const lines = linesOf(`${"x".repeat(most + 100_000)}\nnext\nlast`, 64 * 1024);
  expect(lines.map((line) => line.length)).toEqual([most, 4, 4]);
});

test("what has not ended is given once", () => {
  const splitter = new LineSplitter();
  expect([...splitter.push(Buffer.from("half"))]).toEqual([]);
  expect([splitter.end(), splitter.end()]).toEqual(["half", ""]);
  expect([...splitter.push(Buffer.from("of another\n"))]).toEqual(["of another"]);
});

// In more than linear time it would take minutes.
test("a line of 4 MB in small pieces takes linear time", { timeout: 10_000 }, () => {
  expect(linesOf("x".repeat(4_000_000), 8)[0]).toHaveLength(4_000_000);
});
