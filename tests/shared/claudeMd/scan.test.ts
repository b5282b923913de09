import { expect, test } from "vitest";
import { scan } from "../../../shared/claudeMd/scan.ts";

const kinds = (text: string) => scan(text).markers.map(({ kind, edge, line }) => `${line} ${kind} ${edge}`);
const sections = (text: string) =>
  scan(text).sections.map(({ name, start, end }) => [name, text.slice(start, end)]);

test("markers carry their line number and the range of their line", () => {
  const text = "a\n<!-- SESSION_START -->\r\n\r\nb\n  <!-- SESSION_END -->";
  const { markers } = scan(text);
  expect(kinds(text)).toEqual(["2 session START", "5 session END"]);
  expect(markers.map(({ start, end }) => text.slice(start, end))).toEqual([
    "<!-- SESSION_START -->\r\n",
    "  <!-- SESSION_END -->",
  ]);
});

test("a marker in fenced code is text", () => {
  const marker = "<!-- SESSION_START -->";
  expect(kinds(`\`\`\`\n${marker}\n\`\`\`\n${marker}`)).toEqual(["4 session START"]);
  expect(kinds(`~~~\r\n${marker}\r\n~~~\r\n${marker}\r\n`)).toEqual(["4 session START"]);
  expect(kinds(`${marker}\n\`\`\`\n${marker}\n`)).toEqual(["1 session START"]);
});

test("scan returns the line of a fence that is never closed", () => {
  expect(scan("a\n```\nb\n```\n~~~\n").openFence).toBe(5);
  expect(scan("a\n```\nb\n```\n").openFence).toBe(0);
});

test("a marker in front matter is text, and the lines there are counted", () => {
  expect(kinds("---\na: |\n  <!-- SESSION_START -->\n---\n<!-- SESSION_END -->\n")).toEqual([
    "5 session END",
  ]);
});

test("a byte order mark is not part of the first line", () => {
  expect(kinds("\uFEFF<!-- SESSION_START -->\n")).toEqual(["1 session START"]);
});

test("a lone CR is text, not a line ending", () => {
  expect(kinds("a\r<!-- SESSION_START -->\rb\n<!-- SESSION_END -->\r\r\n")).toEqual(["2 session END"]);
});

test("a section ends at a heading of level 1 or 2, at a marker, or at the end of the text", () => {
  expect(
    sections(
      "## Working Memory\na\n### deep\nb\n## other\nc\n## Pinned Context ##\nd\n<!-- SESSION_END -->\ne\n" +
        "  ##  Retrieved Context\nf\n```\n# code\n```\ng",
    ),
  ).toEqual([
    ["Working Memory", "## Working Memory\na\n### deep\nb\n"],
    ["Pinned Context", "## Pinned Context ##\nd\n"],
    ["Retrieved Context", "  ##  Retrieved Context\nf\n```\n# code\n```\ng"],
  ]);
});

test("an underlined heading of level 1 ends a section", () => {
  expect(sections("## Working Memory\na\n\nMine\n====\nb\n")).toEqual([
    ["Working Memory", "## Working Memory\na\n\n"],
  ]);
  expect(sections("## Working Memory\na\n\n====\nb")).toEqual([
    ["Working Memory", "## Working Memory\na\n\n====\nb"],
  ]);
});

test.each([
  ["Mine\n----\nb\n", 0],
  ["Mine\n-\nb\n", 0],
  ["Mine\nin two lines\n---\nb\n", 0],
  ["Mine\n    indented\n---\nb\n", 0],
  ["\n---\nb\n", null],
  ["- item\n---\nb\n", null],
  ["1. item\nlazy\n---\nb\n", null],
  ["> quote\n---\nb\n", null],
  ["### heading\n---\nb\n", null],
  ["### 2026-03-20\n**Summary**: done\n---\nb\n", null],
  ["### 2026-03-20\nin two\nlines\n---\nb\n", null],
  ["***\n---\nb\n", null],
  ["```\nx\n```\n---\nb\n", null],
  ["Mine\n- --\nb\n", null],
])("a section above %j ends only if that is an underlined heading", (below, at) => {
  const text = `## Working Memory\na\n\n${below}`;
  const end = at === null ? text.length : text.length - below.length;
  expect(scan(text).sections[0]?.end).toBe(end);
});

