import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeKeepingBoth, mergeTexts } from "../../../shared/update/merge.ts";

const BLOCK = "<!-- START -->\nblock\n<!-- END -->\n";

describe("an outside append", () => {
  test.each<[string, string, string, string, string]>([
    ["after our block on top", "a\n", "a\nx\n", `${BLOCK}a\n`, `${BLOCK}a\nx\n`],
    ["after our own append", "a\n", "a\nx\n", "a\nb\n", "a\nb\nx\n"],
    ["to an empty file", "", "x\n", BLOCK, `${BLOCK}x\n`],
    ["to an empty file, where our text has no last line ending,", "", "x\n", "ours", "ours\nx\n"],
    ["that continues the last line", "a", "a and x\n", `${BLOCK}a`, `${BLOCK}a and x\n`],
    ["that would continue a line of ours", "a", "a and x\n", "a\n<!-- END -->", "a\n<!-- END -->\n and x\n"],
    [
      "that would continue a line of ours with the same last letter",
      "ab",
      "ab and x\n",
      "cb",
      "cb\n and x\n",
    ],
    ["after a line that our change has ended", "a", "a\nx\n", "a\n", "a\n\nx\n"],
    ["with CRLF line endings", "a\r\n", "a\r\nx\r\n", "b\r\na\r\n", "b\r\na\r\nx\r\n"],
    ["to a file that our change has emptied", "a\n", "a\nx\n", "", "x\n"],
  ])("%s is merged", (_what, base, outside, current, merged) => {
    expect(mergeTexts(base, outside, current)).toBe(merged);
  });

  test("is merged with any text of ours so that both stay whole", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r\n", "é"), maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, (base, added, current) => {
        const merged = mergeTexts(base, base + added, current);
        expect(merged?.startsWith(current)).toBe(true);
        expect(merged?.endsWith(added)).toBe(true);
        expect(merged?.length).toBeLessThanOrEqual(current.length + added.length + 1);
      }),
    );
  });
});

describe("another outside edit", () => {
  const base = "one\ntwo\nthree\nfour\nfive\n";
  test.each<[string, string, string, string | null]>([
    [
      "in a different line is merged",
      base.replace("five", "5"),
      base.replace("one", "1"),
      "1\ntwo\nthree\nfour\n5\n",
    ],
    ["in the same line is a conflict", base.replace("three", "3"), base.replace("three", "III"), null],
    [
      "that equals our change is merged",
      base.replace("three", "3"),
      base.replace("three", "3"),
      "one\ntwo\n3\nfour\nfive\n",
    ],
    [
      "that removes a line is merged with a block that we add",
      base.replace("four\n", ""),
      `${BLOCK}${base}`,
      `${BLOCK}one\ntwo\nthree\nfive\n`,
    ],
    ["that removes everything conflicts with a block that we add", "", `${BLOCK}${base}`, null],
    [
      "that replaces everything conflicts with a line that we change",
      "new\n",
      base.replace("one", "1"),
      null,
    ],
    [
      "that changes only line endings conflicts with a line that we change",
      base.replaceAll("\n", "\r\n"),
      base.replace("one", "1"),
      null,
    ],
  ])("%s", (_what, outside, current, merged) => {
    expect(mergeTexts(base, outside, current)).toBe(merged);
  });

  test("is the whole result if we change nothing, and our change is if there is no edit", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 30 });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(mergeTexts(a, a, b)).toBe(b);
        if (!b.startsWith(a)) expect(mergeTexts(a, b, a)).toBe(b);
        expect(mergeKeepingBoth(a, b, a)).toBe(b);
      }),
    );
  });
});

test("a blank line that we add below lines that the other version removes is merged", () => {
  expect(mergeTexts("a\n\n\nb\n", "\nb\n", "a\n\n\n\nb\n")).toBe("\n\nb\n");
});

test("two versions that both remove one of some equal lines are merged", () => {
  expect(mergeTexts("a\na\na\nb\n", "a\na\nb\n", "a\na\nb\n")).toBe("a\na\nb\n");
});

test("a change of the last line, which no line end closes, is kept beside one that both versions make", () => {
  expect(mergeTexts("a\nb\nc", "x\nb\nd", "x\nb\nc")).toBe("x\nb\nd");
});

test("where both versions change the same lines, mergeKeepingBoth has the lines of both, the outside ones first", () => {
  expect(mergeKeepingBoth("a\nb\nc\n", "a\nB\nc\n", "a\nb2\nc\nd\n")).toBe("a\nB\nb2\nc\nd\n");
  expect(mergeKeepingBoth("a\nb", "a\nB", "a\nb2")).toBe("a\nB\nb2");
});

test("mergeKeepingBoth does not double a line that the outside version has from us already", () => {
  expect(mergeKeepingBoth("a\n", "a\nb\ntheirs\n", "a\nb\nours\n")).toBe("a\nb\ntheirs\nours\n");
});

describe("large texts", () => {
  const blank = "\n".repeat(200_000);

  test("are merged in linear time if each side changes one place", () => {
    // A failed `toBe` would show a difference of 200,000 lines.
    const merges = (base: string, outside: string, current: string, merged: string) =>
      expect(mergeTexts(base, outside, current) === merged).toBe(true);
    merges(blank, `x\n${blank}`, `${blank}y\n`, `x\n${blank}y\n`);
    merges(`${blank}a`, `${blank}b`, `y\n${blank}a`, `y\n${blank}b`);
    merges(`ab\n${blank}`, `cb\n${blank}`, `ab\n${blank}y\n`, `cb\n${blank}y\n`);
    merges(blank, `x\n${blank}y\n`, blank, `x\n${blank}y\n`);
  });

  test("are a conflict if more equal lines lie between the changes than can be compared in time", () => {
    const many = "\n".repeat(600);
    expect(mergeTexts(`${many}a\nb\nc\nd\n`, "a\nb\nc\ne\n", `${many}a\nB\nc\nd\n`)).toBeNull();
    expect(mergeTexts(`${many}a\nb\nc\nd\n`, `${many}a\nB\nc\nd\n`, "a\nb\nc\ne\n")).toBeNull();
    expect(mergeTexts(blank, `x\n${blank}z\n`, `y\n${blank}\n`)).toBeNull();
    const few = "\n".repeat(300);
    expect(mergeTexts(`a\n${few}b\n`, `x\n${few}b\n`, `a\n${few}y\n`)).toBe(`x\n${few}y\n`);
  });
});

test("a merge keeps the lines of both sides, each as often as before", () => {
  const lines = fc.array(fc.constantFrom<string[]>("", "a", "b", "c"), { maxLength: 12 });
  const place = fc.nat(12);
  fc.assert(
    fc.property(lines, place, place, (base, first, second) => {
      const text = (all: string[]) => all.map((line) => `${line}\n`).join("");
      const insert = (at: number, line: string) => text(base.toSpliced(at, 0, line));
      const merged = mergeTexts(text(base), insert(first, "OUTSIDE"), insert(second, "OURS"));
      if (merged === null) return;
      const own = merged.split("\n").filter((line) => line !== "OUTSIDE" && line !== "OURS");
      expect(own.join("\n")).toBe(text(base));
      expect(merged.match(/OUTSIDE|OURS/g)).toHaveLength(2);
    }),
  );
});
