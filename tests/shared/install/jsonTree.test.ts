import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonNode, jsonValue, parseJson } from "../../../shared/install/jsonTree.ts";

test("parseJson accepts what JSON.parse accepts, and nothing else", () => {
  const damaged = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom(",", "}", "]", '"', "//", "0", "-", "\\", "\t", "nul"),
  );
  fc.assert(
    fc.property(fc.boolean(), damaged, (isSound, [json, place, extra]) => {
      const at = place % (json.length + 1);
      const text = isSound ? json : json.slice(0, at) + extra + json.slice(at);
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => parseJson(text)).toThrow(/^line \d+, column \d+: there should be /);
        return;
      }
      const root = parseJson(text);
      expect(jsonValue(text, root)).toEqual(expected);
      expect(rebuilt(text, root)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

/** Rebuilds the value from the tree. The last of several equal keys wins, as in JSON.parse. */
function rebuilt(text: string, node: JsonNode): unknown {
  if (node.type === "array") return node.parts.map(({ value }) => rebuilt(text, value));
  if (node.type !== "object") return jsonValue(text, node);
  const value = {};
  for (const part of node.parts) {
    const own = { value: rebuilt(text, part.value), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(value, part.key ?? "", own);
  }
  return value;
}

test.each([
  [
    "a comment",
    '{\n  "a": 1, // x\n}',
    "line 2, column 11: there should be a key in double quotes, but there is a comment",
  ],
  ["an extra comma", '{\r\n\t"a": [1,]\r\n}', 'line 2, column 10: there should be a value, but there is "]"'],
  ["a missing comma", '{"a": 1 "b": 2}', 'line 1, column 9: there should be "," or "}", but there is "\\""'],
  [
    "a premature end",
    '{"a": {',
    "line 1, column 8: there should be a key in double quotes, but there is nothing more",
  ],
  ["an empty text", "", "line 1, column 1: there should be a value, but there is nothing more"],
  ["a second value", "{}\n{}", 'line 2, column 1: there should be the end of the text, but there is "{"'],
  [
    "a value after a byte order mark, which takes no column,",
    "\uFEFFx",
    'line 1, column 1: there should be a value, but there is "x"',
  ],
  [
    "a list that is too deep",
    "[".repeat(100_000),
    "line 1, column 501: there should be no more than 500 levels",
  ],
])("the error about %s says where it is", (_name, text, message) => {
  expect(() => parseJson(text)).toThrow(message);
});

test("parseJson accepts 500 levels", () => {
  expect(parseJson("[".repeat(500) + "]".repeat(500)).type).toBe(parseJson("[]").type);
});

test.each([
  ["1", "number"],
  ["-0.5e3", "number"],
  ["true", "true or false"],
  ["false", "true or false"],
  ["null", "null"],
])("the type of %s is %s", (text, type) => {
  expect(parseJson(text).type).toBe(type);
});
