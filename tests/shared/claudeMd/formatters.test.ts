/** What other programs make of a CLAUDE.md with our block: Markdown parsers, Prettier and markdownlint. */
import { HtmlRenderer, Parser } from "commonmark";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { lint } from "markdownlint/sync";
import * as prettier from "prettier";
import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { type ProjectTextOptions, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { bodyStart } from "../../../shared/claudeMd/scan.ts";
import { nextSession, session, userFile } from "./textCases.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 1000);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const timeout = 20_000 + numRuns * 20;

const commonmark = (text: string) => new HtmlRenderer().render(new Parser().parse(text));
const markdownIt = new MarkdownIt("commonmark");

/** Lines that open and close fences and HTML blocks, in list items, quotes and tags. */
const FRAMES = [
  "- item",
  "- ```",
  "> ```",
  "  ```",
  "    ```",
  "```",
  "~~~",
  "<div>",
  "</div>",
  "<pre>",
  "  <!--",
];
const framed = fc
  .array(fc.constantFrom(...FRAMES, "</pre>", "-->", "text", "  text", "", ""), { maxLength: 10 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

describe.each([
  ["commonmark", commonmark],
  ["markdown-it", (text: string) => markdownIt.render(text)],
])("for the parser %s,", (_name, render) => {
  // Without white space: markdown-it writes a line break more for an empty fence that something follows.
  const html = (...parts: string[]) => parts.map(render).join("").replace(/\s+/g, "");

  test("the user's text reads the same with the block as without it", { timeout }, () => {
    fc.assert(
      fc.property(fc.oneof(userFile, framed), (file) => {
        const text = file.replace(/\r(?!\n)/g, ""); // a lone CR ends a line of Markdown, but of no file in use today
        const front = bodyStart(text); // front matter is none of Markdown
        const { text: whole } = updateProjectText(text, { session });
        const block = extractManagedRegion(whole) ?? "";
        const body = text.slice(front);
        const isLast = whole.trimEnd().endsWith(block);
        expect(block).not.toBe("");
        expect(html(whole.slice(front))).toBe(isLast ? html(body, block) : html(block, body));
      }),
      { numRuns, seed },
    );
  });
});

test("for any file that Prettier has formatted, it finds nothing to do after an update", {
  timeout,
}, async () => {
  const style = { parser: "markdown" };
  await fc.assert(
    fc.asyncProperty(fc.oneof(userFile, framed), async (file) => {
      const text = await prettier.format(file, style);
      // An empty file gets no final line ending: by that, its block's removal knows it from an absent one.
      // A rule on the first line, above which the block may go, is a special case of Prettier's.
      fc.pre(text !== "" && (bodyStart(text) > 0 || !/^(?:---|\*\*\*)/.test(text)));
      fc.pre(await prettier.check(text, style));
      const { text: updated } = updateProjectText(text, { session });
      expect(await prettier.format(updated, style)).toBe(updated);
    }),
    { numRuns: Math.ceil(numRuns / 10), seed },
  );
});

const TABLE = "# Mine\n\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n";
const MEMORY = "# Mine\n\n## Working Memory\n\n- remembered\n\n### deeper\n\nmore\n\n## Last\n\nRule.\n";
const SESSION = { session };

/** Prettier and markdownlint find nothing in these texts, or there is none yet. */
const CASES: [string, string | null, ProjectTextOptions][] = [
  ["a new file", null, {}],
  ["a new file with a session block", null, SESSION],
  ["a file with text", "# Mine\n\nRule.\n", SESSION],
  ["a file that ends in a list", "# Mine\n\n- one\n- two\n  - three\n", SESSION],
  ["a file that ends in a table", TABLE, SESSION],
  ["a file that ends in code", "# Mine\n\n```sh\nmake\n```\n", SESSION],
  ["a file with front matter", "---\na: 1\n---\n\n# Mine\n\nRule.\n", SESSION],
  ["a file with only front matter", "---\na: 1\n---\n", SESSION],
  ["a file with CRLF line endings", "# Mine\r\n\r\nRule.\r\n", SESSION],
  ["a file with a comment that is never closed", "# Mine\n\n<!-- to be\ncontinued\n", SESSION],
  ["a file with front matter and an open comment", "---\na: 1\n---\n\n# Mine\n\n<!-- open\n", SESSION],
  ["a file with memory of its own", MEMORY, SESSION],
  [
    "a file that gets memory of another one",
    "# Mine\n",
    { moreMemory: [["Pinned Context", "- one\n- two"]] },
  ],
  ["a file without a routing block", "# Mine\n", { ...SESSION, routingBlock: false }],
  ["words of the team", "# Mine\n", { projectRouting: "Ask Ada." }],
  [
    "words of the team that begin with a list",
    "# Mine\n",
    { ...SESSION, projectRouting: "- Ask Ada.\n- Ask Bob." },
  ],
  [
    "words of the team with a heading",
    null,
    { projectRouting: "### Build\n\n1. Run `make`.\n\n```sh\nmake\n```" },
  ],
];

describe.each(CASES)("after an update of %s,", (_name, before, options) => {
  const { text } = updateProjectText(before, options);
  const style = { parser: "markdown", endOfLine: "auto" } as const;

  test("Prettier finds nothing to do", async () => {
    expect(await prettier.check(before ?? "", style)).toBe(true);
    expect(await prettier.format(text, style)).toBe(text);
  });

  test("markdownlint finds nothing", () => {
    if (before) expect(lintOf(before)).toEqual([]);
    expect(lintOf(text)).toEqual([]);
  });
});

function lintOf(content: string) {
  return lint({ strings: { content }, config: { default: true, MD013: false, MD025: false } }).content;
}

test("markdownlint finds nothing in a file with bullets of any kind", () => {
  for (const bullet of ["*", "+", "-"]) {
    const { text } = updateProjectText(`# Mine\n\n${bullet} one\n${bullet} two\n`, {});
    expect(lintOf(text)).toEqual([]);
  }
});

/** Lines of a user, among them what a formatter writes in another way. */
const UNTIDY = [
  "# Mine\n* one\n* two\n\n\n\n__bold__\n",
  "Mine\n====\n1) one\n2) two\n",
  "# Mine\n\n***\n",
  "",
];

test.each(UNTIDY)("what Prettier makes of an updated file stays as it is, for the text %j", async (mine) => {
  for (const projectRouting of [
    "",
    "* one\n* __two__\n\n|a|b|\n|-|-|\n|c|d|",
    "1) one\n   1) three\n1) two",
    "Ask Ada.\n***\nAsk Bob.",
  ]) {
    const options = { session, projectRouting };
    const { text } = updateProjectText(mine, options);
    const formatted = await prettier.format(text, { parser: "markdown" });
    expect(updateProjectText(formatted, options)).toEqual({ text: formatted, changes: [] });
    const next = updateProjectText(formatted, { ...options, session: nextSession });
    expect(next.changes).toEqual(["replaced the session block"]);
    expect(await prettier.check(next.text, { parser: "markdown" })).toBe(true);
  }
});
