/** Texts that an update leaves alone: the message names the lines and the way out. */
import { describe, expect, test } from "vitest";
import {
  ensureMemoryText,
  migrateText,
  stripOrphanRoutingText,
  updateProjectText,
  updateRoutingText,
  updateSessionText,
} from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { memoryTextOf } from "../../../shared/claudeMd/secondFile.ts";
import { session } from "./textCases.ts";

const lines = (...all: string[]) => `${all.join("\n")}\n`;
const problemOf = (text: string) => updateProjectText(text, {}).problem;

const MANAGED = ["<!-- PACT_MANAGED_START -->", "<!-- PACT_MANAGED_END -->"];
const MEMORY = ["<!-- PACT_MEMORY_START -->", "## Working Memory", "mine", "<!-- PACT_MEMORY_END -->"];

describe("an open fence", () => {
  test("is reported if it hides the only memory block", () => {
    expect(problemOf(lines(...MANAGED, "```", ...MEMORY))).toContain(
      "the code fence opened in line 3 is never closed and hides the markers below it (lines 4, 7). Close it.",
    );
  });

  test("is accepted if it hides only a second memory or managed block", () => {
    expect(problemOf(lines(...MEMORY, "```", ...MEMORY))).toBeUndefined();
    expect(problemOf(lines(...MANAGED, "```", ...MANAGED))).toBeUndefined();
  });
});

test("memory without an end is reported even below a routing block in a session block", () => {
  const session = ["<!-- SESSION_START -->", "<!-- PACT_ROUTING_START -->", "<!-- PACT_ROUTING_END -->"];
  const text = lines(MANAGED[0] as string, ...session, "<!-- SESSION_END -->", "## Working Memory", "mine");
  expect(problemOf(text)).toContain("the managed block that starts in line 1 has no end");
});

describe("more than 10,000 headings and marker lines are reported, and nothing is read from them:", () => {
  test.each([
    ["headings", "# a\n", 10_001],
    ["headings with underlines", "a\n=\n", 20_002],
    ["headings of memory sections", "## Working Memory\n", 5002],
    ["headings of session blocks", "## Current Session\n", 10_001],
    ["orphan markers", "<!-- PACT_ROUTING_END -->\n", 10_001],
    ["session blocks", "<!-- SESSION_START -->\n<!-- SESSION_END -->\n", 10_001],
    ["obsolete lines", "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.\n", 10_001],
  ])("%s", (_what, repeated, last) => {
    const text = lines(...MANAGED, repeated.repeat(10_001));
    expect(updateProjectText(text, {})).toEqual({
      text,
      changes: [],
      problem: expect.stringMatching(
        /^lines 1 to \d+ hold more than 10000 headings and marker lines\. Remove/,
      ),
    });
    // The two markers count, too.
    expect(problemOf(text)).toContain(`lines 1 to ${repeated.includes("=") ? last - 2 : last} hold`);
    expect(removeManagedBlock(text)).toMatchObject({ text, problem: problemOf(text) });
    expect(memoryTextOf(text)).toEqual([]);
  });

  test("but not 10,000 of them", () => {
    expect(problemOf("# a\n".repeat(9_980))).toBeUndefined();
  });

  test("also below a fence that is never closed", () => {
    expect(problemOf(lines("```", `${MANAGED[0]}\n`.repeat(10_001)))).toContain("lines 1 to 10002 hold");
  });
});

describe("front matter that is not parsed is reported", () => {
  test("if it is long", () => {
    const text = lines("---", "a: 1\n".repeat(4000).trimEnd(), "---", "mine");
    expect(updateProjectText(text, {})).toEqual({
      text,
      changes: [],
      problem:
        "the front matter in lines 1 to 4002 cannot be read: it is longer than 16 KB. Change that. If these lines are no front matter, put an empty line above line 1.",
    });
  });

  test("if it has an anchor", () => {
    expect(problemOf(lines("---", "a: &x [1]", "b: [*x, *x]", "---", "mine"))).toContain(
      "lines 1 to 4 cannot be read: it has an anchor, &x. Change that.",
    );
  });

  test("but is text if an empty line shows prose", () => {
    expect(problemOf(lines("---", "words\n".repeat(4000), "", "more", "---", "mine"))).toBeUndefined();
    expect(problemOf(lines("---", "&nbsp;", "", "words", "---"))).toBeUndefined();
  });
});

describe("lines that would become front matter are reported", () => {
  test("if only memory keeps them from it", () => {
    const text = lines("---", "a: 1", "## Working Memory", "mine", "", "# Mine", "---", "b", ...MANAGED);
    expect(problemOf(text)).toContain(
      "without the memory in them, lines 1 to 7 would be read as front matter. If they are not, put an empty line above line 1.",
    );
  });

  test("if only one or more markers keep them from it", () => {
    const routing = "<!-- PACT_ROUTING_END -->";
    expect(problemOf(lines("---", routing, "a: 1", "---", ...MANAGED))).toContain(
      "without the marker in line 2, lines 1 to 4 would be read as front matter. If they are, remove line 2. If",
    );
    expect(problemOf(lines("---", routing, "a: 1", routing, "---", ...MANAGED))).toContain(
      "without the markers in lines 2, 4, lines 1 to 5 would be read as front matter.",
    );
  });
});

describe("an unresolved merge conflict", () => {
  const sides = (...ours: string[]) => ["<<<<<<< HEAD", ...ours, "=======", "theirs", ">>>>>>> main"];
  const problem = "unresolved merge conflict in lines 2 to 6. Resolve it.";

  test.each<[string, string]>([
    ["in the user's text", lines("mine", ...sides("ours"), ...MANAGED)],
    ["in the managed block", lines(MANAGED[0] as string, ...sides("ours"), MANAGED[1] as string)],
    [
      "around a block",
      lines("mine", ...sides(MANAGED.join("\n"))).replace("MANAGED_START -->\n", "MANAGED_START --> "),
    ],
    ["in a file without a block", lines("## Working Memory", ...sides("ours"), "<!-- PACT_ROUTING_END -->")],
  ])("%s keeps every change from the text", (_where, text) => {
    const left = { text, changes: [], problem };
    expect(updateProjectText(text, { session })).toEqual(left);
    expect(removeManagedBlock(text)).toEqual(left);
    expect(removeManagedBlock(text, { purge: true })).toEqual(left);
    expect(stripOrphanRoutingText(text)).toEqual(left);
    expect(updateRoutingText(text)).toEqual(left);
    expect(updateSessionText(text, { session })).toEqual(left);
    for (const change of [ensureMemoryText, migrateText])
      expect(change(text)).toMatchObject({ text, changes: [] });
  });

  test("in fenced code is text", () => {
    const text = lines("```", ...sides("ours"), "```");
    expect(problemOf(text)).toBeUndefined();
    expect(updateProjectText(text, {}).text.startsWith(text)).toBe(true);
  });
});
