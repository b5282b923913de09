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
