import { expect, test } from "vitest";
import { MANAGED_TITLE } from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { session } from "./textCases.ts";

const BLOCK = updateProjectText(null, { session }).text;

test("below front matter, removing the block also removes one blank line, but no line of text", () => {
  const front = "---\na: 1\n---\n";
  for (const above of ["one\ntwo\n", "\none\ntwo\n", "one\n"]) {
    expect(removeManagedBlock(`${front}${above}${BLOCK}`).text).toBe(`${front}${above.replace(/^\n/, "")}`);
  }
  expect(removeManagedBlock(`${front}one\n\n${BLOCK}`).text).toBe(`${front}one\n`);
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
