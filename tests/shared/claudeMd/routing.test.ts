import { describe, expect, test } from "vitest";
import { OBSOLETE_LOADER_LINE, ROUTING_END, ROUTING_START } from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { MAX_PROJECT_ROUTING, routingBlock, routingText } from "../../../shared/claudeMd/routing.ts";
import { scan } from "../../../shared/claudeMd/scan.ts";

test("the routing text is short, contains the words that a model looks for, and has no marker", () => {
  const text = routingText();
  expect(text.length).toBeLessThanOrEqual(450);
  for (const word of ["Current Session", "session-journal.jsonl", "Pinned Context", "Working Memory"]) {
    expect(text).toContain(word);
  }
  for (const word of ["lock_fail_open", "lock_reaped"]) expect(text).toContain(word);
  expect(text).not.toContain("<!--");
  expect(text.split("\n").length).toBeLessThanOrEqual(6);
});

test("without words of the project, the routing block holds only the routing text", () => {
  const expected = [ROUTING_START, ...routingText().split("\n"), ROUTING_END];
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
    expect(text.match(/<!--/g)).toHaveLength(6);
    expect(updateProjectText(text, { projectRouting })).toEqual({ text, changes: [] });
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text.length).toBeLessThan(MAX_PROJECT_ROUTING + 1_200);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

test("a routing block that differs only in its line endings is left alone", () => {
  const { text } = updateProjectText("user\n".repeat(50), {});
  const mixed = text.replace(/<!-- PACT_ROUTING[\s\S]*ROUTING_END -->/, (block) =>
    block.replaceAll("\n", "\r\n"),
  );
  expect(mixed).not.toBe(text);
  expect(updateProjectText(mixed, {})).toEqual({ text: mixed, changes: [] });
});

test("the project's ordinary Markdown stays unchanged in the routing block", () => {
  const words = "### Build\n\n- run `make`\n\n```sh\n\tmake <x> > y\n```";
  expect(routingBlock(words).slice(-7, -1).join("\n")).toContain("- run `make`\n\n```sh\n\tmake <x> > y");
  expect(routingBlock(words).join("\n")).toContain(`\n\n${words}\n${ROUTING_END}`);
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
