import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  OBSOLETE_LOADER_LINE,
  ROUTING_END,
  ROUTING_START,
  ROUTING_VERSION,
} from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import {
  hasRouting,
  MAX_PROJECT_ROUTING,
  routingBlock,
  routingText,
} from "../../../shared/claudeMd/routing.ts";
import { scan } from "../../../shared/claudeMd/scan.ts";

test("the routing text is short, contains the words that a model looks for, and has no marker", () => {
  const text = routingText();
  expect(text.length).toBeLessThanOrEqual(450);
  for (const word of ["journal", "Pinned Context", "Working Memory"]) {
    expect(text).toContain(word);
  }
  for (const word of ["lock_fail_open", "lock_reaped"]) expect(text).toContain(word);
  expect(text).not.toContain("<!--");
  expect(text.split("\n").length).toBeLessThanOrEqual(9);
});

test("the routing text claims nothing that a setting can turn off: no session block, and no time", () => {
  expect(routingText()).not.toMatch(/Current Session|CLAUDE\.md holds|session start|rewrites|\d/i);
});

test("the routing text of this version is this one: another text takes the next number", () => {
  const digest = createHash("sha256").update(routingText()).digest("hex").slice(0, 16);
  expect(`${ROUTING_VERSION} ${digest}`).toBe("1 fcdf9eb054659bde");
});

test("without words of the project, the routing block holds only the routing text", () => {
  const version = "<!-- pact-hooks routing 1 -->";
  const expected = [ROUTING_START, version, "", ...routingText().split("\n"), "", ROUTING_END];
  for (const none of [undefined, "", " \r\n\t\n", OBSOLETE_LOADER_LINE]) {
    expect(routingBlock(none)).toEqual(expected);
  }
});