test("a marker or heading in a comment over several lines is text", () => {
  const marker = "<!-- SESSION_START -->";
  expect(kinds(`<!--\n${marker}\n\n${marker}\n`)).toEqual(["4 session START"]);
  expect(kinds(`  <!-- a\n\`\`\`\nb --> c\n${marker}\n`)).toEqual(["4 session START"]);
  expect(kinds(`<!-->\n${marker}\n`)).toEqual(["2 session START"]);
  expect(kinds(`a <!--\n${marker}\n`)).toEqual(["2 session START"]);
  expect(kinds(`\`\`\`\n<!--\n\`\`\`\n${marker}\n`)).toEqual(["4 session START"]);
  expect(sections("<!--\n## Working Memory\n-->\n")).toEqual([]);
});

test("a comment that is never closed is text, and is reported", () => {
  const found = scan("a\n<!-- x\n## Working Memory\n<!-- y\n");
  expect(found.openComment).toMatchObject({ line: 2, start: 2 });
  expect(found.sections).toHaveLength(1);
  expect(scan("<!-- x\n-->\n").openComment).toBeNull();
});

test("managed and memory markers in a fence that is never closed are reported", () => {
  const marker = "<!-- PACT_MEMORY_END -->";
  expect(scan(`\`\`\`\n${marker}\n\`\`\`\n`).hidden).toEqual([]);
  expect(scan(`\`\`\`\n${marker}\n\`\`\`\n~~~\n${marker}\n<!-- SESSION_END -->\n`).hidden).toMatchObject([
    { line: 5, kind: "memory" },
  ]);
});

test.each([
  "# Working Memory",
  "### Working Memory",
  "##Working Memory",
  "## Working Memory 2",
  "## working memory",
])("the line %j does not start a memory section", (heading) => {
  expect(sections(`${heading}\n`)).toEqual([]);
});

test("the headings of session blocks are found, but not in code or a comment", () => {
  const heading = "## Current Session";
  const text = `${heading}\n\`\`\`\n${heading}\n\`\`\`\n  ##  Current Session ##\r\n<!--\n${heading}\n-->\n### Current Session\n`;
  expect(scan(text).sessionHeadings.map(({ line }) => line)).toEqual([1, 5]);
  expect(scan(text).headings).toEqual([]);
});

test("the loader line counts only as a whole line", () => {
  const line = "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.";
  expect(scan(`${line}\nSee: ${line}\n${line}  \n${line} Yes.\n\`\`\`\n${line}\n`).loaders).toHaveLength(2);
});

// A scan slower than linear time would take minutes for each text.
test("megabytes of text and 10,000 markers are scanned in linear time", { timeout: 20_000 }, () => {
  const filler = `${"word ".repeat(190)}\n`.repeat(10);
  for (const text of [
    `<!-- SESSION_START -->\n${filler}`.repeat(1_000),
    "<!-- PACT_MEMORY_START -->\n<!-- PACT_ROUTING_END -->\n".repeat(5_000),
    "\n".repeat(1_000_000),
    "#".repeat(1_000_000),
    "`".repeat(1_000_000),
    `<!-- ${" ".repeat(1_000_000)}`,
    "<!-- never\n".repeat(100_000),
    "<!--\n-->\n".repeat(200_000),
    "- \n".repeat(300_000),
    "-".repeat(1_000_000),
    "* ".repeat(500_000),
    `x\n${"-".repeat(1_000_000)}x`,
  ]) {
    scan(text);
  }
});

test("an underlined heading whose first word is code ends a section", () => {
  expect(sections("## Working Memory\na\n\n`make` and more\n====\nb\n")).toEqual([
    ["Working Memory", "## Working Memory\na\n\n"],
  ]);
});

test("an open fence keeps its line and its hidden markers, even with a fence of the other kind inside", () => {
  const { openFence, hidden } = scan("```\n<!-- PACT_MANAGED_START -->\n~~~\na\n");
  expect([openFence, hidden.map(({ line }) => line)]).toEqual([1, [2]]);
});

test("the start of a comment in indented code hides nothing", () => {
  const text = "    <!-- code\n<!-- SESSION_START -->\n";
  expect(kinds(text)).toEqual(["2 session START"]);
  expect(scan(text).openComment).toBeNull();
});
