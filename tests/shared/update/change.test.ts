import fs from "node:fs";
import { expect, test } from "vitest";
import { textChange } from "../../../shared/update/change.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { useJournal } from "../../helpers/journal.ts";
import { tempFile } from "../../helpers/tempDir.ts";

const MAX = 4 * 1024 * 1024;

test.each<[string, number, number]>([
  ["of more than 4 MB", MAX + 1, 1],
  ["that would have more than 4 MB, so that the next update could not read it", MAX - 10, MAX + 1],
])("an update refuses a file %s", (_what, before, after) => {
  const { events } = useJournal();
  const target = tempFile("a".repeat(before));
  const result = updateFile(target, () => "b".repeat(after));
  expect(result).toMatchObject({
    outcome: "refused",
    message: `${target} is larger than 4 MB; left unchanged. Make it shorter.`,
  });
  expect(fs.readFileSync(target, "utf8")).toBe("a".repeat(before));
  expect(events()).toMatchObject([{ type: "write_refused", target }]);
});

test("an update publishes a file of 4 MB", () => {
  useJournal();
  const target = tempFile("a".repeat(MAX));
  expect(updateFile(target, () => "b".repeat(MAX))).toMatchObject({ outcome: "written" });
});

test("what another program has written is given to no caller if it has more than 4 MB", () => {
  const texts: (string | null)[] = [];
  const change = textChange("CLAUDE.md", (text) => {
    texts.push(text);
    return "short";
  });
  expect(() => change(Buffer.alloc(MAX + 1, "a"))).toThrow("CLAUDE.md is larger than 4 MB");
  expect(texts).toEqual([]);
});