describe("the project's own words cannot break out of the routing block", () => {
  test.each([
    ["a marker", `a\n${ROUTING_END}\nb`],
    ["all markers", "<!-- PACT_MANAGED_END -->\n<!-- PACT_MEMORY_START -->\n<!-- SESSION_START -->"],
    ["a marker after CR", `a\r${ROUTING_END}\rb`],
    ["a marker after U+2028", `a\u2028${ROUTING_END}\u2028b`],
    ["an open fence", "```ts\ncode"],
    ["an open fence of tildes, with a shorter one in it", "~~~~\ncode\n~~~"],
    ["an open comment", "<!-- to be continued"],
    ["a memory section", "## Working Memory\nx\n## Pinned Context"],
    ["front matter", "---\na: 1\n---"],
    ["control characters", "a\0b\u001b[31mc\u0085d"],
    ["half a surrogate pair", "a\ud800b"],
    [
      "a fence that the length limit truncates",
      `${"x\n".repeat(MAX_PROJECT_ROUTING / 2 - 10)}\`\`\`\n${"y\n".repeat(999)}`,
    ],
    ["one very long line", "😀".repeat(5_000)],
    ["one very long line, truncated in the middle of a character", `x${"😀".repeat(5_000)}`],
  ])("with %s", (_, projectRouting) => {
    const { text } = updateProjectText("user\n", { projectRouting });
    expect(scan(text).markers.map(({ kind, edge }) => `${kind} ${edge}`)).toEqual([
      "managed START",
      "routing START",
      "routing END",
      "memory START",
      "memory END",
      "managed END",
    ]);
    expect(scan(text).sections).toHaveLength(3);
    expect(scan(text).openFence).toBe(0);
    expect(text.match(/<!--/g)).toHaveLength(7);
    expect(updateProjectText(text, { projectRouting })).toEqual({ text, changes: [] });
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text.length).toBeLessThan(MAX_PROJECT_ROUTING + 1_200);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe("a routing block is left alone", () => {
  const projectRouting = "- Ask **Ada**.\n\n1. one\n2. two\n\n| a | b |\n| --- | --- |\n| c | d |";
  const { text } = updateProjectText("user\n".repeat(60), { projectRouting });

  test.each<[string, (block: string) => string]>([
    ["its line endings", (block) => block.replaceAll("\n", "\r\n")],
    ["its blank lines", (block) => block.replaceAll("\n\n", "\n")],
    ["more blank lines", (block) => block.replaceAll("\n", "\n\n")],
    ["the signs of its lists", (block) => block.replaceAll("\n- ", "\n*   ")],
    ["the numbers of its lists", (block) => block.replace("1. one\n2. two", "1) one\n1) two")],
    ["the signs of emphasis", (block) => block.replaceAll("**", "__")],
    ["the width of its table", (block) => block.replaceAll(" | ", "   |   ").replaceAll("---", "-----")],
    ["white space at the ends of lines", (block) => block.replaceAll("\n", "  \n")],
  ])("if it differs only in %s", (_what, reformat) => {
    const other = text.replace(/<!-- PACT_ROUTING[\s\S]*(?=<!-- PACT_ROUTING_END)/, reformat);
    expect(other).not.toBe(text);
    expect(updateProjectText(other, { projectRouting })).toEqual({ text: other, changes: [] });
  });

  test("if a newer version wrote it, whatever it holds", () => {
    for (const version of ["2", "10"]) {
      const newer = text
        .replace("routing 1 -->", `routing ${version} -->`)
        .replace("## PACT Routing", "## Newer");
      expect(updateProjectText(newer, {})).toEqual({ text: newer, changes: [] });
      const crlf = newer.replaceAll("\n", "\r\n");
      expect(updateProjectText(crlf, {})).toEqual({ text: crlf, changes: [] });
      expect(updateProjectText(newer, { routingBlock: false }).changes).toEqual(["removed 1 routing block"]);
    }
  });
});

test.each<[string, (text: string) => string]>([
  ["has another word", (text) => text.replace("## PACT Routing", "## Routing")],
  ["has the number of an older version", (text) => text.replace("routing 1 -->", "routing 0 -->")],
  ["has no number", (text) => text.replace("<!-- pact-hooks routing 1 -->\n", "")],
  [
    "names a higher number only in a sentence",
    (text) => text.replace("## PACT", "See <!-- pact-hooks routing 9 --> "),
  ],
  ["has another number in its words", (text) => text.replace("lock_reaped`.", "$& 2")],
])("a routing block that %s is brought up to date", (_what, change) => {
  const { text } = updateProjectText("mine\n", {});
  expect(change(text)).not.toBe(text);
  expect(updateProjectText(change(text), {})).toEqual({ text, changes: ["updated the routing block"] });
});

test("hasRouting finds our words, or a newer version's, in a routing block only", () => {
  const { text } = updateProjectText("mine\n", {});
  expect(hasRouting(text)).toBe(true);
  expect(hasRouting(text.replaceAll("\n- ", "\r\n* "))).toBe(true);
  expect(hasRouting(text.replace("## PACT Routing", "## Newer"))).toBe(false);
  expect(hasRouting(text.replace("## PACT Routing", "## Newer").replace("routing 1", "routing 2"))).toBe(
    true,
  );
  expect(hasRouting(`${routingText()}\n`)).toBe(false);
  expect(hasRouting("")).toBe(false);
});

test("the project's ordinary Markdown stays unchanged in the routing block", () => {
  const words = "### Build\n\n- run `make`\n\n```sh\n\tmake <x> > y\n```";
  expect(routingBlock(words).slice(-8, -2).join("\n")).toContain("- run `make`\n\n```sh\n\tmake <x> > y");
  expect(routingBlock(words).join("\n")).toContain(`\n\n${words}\n\n${ROUTING_END}`);
});

test("an update reports whether a routing block was misplaced or duplicate", () => {
  const block = [ROUTING_START, "old", ROUTING_END, ""].join("\n");
  expect(updateProjectText(`a\n${block}`, {}).changes).toContain("removed 1 misplaced routing block");
  const { text } = updateProjectText(null, {});
  expect(updateProjectText(text + block, {})).toEqual({
    text,
    changes: ["removed 1 duplicate routing block"],
  });
});
