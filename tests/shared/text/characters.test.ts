import path from "node:path";
import { expect, test } from "vitest";
import { printable, shortenPaths } from "../../../shared/text/characters.ts";

test.each([
  ["plain text, with a tab\tand umlauts äöü 😀", "plain text, with a tab\tand umlauts äöü 😀"],
  ["", ""],
  ["two\nlines", "two\\u000alines"],
  ["\r\n", "\\u000d\\u000a"],
  ["\u001b[31mred", "\\u001b[31mred"],
  ["\0\u007f\u009b", "\\u0000\\u007f\\u009b"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["\u202egnp.exe\u2066\u200f\u061c", "\\u202egnp.exe\\u2066\\u200f\\u061c"],
  ["a\u200bb\u2060c\ufeffd\u00ade\u3164", "a\\u200bb\\u2060c\\ufeffd\\u00ade\\u3164"],
  ["hi\u{e0068}\u{e0069}", "hi\\udb40\\udc68\\udb40\\udc69"],
  ["a\ufe01\u{e0100}", "a\\ufe01\\udb40\\udd00"],
  ["a heart \u2764\ufe0f", "a heart \u2764\ufe0f"],
  ["half\ud83d", "half\\ud83d"],
])("printable shows %j as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("in JSON, the escapes of printable stand for the same text", () => {
  const text = "\u001b\u009b\u202e\u061c\u200b\u{e0041}\u{1d173}\ud83d\n😀";
  expect(JSON.parse(printable(JSON.stringify({ text })))).toEqual({ text });
});

test("printable leaves its own result unchanged", () => {
  const once = printable("\u001b\n\u2028");
  expect(printable(once)).toBe(once);
});

test.each([
  ["Updated /home/me/app/CLAUDE.md now.", "Updated CLAUDE.md now."],
  ["(/home/me/app/a, '/home/me/app/b'): /home/me/app/c", "(a, 'b'): c"],
  [
    "/mnt/home/me/app/x and ./home/me/app/y and ~/home/me/app/z",
    "/mnt/home/me/app/x and ./home/me/app/y and ~/home/me/app/z",
  ],
  ["/home/me/app and /home/me/apples/x", "/home/me/app and /home/me/apples/x"],
])("shortenPaths makes the paths in a folder relative to it: %s", (message, short) => {
  const [long, folder, wanted] = [message, "/home/me/app", short].map((text) =>
    text.replaceAll("/", path.sep),
  ) as [string, string, string];
  expect(shortenPaths(long, folder, "")).toBe(wanted);
});
