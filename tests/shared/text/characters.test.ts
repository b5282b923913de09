import { expect, test } from "vitest";
import { printable } from "../../../shared/text/characters.ts";

test.each([
  ["plain text, with a tab\tand umlauts äöü 😀", "plain text, with a tab\tand umlauts äöü 😀"],
  ["", ""],
  ["two\nlines", "two\\u000alines"],
  ["\r\n", "\\u000d\\u000a"],
  ["\u001b[31mred", "\\u001b[31mred"],
  ["\0\u007f\u009b", "\\u0000\\u007f\\u009b"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["\u202egnp.exe\u2066\u200f", "\\u202egnp.exe\\u2066\\u200f"],
])("printable shows %j as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("printable leaves its own result unchanged", () => {
  const once = printable("\u001b\n\u2028");
  expect(printable(once)).toBe(once);
});
