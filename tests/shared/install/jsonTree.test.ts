import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonNode, jsonValue, parseJson } from "../../../shared/install/jsonTree.ts";

test("reads what JSON.parse reads, and nothing else", () => {
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

/** The value as the tree has it; of a key that stands twice the last counts. */
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
  [
    "a comma too many",
    '{\r\n\t"a": [1,]\r\n}',
    'line 2, column 10: there should be a value, but there is "]"',
  ],
  ["a comma too few", '{"a": 1 "b": 2}', 'line 1, column 9: there should be "," or "}", but there is "\\""'],
  [
    "an end too early",
    '{"a": {',
    "line 1, column 8: there should be a key in double quotes, but there is nothing more",
  ],
  ["nothing at all", "", "line 1, column 1: there should be a value, but there is nothing more"],
  [
    "more than one value",
    "{}\n{}",
    'line 2, column 1: there should be the end of the text, but there is "{"',
  ],
  [
    "a byte order mark takes no column",
    "\uFEFFx",
    'line 1, column 1: there should be a value, but there is "x"',
  ],
  ["too deep", "[".repeat(100_000), "line 1, column 501: there should be no more than 500 levels"],
])("says where: %s", (_name, text, message) => {
  expect(() => parseJson(text)).toThrow(message);
});

test("500 levels are not too deep", () => {
  expect(parseJson("[".repeat(500) + "]".repeat(500)).type).toBe(parseJson("[]").type);
});

test.each([
  ["1", "number"],
  ["-0.5e3", "number"],
  ["true", "true or false"],
  ["false", "true or false"],
  ["null", "null"],
])("%s is a %s", (text, type) => {
  expect(parseJson(text).type).toBe(type);
});
