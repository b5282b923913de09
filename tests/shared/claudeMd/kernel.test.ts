import { expect, test } from "vitest";
import { stripKernelBlock } from "../../../shared/claudeMd/kernel.ts";

const START = "<!-- PACT_START: Managed by pact-plugin - do not edit this block -->";
const END = "<!-- PACT_END -->";

test.each([
  ["one pair", `mine\n\n${START}\nold\n${END}\n\nmine too`, "mine\n\n\nmine too"],
  ["nothing but one pair", `${START}\nold\n${END}`, ""],
  ["CRLF line endings", `a\r\n${START}\r\nold\r\n${END}\r\nb\r\n`, "a\r\nb\r\n"],
  ["two pairs", `${START}\n${END}\na\n<!-- PACT_START -->\nold\n${END}\n`, "a\n"],
  [
    "markers quoted inside the block",
    `${START}\n\`\`\`\n<!-- SESSION_START -->\n${END}\n\`\`\`\n${END}\nb`,
    "b",
  ],
])("the obsolete block is removed from a text with %s", (_, text, expected) => {
  const result = stripKernelBlock(text);
  expect(result.text).toBe(expected);
  expect(result.changes).toHaveLength(1);
  expect(result.problem).toBeUndefined();
  expect(stripKernelBlock(expected)).toEqual({ text: expected, changes: [] });
});

test.each([
  ["a lone START", `${START}\nmine\n`, "line 1"],
  ["a lone END", `mine\n${END}\n`, "line 2"],
  ["a pair in the wrong order", `${END}\nmine\n${START}\n`, "lines 1, 3"],
  ["a START inside a pair", `${START}\nmine\n${START}\n${END}\n`, "lines 1, 3, 4"],
  ["a memory marker inside a pair", `${START}\n<!-- PACT_MEMORY_START -->\nmine\n${END}\n`, "lines 1, 4"],
  ["an END hidden by a fence", `${START}\n\`\`\`\n${END}\nmine\n`, "line 1"],
])("%s is reported, and the text stays unchanged", (_, text, lines) => {
  const result = stripKernelBlock(text);
  expect(result.text).toBe(text);
  expect(result.changes).toEqual([]);
  expect(result.problem).toContain(`is damaged (marker ${lines}). Remove it by hand.`);
});

test.each(["", "mine\n", `\`\`\`\n${START}\n${END}\n\`\`\`\n`, `see ${START}\n`])(
  "the text %j has no obsolete block",
  (text) => {
    expect(stripKernelBlock(text)).toEqual({ text, changes: [] });
  },
);

test("a text with an unresolved merge conflict stays unchanged", () => {
  const text = `a\n<<<<<<< HEAD\nb\n=======\n>>>>>>> main\n${START}\nold\n${END}\n`;
  const problem = "unresolved merge conflict in lines 2 to 5. Resolve it.";
  expect(stripKernelBlock(text)).toEqual({ text, changes: [], problem });
  expect(stripKernelBlock(text.replace("=======\n", "")).text).not.toContain("old");
});
