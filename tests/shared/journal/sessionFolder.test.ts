import { expect, test } from "vitest";
import { isSessionId } from "../../../shared/journal/sessionFolder.ts";

test.each([
  "con1",
  "nul-1",
  "console",
  "0a1b2c3d-1111-2222-3333-444444444444",
  "a",
  "7",
  "A.b_c-d",
  "x".repeat(128),
])("%s is a session id", (id) => {
  expect(isSessionId(id)).toBe(true);
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["a list", ["a"]],
  ["an empty string", ""],
  ["a string of 129 characters", "x".repeat(129)],
  ["a dot", "."],
  ["two dots", ".."],
  ["a string with two dots", "a..b"],
  ["a string with a leading dot", ".a"],
  ["a string with a dot at the end", "a."],
  ["a device of Windows", "NUL"],
  ["a device of Windows with an extension", "com1.a"],
  ["a string with a leading hyphen", "-a"],
  ["a string with a slash", "a/b"],
  ["a string with a backslash", "a\\b"],
  ["a path", "../../etc"],
  ["a string with a final line feed", "a\n"],
  ["a string with a line feed", "a\nb"],
  ["a string with a carriage return", "a\r"],
  ["a string with a NUL", "a\0"],
  ["a string with an escape sequence", "a\u001b[0m"],
  ["a string with a line separator", "a\u2028b"],
  ["a string with a paragraph separator", "a\u2029b"],
  ["a string with a space", "a b"],
  ["a string with the end of a comment", "a -->"],
  ["a string with a backtick", "a`b"],
  ["a shell command substitution", "$(id)"],
  ["a letter outside ASCII", "é"],
])("%s is not a session id", (_what, id) => {
  expect(isSessionId(id)).toBe(false);
});
