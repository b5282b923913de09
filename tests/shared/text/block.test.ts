import { describe, expect, test } from "vitest";
import { Refusal } from "../../../shared/system/errors.ts";
import {
  assertBlock,
  assertMarkers,
  type BlockOptions,
  withBlock,
  withoutBlock,
} from "../../../shared/text/block.ts";
import { FORMATS } from "./blockCases.ts";

const [S, E] = ["<!-- BEGIN:mine -->", "<!-- END:mine -->"];
const mine: BlockOptions = { start: S, end: E, body: "body" };
const BLOCK = `${S}\nbody\n${E}`;
/** A text with the block, and the text that is left without it. */
const both = (text: string | null, block = mine) => {
  const next = withBlock(text, block);
  return [next, withoutBlock(next, block)];
};

describe.each(Object.entries(FORMATS))("the markers of %s", (_name, markers) => {
  const block = { ...markers, body: "first" };
  const written = `# Team\n\n${markers.start}\nfirst\n${markers.end}\n`;

  test("are added, found again, and removed", () => {
    expect(both("# Team\n", block)).toEqual([written, "# Team\n"]);
    expect(withBlock(written, block)).toBe(written);
    const next = { ...block, body: "second\n\n# Title\n" };
    expect(withBlock(`${written}\nmore\n`, next)).toBe(
      `# Team\n\n${markers.start}\nsecond\n\n# Title\n${markers.end}\n\nmore\n`,
    );
  });

  test("are text in fenced and indented code, in YAML, within a line, and in a comment unless they end it", () => {
    const { start, end } = markers;
    const isComment = start.includes("-->");
    for (const text of [
      `\`\`\`\n${start}\nx\n${end}\n\`\`\`\n`,
      `    ${start}\n    x\n    ${end}\n`,
      `---\nk: |\n  ${start}\n  ${end}\n---\n`,
      `see ${start} and ${end}\n`,
      isComment ? "" : `<!--\n${start}\nx\n${end}\n-->\n`,
    ]) {
      expect(withoutBlock(text, block)).toBe(text);
      expect(both(text, block)[1]).toBe(text);
      expect(withBlock(text, block)).toContain(text);
    }
  });

  test("in lines that would else be front matter show a block that stands there", () => {
    const text = `---\nk: v\n${markers.start}\nold: 1\n${markers.end}\n---\n`;
    expect(withBlock(text, block)).toBe(text.replace("old: 1", "first"));
  });
});

describe("a new block", () => {
  test.each([
    ["below one blank line", "a\n", `a\n\n${BLOCK}\n`],
    ["without a final line ending where the text has none", "a", `a\n\n${BLOCK}`],
    ["below one blank line more where the text ends in some", "a\n\n", `a\n\n\n${BLOCK}\n`],
    ["with the text's line endings", "a\r\nb\r\n", `a\r\nb\r\n\r\n${BLOCK.replaceAll("\n", "\r\n")}\r\n`],
    ["below a lone CR, which stays text", "a\r", `a\r\r\n\n${BLOCK}`],
    ["alone in an empty text, without a final line ending", "", BLOCK],
    ["alone behind a byte order mark", "\uFEFF", `\uFEFF${BLOCK}`],
    ["below front matter alone", "---\nk: v\n---\n", `---\nk: v\n---\n\n${BLOCK}\n`],
    ["first where the text leaves a fence open", "a\n```\nb\n", `${BLOCK}\n\na\n\`\`\`\nb\n`],
    ["first where the text leaves a comment open", "a\n<!-- b\n", `${BLOCK}\n\na\n<!-- b\n`],
    ["first where the text leaves an HTML block open", "<pre>\n\na\n", `${BLOCK}\n\n<pre>\n\na\n`],
    ["first, below front matter", "---\nk: v\n---\n\n```\n", `---\nk: v\n---\n\n${BLOCK}\n\n\`\`\`\n`],
  ])("stands %s, and its removal gives back the text", (_where, text, wanted) => {
    expect(both(text)).toEqual([wanted, text]);
  });

  test.each([
    ["at the top", "a\n", `${BLOCK}\n\na\n`],
    ["behind a byte order mark", "\uFEFFa", `\uFEFF${BLOCK}\n\na`],
    ["below front matter", "---\nk: v\n---\na\n", `---\nk: v\n---\n${BLOCK}\n\na\n`],
    ["below front matter and its blank line", "---\nk: v\n---\n\na\n", `---\nk: v\n---\n\n${BLOCK}\n\na\n`],
    ["below two rules that are no front matter", "---\n\na\n---\n", `${BLOCK}\n\n---\n\na\n---\n`],
    ["as the end where nothing is below", "---\nk: v\n---\n", `---\nk: v\n---\n\n${BLOCK}\n`],
  ])("with place: start stands %s", (_where, text, wanted) => {
    expect(both(text, { ...mine, place: "start" })).toEqual([wanted, text]);
  });

  test("of a file that does not exist ends with a line ending, which tells it from an empty file's", () => {
    expect(both(null)).toEqual([`${BLOCK}\n`, ""]);
  });
});

