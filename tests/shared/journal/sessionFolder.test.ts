import { expect, test } from "vitest";
import { isSessionId } from "../../../shared/journal/sessionFolder.ts";

test.each(["0a1b2c3d-1111-2222-3333-444444444444", "a", "7", "A.b_c-d", "x".repeat(128)])(
  "%s is one",
  (id) => {
    expect(isSessionId(id)).toBe(true);
  },
);

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["a list", ["a"]],
  ["empty", ""],
  ["129 characters", "x".repeat(129)],
  ["a dot", "."],
  ["two dots", ".."],
  ["dots within", "a..b"],
  ["a hidden name", ".a"],
  ["an option", "-a"],
  ["a separator", "a/b"],
  ["another separator", "a\\b"],
  ["a path", "../../etc"],
  ["a line end", "a\n"],
  ["a line end within", "a\nb"],
  ["a carriage return", "a\r"],
  ["a NUL", "a\0"],
  ["an escape", "a\u001b[0m"],
  ["a line separator", "a\u2028b"],
  ["a paragraph separator", "a\u2029b"],
  ["a space", "a b"],
  ["a marker", "a -->"],
  ["a backtick", "a`b"],
  ["a shell's word", "$(id)"],
  ["a letter beyond ASCII", "é"],
])("%s is none", (_what, id) => {
  expect(isSessionId(id)).toBe(false);
});
