import { Parser } from "commonmark";
import { describe, expect, test } from "vitest";
import { isOpenAtEnd } from "../../../shared/text/openEnd.ts";

const OPEN = [
  "```\ncode\n",
  "text\n\n~~~~ js\ncode\n~~~\n",
  "<!-- a comment\nof two lines\n",
  "<pre>\n\ncode\n",
  "text\n<SCRIPT>\n\nrun()\n",
  "<?php\n\necho 1;\n",
  "<!DOCTYPE\n\nhtml\n",
  "<![CDATA[\n\n>\n",
  "```\n<!-- -->\n",
  // The list item ends, and with it the fence in it. The last line opens another one.
  "- item\n\n  ```\n  code\n```\n",
  "- item\n  ```\ncode\n  ```\n",
  "- ```\n  code\n  ```\n\n```\n",
  "- item\n  <!--\n```\n  -->\n",
  // A blank line ends the HTML block, in which the first fence was text.
  "<div>\n```\n\n```\n",
];
const CLOSED = [
  "",
  "text\n",
  "```\n<!-- a comment\n```\n",
  "<!-- a comment -->\n",
  "<!-- ``` -->\n",
  "<!--\n```\n-->\n",
  "<pre>\n```\n</pre>\n",
  "<pre>a</pre>\n",
  "<pre>\na\n\nb\n</pre>\n\nText.\n",
  "<details>\n<summary>x</summary>\n\ntext\n",
  "<div>\ntext\n",
  "    ```\n    code\n",
  "`<!--` in code\n",
  "- item\n\n  ```\n  code\n  ```\n",
  "- item\n\n  ```\n\tcode\n\n  ```\n",
  "<div>\n<pre>\ncode\n</pre>\n</div>\n",
  "<div>\n\n```\ncode\n\n```\n\n</div>\n",
];
/** A parser would find nothing open here, but nothing less would. */
const UNCLEAR = [
  "<b>bold</b>\n```\ncode\n\ncode\n```\n",
  "- ```\n  code\n  ```\n",
  "- item\n  <!-- a\nb -->\n",
];

describe("a text", () => {
  test.each(OPEN)("leaves something open at its end: %j", (text) => {
    expect(isOpenAtEnd(text, 0)).toBe(true);
  });

  test.each(CLOSED)("leaves nothing open at its end: %j", (text) => {
    expect(isOpenAtEnd(text, 0)).toBe(false);
  });

  test.each(UNCLEAR)("counts as one that does, because that is unclear: %j", (text) => {
    expect(isOpenAtEnd(text, 0)).toBe(true);
  });

  test("is looked at from where its body begins", () => {
    expect(isOpenAtEnd("```\nbody\n", 4)).toBe(false);
  });
});

/** Whether a CommonMark parser takes a heading below the text, after a blank line, for a heading of the document. */
function takesHeading(text: string): boolean {
  const document = new Parser().parse(`${text}\n# heading\n`);
  return document.lastChild?.type === "heading";
}

test("a CommonMark parser is of the same opinion", () => {
  expect(OPEN.filter(takesHeading)).toEqual([]);
  expect([...CLOSED, ...UNCLEAR].filter((text) => !takesHeading(text))).toEqual([]);
});
