import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeTexts } from "../../../shared/update/merge.ts";

const BLOCK = "<!-- START -->\nblock\n<!-- END -->\n";

describe("an append always merges", () => {
  test.each<[string, string, string, string, string]>([
    ["after our block on top", "a\n", "a\nx\n", `${BLOCK}a\n`, `${BLOCK}a\nx\n`],
    ["after our own append", "a\n", "a\nx\n", "a\nb\n", "a\nb\nx\n"],
    ["to an empty file", "", "x\n", BLOCK, `${BLOCK}x\n`],
    ["to an empty file, where ours ends within a line", "", "x\n", "ours", "ours\nx\n"],
    ["that continues the last line", "a", "a and x\n", `${BLOCK}a`, `${BLOCK}a and x\n`],
    ["that would continue a line of ours", "a", "a and x\n", "a\n<!-- END -->", "a\n<!-- END -->\n and x\n"],
    ["that would continue a line that ends like its own", "ab", "ab and x\n", "cb", "cb\n and x\n"],
    ["after a line that ours has ended", "a", "a\nx\n", "a\n", "a\n\nx\n"],
    ["with other line ends", "a\r\n", "a\r\nx\r\n", "b\r\na\r\n", "b\r\na\r\nx\r\n"],
    ["when ours has removed everything", "a\n", "a\nx\n", "", "x\n"],
  ])("%s", (_what, base, outside, current, merged) => {
    expect(mergeTexts(base, outside, current)).toBe(merged);
  });

  test("whatever the texts are: both are in the result, whole", () => {
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

describe("other edits", () => {
  const base = "one\ntwo\nthree\nfour\nfive\n";
  test.each<[string, string, string, string | null]>([
    [
      "in different lines merge",
      base.replace("five", "5"),
      base.replace("one", "1"),
      "1\ntwo\nthree\nfour\n5\n",
    ],
    ["in the same line do not", base.replace("three", "3"), base.replace("three", "III"), null],
    [
      "that are the same merge",
      base.replace("three", "3"),
      base.replace("three", "3"),
      "one\ntwo\n3\nfour\nfive\n",
    ],
    [
      "a line removed there, a block added here",
      base.replace("four\n", ""),
      `${BLOCK}${base}`,
      `${BLOCK}one\ntwo\nthree\nfive\n`,
    ],
    ["everything removed there, beside a block added here, do not", "", `${BLOCK}${base}`, null],
    ["everything replaced there, a line changed here", "new\n", base.replace("one", "1"), null],
    [
      "only line ends changed there, another line here",
      base.replaceAll("\n", "\r\n"),
      base.replace("one", "1"),
      null,
    ],
  ])("%s", (_what, outside, current, merged) => {
    expect(mergeTexts(base, outside, current)).toBe(merged);
  });

  test("unchanged there gives ours, unchanged here gives theirs", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 30 });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(mergeTexts(a, a, b)).toBe(b);
        if (!b.startsWith(a)) expect(mergeTexts(a, b, a)).toBe(b);
      }),
    );
  });
});