describe("a block that is there", () => {
  test("stays in its place, with its indentation, whatever place says", () => {
    const text = `a\n\n  ${S}  \nold\n   ${E}\t\nb\n`;
    const wanted = text.replace("old", "body");
    expect(withBlock(text, { ...mine, place: "start" })).toBe(wanted);
    expect(withoutBlock(text, mine)).toBe("a\n\nb\n");
  });

  test("gets the line endings of the text around it", () => {
    expect(withBlock(`a\r\n\r\n${S}\nold\nolder\noldest\n${E}\n`, mine)).toBe(
      `a\r\n\r\n${S}\r\nbody\r\n${E}\n`,
    );
    expect(withBlock(`${S}\r\nold\r\n${E}`, mine)).toBe(BLOCK.replaceAll("\n", "\r\n"));
  });

  test("below which text was added leaves one blank line between the two texts", () => {
    expect(withoutBlock(`a\n\n${BLOCK}\n\nb\n`, mine)).toBe("a\n\nb\n");
    expect(withoutBlock(`a\n\n${BLOCK}\nb\n`, mine)).toBe("a\n\nb\n");
    expect(withoutBlock(`a\n${BLOCK}\nb\n`, mine)).toBe("a\nb\n");
  });

  test.each([
    ["empty", "", `${S}\n${E}`],
    ["one empty line", "\n", `${S}\n\n${E}`],
    ["a line with an ending", "a\n", `${S}\na\n${E}`],
    ["a line and an empty one", "a\n\n", `${S}\na\n\n${E}`],
    ["lines with other endings", "a\r\nb\r\r\nc\r\n", `${S}\na\nb\nc\n${E}`],
    ["code and comments", "```\nx\n```\n<!--\ny\n-->", `${S}\n\`\`\`\nx\n\`\`\`\n<!--\ny\n-->\n${E}`],
  ])("holds a body that is %s", (_what, body, wanted) => {
    expect(withBlock(`${BLOCK}\n`, { ...mine, body })).toBe(`${wanted}\n`);
    expect(withBlock(`${wanted}\n`, { ...mine, body })).toBe(`${wanted}\n`);
  });

  test("is the first of several, and the others go whole", () => {
    const other = BLOCK.replace("body", "other");
    expect(withBlock(`a\n\n${BLOCK}\n\nb\n\n${other}\n\n${other}\n`, mine)).toBe(`a\n\n${BLOCK}\n\nb\n`);
    expect(withBlock(`a\n\n${other}\n\n${other}`, mine)).toBe(`a\n\n${BLOCK}`);
    expect(withBlock(`a\n\n${other}\n\n${other}\n\n${other}\n\nb\n`, mine)).toBe(`a\n\n${BLOCK}\n\nb\n`);
    expect(withoutBlock(`a\n\n${other}\n\n${other}\n`, mine)).toBe("a\n");
  });
});

test("a marker without a counterpart goes, and nothing else", () => {
  expect(withBlock(`a\n${E}\nb\n${S}\nc\n${S}\nold\n${E}\nd\n${E}\ne\n${S}\nf`, mine)).toBe(
    `a\nb\nc\n${BLOCK}\nd\ne\nf`,
  );
  expect(withBlock(`a\n${S}\nb\n`, mine)).toBe(`a\nb\n\n${BLOCK}\n`);
  expect(withoutBlock(`a\n${S}\nb\n${E.toLowerCase()}\n`, mine)).toBe(`a\nb\n${E.toLowerCase()}\n`);
});

