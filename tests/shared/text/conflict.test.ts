import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { findConflict, refuseConflict } from "../../../shared/text/conflict.ts";
import { tempDir } from "../../helpers/tempDir.ts";

/** What git makes of two changes of one line. */
function mergeByGit(style: string, ending: string): string {
  const dir = tempDir();
  const put = (name: string, line: string) => {
    const file = path.join(dir, name);
    fs.writeFileSync(file, ["top", "", line, "", "bottom", ""].join(ending));
    return file;
  };
  const files = [put("ours", "mine"), put("base", "old"), put("theirs", "yours")];
  const flags = style === "merge" ? [] : [`--${style}`];
  try {
    execFileSync("git", ["merge-file", "-p", ...flags, ...files], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
  throw new Error("there is no conflict");
}

describe("a conflict that git has left is found", () => {
  test.each([
    ["merge", "\n", { first: 3, last: 7 }],
    ["merge", "\r\n", { first: 3, last: 7 }],
    ["diff3", "\n", { first: 3, last: 9 }],
    ["zdiff3", "\n", { first: 3, last: 9 }],
  ])("in the style %s, with line endings %j", (style, ending, lines) => {
    expect(findConflict(mergeByGit(style, ending))).toEqual(lines);
  });

  test("also where one side of it opens a code fence", () => {
    const text = "<<<<<<< HEAD\n```sh\n=======\nplain\n>>>>>>> theirs\n";
    expect(findConflict(text)).toEqual({ first: 1, last: 5 });
  });

  test("after a first part that has no end", () => {
    const text = "<<<<<<< a\n=======\n<<<<<<< b\n=======\n>>>>>>> c\n";
    expect(findConflict(text)).toEqual({ first: 3, last: 5 });
  });
});

describe("a text is not taken for a conflict", () => {
  test.each([
    ["that is empty", ""],
    ["with the lines in another order", ">>>>>>> a\n=======\n<<<<<<< b\n"],
    ["with two of the three lines", "<<<<<<< a\n=======\n"],
    ["with a heading that is underlined", "A heading\n=======\n"],
    ["with the lines in fenced code", "```\n<<<<<<< a\n=======\n>>>>>>> b\n```\n"],
    ["with eight signs", "<<<<<<<< a\n========\n>>>>>>>> b\n"],
    ["with indented lines", " <<<<<<< a\n =======\n >>>>>>> b\n"],
  ])("%s", (_name, text) => {
    expect(findConflict(text)).toBeNull();
  });
});

test("a text with a conflict is refused with its lines and the advice", () => {
  expect(() => refuseConflict("<<<<<<< a\n=======\n>>>>>>> b\n", "Resolve it first.")).toThrow(
    "has an unresolved merge conflict in lines 1 to 3; left unchanged. Resolve it first.",
  );
  expect(() => refuseConflict("text\n")).not.toThrow();
});
