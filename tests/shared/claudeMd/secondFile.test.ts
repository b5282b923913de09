/** Memory that moves from a project's second CLAUDE.md into the first. */
import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { memoryTextOf, withoutMovedBlock } from "../../../shared/claudeMd/secondFile.ts";

/** A file with our block, and these lines in its memory sections. */
function withMemory(memory: Record<string, string>, text: string | null = "mine\n"): string {
  return Object.entries(memory).reduce(
    (file, [name, body]) => file.replace(`## ${name}\n`, `$&\n${body}\n`),
    updateProjectText(text, {}).text,
  );
}

const crlf = (text: string) => text.replaceAll("\n", "\r\n");
const MEMORY = { "Pinned Context": "- one\n- two", "Working Memory": "    code\n\ntext  " };

describe("the memory of a second file", () => {
  test("is what stands in the sections of its block, without the blank lines around it", () => {
    expect(memoryTextOf(withMemory(MEMORY))).toEqual(Object.entries(MEMORY));
    expect(memoryTextOf(withMemory({ "Retrieved Context": "\n  \nr\n\n \n" }))).toEqual([
      ["Retrieved Context", "r"],
    ]);
    expect(memoryTextOf(withMemory({}))).toEqual([]);
    expect(memoryTextOf("## Working Memory\n\nmine\n")).toEqual([]);
  });

  test.each<[string, string | null]>([
    ["an absent file", null],
    ["a file without a block", "mine\n"],
    ["a file with memory of its own", withMemory({ "Pinned Context": "- three" })],
    ["a CRLF file", crlf(withMemory({ "Pinned Context": "- three" }))],
  ])("is added once to the sections of %s", (_what, first) => {
    const options = { moreMemory: memoryTextOf(withMemory(MEMORY)) };
    const { text, changes } = updateProjectText(first, options);
    const moved = ["Pinned Context", "Working Memory"].map(
      (name) => `moved ${name} of the project's other CLAUDE.md into this one`,
    );
    expect(changes).toEqual(expect.arrayContaining(moved));
    const own = first?.includes("three") ? { "Pinned Context": "- three\n\n- one\n- two" } : {};
    const mine = first === null ? null : "mine\n";
    const expected = withMemory({ ...MEMORY, ...own }, mine);
    expect(text).toBe(first?.includes("\r") ? crlf(expected) : expected);
    expect(updateProjectText(text, options)).toEqual({ text, changes: [] });
  });

  test("is added where a longer line only begins like it", () => {
    const first = withMemory({ "Pinned Context": "- one\n- two and a half" });
    const { text } = updateProjectText(first, { moreMemory: [["Pinned Context", "- one\n- two"]] });
    expect(extractManagedRegion(text)).toContain("- one\n- two and a half\n\n- one\n- two\n");
  });

  test("is not added where it stands already, in other line endings", () => {
    const first = crlf(withMemory(MEMORY));
    expect(updateProjectText(first, { moreMemory: memoryTextOf(withMemory(MEMORY)) })).toEqual({
      text: first,
      changes: [],
    });
  });
});

describe("the block of a second file", () => {
  const second = withMemory(MEMORY);

  test("is removed once its memory stands in the first file, and other text stays", () => {
    expect(withoutMovedBlock(second, crlf(withMemory(MEMORY)))).toEqual({
      text: "mine\n",
      changes: ["removed the managed block"],
    });
    expect(withoutMovedBlock(withMemory({}), "anything\n").text).toBe("mine\n");
  });

  test.each<[string, string]>([
    ["nothing of its memory", "anything\n"],
    ["one section only", withMemory({ "Pinned Context": MEMORY["Pinned Context"] })],
    [
      "a longer line that begins like it",
      withMemory({ ...MEMORY, "Pinned Context": "- one\n- two and a half" }),
    ],
  ])("stays if the first file has %s", (_what, first) => {
    expect(withoutMovedBlock(second, first)).toEqual({ text: second, changes: [] });
  });
});