test("ten thousand blocks are read and removed in linear time", () => {
  const text = `a\n\n${`${BLOCK}\n\n`.repeat(10_000)}`;
  const orphans = `${S}\n`.repeat(10_000);
  expect(withBlock(text + orphans, mine)).toBe(`a\n\n${BLOCK}\n\n`);
});

describe("refused is", () => {
  test("a text with an unresolved merge conflict", () => {
    const text = `a\n<<<<<<< HEAD\n${BLOCK}\n=======\n${BLOCK}\n>>>>>>> theirs\n`;
    for (const run of [() => withBlock(text, mine), () => withoutBlock(text, mine)]) {
      expect(run).toThrow(Refusal);
      expect(run).toThrow("has an unresolved merge conflict in lines 2 to 10; left unchanged. Resolve it.");
    }
  });

  test("a text in which the block would not be read again", () => {
    const text = "<<<<<<< HEAD\n=======\n";
    expect(() => withBlock(text, { ...mine, body: ">>>>>>> theirs" })).toThrow(Refusal);
  });
});

describe("a senseless call throws a TypeError that says what is given and what is expected", () => {
  const call = (changes: object) => () => assertBlock({ ...mine, ...changes } as BlockOptions);

  test.each([
    [{ start: undefined }, "start must be a line of text, and not empty; got undefined"],
    [{ start: "" }, 'start must be a line of text, and not empty; got ""'],
    [{ end: " \t" }, 'end must be a line of text, and not empty; got " \\t"'],
    [{ end: 5 }, "end must be a line of text, and not empty; got 5"],
    [{ start: { a: 1 } }, "start must be a line of text, and not empty; got object"],
    [{ start: "a\nb" }, 'start must be one line, without a line ending; got "a\\nb"'],
    [{ start: "a\r" }, 'start must be one line, without a line ending; got "a\\r"'],
    [{ end: " a" }, 'end must have no white space around it; got " a"'],
    [{ end: "a\0" }, 'end must hold neither NUL nor half a surrogate pair; got "a\\u0000"'],
    [{ end: "---" }, 'end must hold a letter or digit, or it would match rules and braces; got "---"'],
    [{ start: "```mine" }, 'start must be no line that opens a code fence; got "```mine"'],
    [{ end: S }, `end must differ from start; got "${S}"`],
    [{ place: "top" }, 'place must be "end" or "start"; got "top"'],
    [{ body: undefined }, "body must be a text; got undefined"],
    [{ body: "\ud800" }, 'body must hold neither NUL nor half a surrogate pair; got "\\ud800"'],
    [{ body: `a\n  ${E} \nb` }, `body must hold no marker line; got "  ${E} " in line 2`],
    [{ body: `\`\`\`\r\n${S}\r\n\`\`\`` }, `body must hold no marker line; got "${S}" in line 2`],
    [{ body: "<<<<<<< a\n=======\n>>>>>>> b\n" }, "body must hold no merge conflict; got "],
    [
      { body: "```\nx" },
      "body must close its code fences and comments, which would hide the end marker; got ",
    ],
    [{ body: "a\n<!-- b" }, "body must close its code fences and comments"],
    [{ start: "# S", end: "# E", body: "<!-- b" }, "body must close its code fences and comments"],
  ])("%j", (changes, message) => {
    expect(call(changes)).toThrow(TypeError);
    expect(call(changes)).toThrow(message);
  });

  test("with what is given truncated", () => {
    expect(call({ body: `\`\`\`\n${"x".repeat(1000)}` })).toThrow(/; got ".{79}…$/);
  });

  test("without markers at all", () => {
    expect(() => assertMarkers(undefined as never)).toThrow(
      "block must be an object with start and end; got undefined",
    );
  });

  test("but not one that only looks so", () => {
    expect(call({ body: `a ${E}\n    ${S}\n> ${E}` })).not.toThrow();
    expect(call({ start: "<!-- mine begins", end: "mine ends -->" })).not.toThrow();
    expect(call({ start: "# 開始", end: "# 終了", place: undefined })).not.toThrow();
    expect(call({ start: "-- BEGIN mine", end: "-- END mine" })).not.toThrow();
  });
});
