/** Tests that the names in a table are shortened to what tells them apart. */
import { describe, expect, test } from "vitest";
import { fitNames } from "../../../bin/audit/fitNames.ts";
import { widthOf } from "../../../bin/cli/terminal.ts";

const shorten = (names: string[], cells: number) => fitNames(names, cells, { columns: 80, unicode: true });
const PATHS = [
  "/home/ann/work/web-shop/.claude/CLAUDE.md",
  "/home/ann/work/billing/.claude/CLAUDE.md",
  "/home/ann/clients/acme/web-shop/.claude/CLAUDE.md",
];

describe("names are shortened to what tells them apart", () => {
  test.each([
    [60, PATHS],
    [
      41,
      [
        "/home/ann/work/web-shop/.claude/CLAUDE.md",
        "/home/ann/work/billing/.claude/CLAUDE.md",
        "…/clients/acme/web-shop/.claude/CLAUDE.md",
      ],
    ],
    [30, ["…/web-shop/.claude/CLAUDE.md", "…/billing/.claude/CLAUDE.md", "…/clients/…/.claude/CLAUDE.md"]],
  ])("at %i cells", (cells, expected) => {
    expect(shorten(PATHS, cells)).toEqual(expected);
  });

  test("every name fits, whatever it holds, and the names of the example differ down to 18 cells", () => {
    for (let cells = 8; cells <= 60; cells++) {
      const names = shorten(
        [...PATHS, "", "/", "名".repeat(40), "x".repeat(90), "C:\\a\\b\\c\\d\\e\\f\\g"],
        cells,
      );
      expect(Math.max(...names.map(widthOf))).toBeLessThanOrEqual(cells);
      if (cells >= 18) expect(new Set(names).size).toBe(names.length);
    }
  });

  test("one long word keeps its start and its end", () => {
    expect(shorten(["a-very-long-command-name"], 12)).toEqual(["a-ve…nd-name"]);
    expect(shorten(["/a/b/some-folder/CLAUDE.md"], 14)).toEqual(["…/CLAUDE.md"]);
  });
});
