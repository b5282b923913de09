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
        expect(() => parseJson(text)).toThrow(/^line \d+, column \d+: expected /);
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
    "line 2, column 11: expected a key in double quotes, found a comment",
  ],
  ["an extra comma", '{\r\n\t"a": [1,]\r\n}', 'line 2, column 10: expected a value, found "]"'],
  ["a missing comma", '{"a": 1 "b": 2}', 'line 1, column 9: expected "," or "}", found "\\""'],
  [
    "a premature end",
    '{"a": {',
    "line 1, column 8: expected a key in double quotes, found the end of the text",
  ],
  ["an empty text", "", "line 1, column 1: expected a value, found the end of the text"],
  ["a second value", "{}\n{}", 'line 2, column 1: expected the end of the text, found "{"'],
  [
    "a value after a byte order mark, which takes no column,",
    "\uFEFFx",
    'line 1, column 1: expected a value, found "x"',
  ],
  ["a list that is too deep", "[".repeat(100_000), "line 1, column 501: expected at most 500 levels"],
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
