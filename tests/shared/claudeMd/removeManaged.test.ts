import { describe, expect, test } from "vitest";
import { MANAGED_TITLE } from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { PACT_SESSION, session, withOldBlock } from "./textCases.ts";

const BLOCK = updateProjectText(null, { session }).text;

const OLD_BLOCK = withOldBlock("");

describe("a block of an older version, which stood first, is removed", () => {
  const front = "---\na: 1\n---\n";

  test.each([
    "",
    "# Mine\n",
    "# Mine",
    "\n\n# Mine\n",
    front,
    `${front}# Mine\n`,
    `${front}\n# Mine`,
    "---\na: 1\n---",
    "\uFEFF# Mine\n",
  ])("with the blank lines that came with it, from the text %j", (mine) => {
    for (const text of [mine, mine.replaceAll("\n", "\r\n")]) {
      const old = withOldBlock(text);
      expect(removeManagedBlock(old)).toEqual({ text, changes: ["removed the managed block"] });
      expect(removeManagedBlock(updateProjectText(old, { session }).text).text).toBe(text);
    }
  });

  test("with one blank line at the end of the text, but with no line of text", () => {
    for (const above of ["one\ntwo\n", "\none\ntwo\n", "one\n"]) {
      expect(removeManagedBlock(`${front}${above}${OLD_BLOCK}`).text).toBe(`${front}${above}`);
      expect(removeManagedBlock(`${front}${above}\n${OLD_BLOCK}`).text).toBe(`${front}${above}`);
    }
  });

  test("and what people had written into it stays in its place", () => {
    const remembered = withOldBlock(`${front}# Mine\n`).replace("## Working Memory\n", "$&mine\n");
    expect(removeManagedBlock(remembered).text).toBe(`${front}\n## Working Memory\nmine\n\n# Mine\n`);
    expect(removeManagedBlock(remembered, { purge: true }).text).toBe(`${front}# Mine\n`);
  });
});

test.each([
  ["one blank line on either side", "one\n\nBLOCK\n\ntwo\n", "one\n\ntwo\n"],
  ["a blank line above", "one\n\nBLOCK\ntwo\n", "one\n\ntwo\n"],
  ["a blank line below", "one\nBLOCK\n\ntwo\n", "one\n\ntwo\n"],
  ["no blank line", "one\nBLOCK\ntwo\n", "one\ntwo\n"],
  ["two blank lines on either side", "one\n\n\nBLOCK\n\n\ntwo\n", "one\n\n\n\ntwo\n"],
  [
    "the user's own blank line below front matter",
    "---\na: 1\n---\n\none\n\nBLOCK\n\ntwo\n",
    "---\na: 1\n---\n\none\n\ntwo\n",
  ],
])(
  "from between two texts with %s, the block is removed with one of them at most",
  (_what, text, expected) => {
    expect(removeManagedBlock(text.replace("BLOCK", BLOCK.trimEnd())).text).toBe(expected);
  },
);

test("the rule that ends a block which stands first is removed with the block, but not a rule of the user", () => {
  const { text } = updateProjectText("```\nmine\n", { session });
  expect(removeManagedBlock(text).text).toBe("```\nmine\n");
  expect(removeManagedBlock(text.replace("\n\n```\nmine", "")).text).toBe("");
  const remembered = text.replace("## Working Memory\n", "$&mine\n");
  expect(removeManagedBlock(remembered).text).toBe("## Working Memory\nmine\n\n```\nmine\n");
  const ruled = BLOCK.replace("<!-- PACT_MANAGED_END", "above\n\n---\n\n$&");
  expect(removeManagedBlock(`mine\n\n${ruled}`).text).toBe("mine\n\nabove\n\n---\n");
  const heading = text.replace("---\n\n<!-- PACT_MANAGED_END", "heading\n---\n<!-- PACT_MANAGED_END");
  expect(removeManagedBlock(heading).text).toBe("heading\n---\n\n```\nmine\n");
});

test("a session block of the PACT plugin stays, in the block and beside it", () => {
  const pact = `${PACT_SESSION.join("\n")}\n`;
  const inside = BLOCK.replace("<!-- PACT_MEMORY_START", `${pact}\n$&`);
  expect(removeManagedBlock(inside, { purge: true }).text).toBe(pact);
  expect(removeManagedBlock(updateProjectText(pact, { session }).text).text).toBe(pact);
});

test("what is left of a session block without its START is removed with the block", () => {
  const headless = BLOCK.replace("<!-- SESSION_START -->\n\n", "");
  expect(removeManagedBlock(headless)).toEqual({ text: "", changes: ["removed the managed block"] });
});

test("a file that was there and empty is told from one that the block created by its last line ending", () => {
  expect(updateProjectText("", { session }).text).toBe(BLOCK.slice(0, -1));
  for (const text of [BLOCK, BLOCK.slice(0, -1)]) expect(removeManagedBlock(text).text).toBe("");
});

test("removeManagedBlock reports its changes", () => {
  expect(removeManagedBlock(BLOCK).changes).toEqual(["removed the managed block"]);
  const remembered = BLOCK.replace("## Working Memory\n", "$&mine\n");
  expect(removeManagedBlock(remembered)).toEqual({
    text: "## Working Memory\nmine\n",
    changes: ["removed the managed block", "kept what people had written into it"],
  });
  expect(removeManagedBlock("mine\n")).toEqual({ text: "mine\n", changes: [] });
});

test("a line like the title stays in memory, but is removed with the routing block", () => {
  const remembered = BLOCK.replace("## Working Memory\n", `$&${MANAGED_TITLE}\n`);
  expect(removeManagedBlock(remembered).text).toContain(MANAGED_TITLE);
  const routed = BLOCK.replace("## PACT Routing\n", `$&${MANAGED_TITLE}\n`);
  expect(removeManagedBlock(routed).text).toBe("");
});
