import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { run } from "../../helpers/commandLine.ts";
import { payload, runHook } from "../../helpers/hookProcess.ts";
import { sandbox } from "../../helpers/sandbox.ts";

/** The lines of the diff that `restore` shows. */
function shownDiff(now: string, before: string): string[] {
  const box = sandbox();
  const file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, before);
  runHook("sessionStart", payload("startup", box), box);
  fs.writeFileSync(file, now);
  return run(["restore"], box).stdout.split("\n").slice(3, -2);
}

test("a CRLF line is shown as its text", () => {
  expect(shownDiff("a\r\nb\r\n", "a\r\nc\r\n")).toEqual([" a", "-b", "+c"]);
});

test("control characters are escaped, as is a CR that is not part of a line end", () => {
  expect(shownDiff("a\u001b[2J\r\r\nb\r", "a\r\n")).toEqual([
    ...["-a\\u001b[2J\\u000d", "-b\\u000d", "\\ No newline at end of file", "+a"],
  ]);
});

test("a change of line ends alone is visible", () => {
  expect(shownDiff("a\nb\n", "a\r\nb\r\n")).toEqual([
    ...["-a", "-b", "+a", "+b", "Line ends: LF before, CRLF after"],
  ]);
});

test("a change of some line ends is visible", () => {
  expect(shownDiff("a\nb\r\n", "a\nb\n")).toEqual([
    ...[" a", "-b", "+b", "Line ends: LF and CRLF before, LF after"],
  ]);
  expect(shownDiff("a", "a\n")).toEqual(["-a", "\\ No newline at end of file", "+a"]);
});

test("a blank last line is shown", () => {
  expect(shownDiff("a\n \n", "b\n \n")).toEqual(["-a", "+b", "  "]);
  expect(shownDiff("a\n\n", "b\r\n\r\n").slice(0, 4)).toEqual(["-a", "-", "+b", "+"]);
});

test("tens of thousands of changed lines are shown as one change, with the lines around it", () => {
  const many = (mark: string) => Array.from({ length: 20_000 }, (_, n) => `${mark} ${n}\n`).join("");
  const around = (inner: string) => `first\nsecond\nthird\n${inner}last but one\nlast`;
  const lines = shownDiff(around(many("now")), around(many("before")));
  expect(lines).toHaveLength(40_004 + 1);
  expect(lines.slice(0, 3)).toEqual([" second", " third", "-now 0"]);
  expect(lines.slice(20_001, 20_003)).toEqual(["-now 19999", "+before 0"]);
  expect(lines.slice(-4)).toEqual([
    ...["+before 19999", " last but one", " last", "\\ No newline at end of file"],
  ]);
});

test("a text of thousands of lines that becomes empty is shown", () => {
  const lines = shownDiff("x\n".repeat(3000), "y");
  expect(lines.slice(-3)).toEqual(["-x", "+y", "\\ No newline at end of file"]);
});
