import { expect, test } from "vitest";
import { addPart, removeParts, styleOf } from "../../../shared/install/jsonEdits.ts";
import { type JsonNode, parseJson } from "../../../shared/install/jsonTree.ts";
import { applyEdits } from "../../../shared/text/edits.ts";

/** The value of the root's member `a`, or else the root. */
function containerOf(text: string): { root: JsonNode; container: JsonNode } {
  const root = parseJson(text);
  return { root, container: root.parts.find(({ key }) => key === "a")?.value ?? root };
}

function added(text: string): string {
  const { root, container } = containerOf(text);
  return applyEdits(text, [addPart(text, container, "k", { n: 1 }, styleOf(text, root))]);
}

test.each([
  ["{}", '{ \n  "k": {\n    "n": 1\n  }\n}'],
  ['{"a": {}}', '{"a": { "k":{"n":1}}}'],
  ['{"a": {"b": 1}}', '{"a": {"b": 1, "k":{"n":1}}}'],
  ['{\n\t"a": {}\n}', '{\n\t"a": { \n\t\t"k": {\n\t\t\t"n": 1\n\t\t}\n\t}\n}'],
  [
    '{\r\n "a": {\r\n  "b": 1\r\n }\r\n}',
    '{\r\n "a": {\r\n  "b": 1,\r\n  "k": {\r\n   "n": 1\r\n  }\r\n }\r\n}',
  ],
])("a member is added to %j in the file's own style, and removed again", (text, expected) => {
  expect(added(text)).toBe(expected);
  const { container } = containerOf(expected);
  const edits = removeParts(expected, container, new Set([container.parts.length - 1]));
  expect(edits && applyEdits(expected, edits)).toBe(text);
});

test("the line break behind a removed member stays", () => {
  const text = '{"a": { "k":1\n}}';
  const edits = removeParts(text, containerOf(text).container, new Set([0]));
  expect(edits && applyEdits(text, edits)).toBe('{"a": {\n}}');
});

test.each([
  ["[0, 1, 2,  3 ,4]", [0], "[1, 2,  3 ,4]"],
  ["[0, 1, 2,  3 ,4]", [0, 1], "[2,  3 ,4]"],
  ["[0, 1, 2,  3 ,4]", [1, 2], "[0,  3 ,4]"],
  ["[0, 1, 2,  3 ,4]", [0, 2, 4], "[1,  3]"],
  ["[0, 1, 2,  3 ,4]", [3, 4], "[0, 1, 2]"],
  ["[0, 1]", [0, 1], null],
  ["[ 0, 1 ]", [0, 1], "[ ]"],
  ["[ \n  0,\n  1\n]", [0, 1], "[]"],
])("of %j, the parts %j are removed at once", (text, gone, left) => {
  const edits = removeParts(text, parseJson(text), new Set(gone));
  expect(edits && applyEdits(text, edits)).toBe(left);
});
