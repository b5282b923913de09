import { afterEach, describe, expect, test } from "vitest";
import { bodyStart } from "../../../shared/claudeMd/scan.ts";
import { locateFrontMatter, parseYaml, YamlLimit } from "../../../shared/text/frontMatter.ts";

const body = (text: string) => text.slice(bodyStart(text));

describe("front matter ends after its closing line", () => {
  test.each([
    ["---\na: 1\n---\nbody", "body"],
    ["---\r\na: 1\r\n---\r\nbody", "body"],
    ["\uFEFF---\na: 1\n---\nbody", "body"],
    ["--- \na: 1\n---\t\nbody", "body"],
    ["---\n---\nbody", "body"],
    ["---\n# only a comment\n---\nbody", "body"],
    ["---\na: 1\n---", ""],
    ["---yaml\na: 1\n---\nbody", "body"],
    ["---\na: 1\n--- not the end\n---\nbody", "body"],
    ["---\na: [broken\n---\nbody", "body"],
    ["---\na: 1\n\nb: 2\n---\nbody", "body"],
    ["---\na: |\n  <!-- SESSION_START -->\n---\nbody", "body"],
    ['---toml\na = "1"\n---\nbody', "body"],
  ])("in %j", (text, expected) => {
    expect(body(text)).toBe(expected);
  });
});

describe("without front matter,", () => {
  test.each([
    "",
    "---",
    "---\n",
    "---\na: 1\n",
    "---\na: 1\n----\n",
    "----\na: 1\n----\n",
    "---\nA paragraph between two rules.\n---\nbody",
    "---\n- a list\n- between rules\n---\n",
    "--- A heading ---\na: 1\n---\n",
    "\n---\na: 1\n---\n",
    " ---\na: 1\n---\n",
    "---unknown\na: 1\n---\n",
    "---\n<!-- PACT_MANAGED_START: words -->\n---\nbody",
    "---\nNote: see: below\n\nText.\n---\nbody",
    "---\r\na: [broken\r\n \r\n---\r\nbody",
    "---\n## Working Memory\na: b: c\n---\nbody",
  ])("the whole text %j is the body", (text) => {
    expect(body(text)).toBe(text);
  });

  test("the body starts after a byte order mark", () => {
    expect(bodyStart("\uFEFFtext")).toBe(1);
    expect(bodyStart("\uFEFF---\nopen")).toBe(1);
  });
});

describe("front matter", () => {
  const effects = globalThis as { ran?: boolean };
  afterEach(() => {
    delete effects.ran;
  });
  const payload = "{ a: globalThis.ran = true }";

  test.each([
    "---js",
    "---javascript",
    "--- js",
    "---JS",
    "--- JavaScript",
    "---coffee",
    "---json",
    "---__proto__",
  ])("that opens with %s never runs code", (opening) => {
    const text = `${opening}\n${payload}\n---\nbody`;
    bodyStart(text);
    const place = locateFrontMatter(text);
    if (place) expect(() => parseYaml(text, place)).toThrow(/is not YAML/);
    if (place) expect(() => parseYaml(text, { ...place, language: "" })).toThrow();
    expect(effects.ran).toBeUndefined();
  });

  test("with a YAML tag for code never runs it", () => {
    const text = '---\na: !!js/function "function(){ globalThis.ran = true }"\n---\n';
    expect(bodyStart(text)).toBe(text.length);
    expect(effects.ran).toBeUndefined();
  });
});

test("parseYaml parses the same text again each time, without a cache", () => {
  const text = "---\na: {b: 1}\n---\n";
  const place = locateFrontMatter(text);
  if (!place) throw new Error("no front matter");
  Object.assign(parseYaml(text, place) as object, { a: 2 });
  expect(parseYaml(text, place)).toEqual({ a: { b: 1 } });
});

test("long text between rules is not read as YAML", { timeout: 10_000 }, () => {
  expect(bodyStart(`---\n${"key: [\n".repeat(100_000)}\n---\n`)).toBe(0);
  expect(bodyStart(`---${" ".repeat(500_000)}!\n---\n`)).toBe(0);
});

test("a line that starts with three hyphens is an error within the YAML, not its end", () => {
  const text = "---\na: 1\n\n---x\nb: 2\n---\n";
  const place = locateFrontMatter(text);
  if (!place) throw new Error("no front matter");
  expect(() => parseYaml(text, place)).toThrow("starts with ---");
  expect(bodyStart(text)).toBe(0);
});

/** What the parser says of a text's front matter. */
function parsed(text: string): unknown {
  const place = locateFrontMatter(text);
  if (!place) throw new Error("no front matter");
  return parseYaml(text, place);
}

test("YAML of more than 16 KB is not parsed, and is front matter unless an empty line shows prose", () => {
  const yaml = (length: number, more = "") => `---\na: ${"x".repeat(length - 12)}${more}\n---\n`;
  expect(yaml(16_384)).toHaveLength(16_384);
  expect(parsed(yaml(16_384))).toHaveProperty("a");
  expect(() => parsed(yaml(16_385))).toThrow(new YamlLimit("it is longer than 16 KB", 0));
  expect(bodyStart(yaml(16_385))).toBe(16_385);
  expect(bodyStart(yaml(16_385, "\n\ntext"))).toBe(0);
});

describe("YAML with an anchor is not parsed, since an alias can stand for a text of any length:", () => {
  const laughs = ["a: &a [x, x]", ...["b", "c", "d"].map((name) => `${name}: [${"*a, ".repeat(1000)}]`)];
  test.each([
    ["a list of aliases", laughs.join("\n"), 1],
    ["an anchor of a map", "x: 1\na: &a {k: 1}\nb: {<<: *a}", 2],
    ["an anchor of a list that holds itself", "a: &a [*a, *a]", 1],
    ["an anchor of a key", "&a b: 1", 1],
    ["an anchor of the whole", "&a\na: 1", 2],
    ["an anchor in a block list", "a:\n- &x 1\n- *x", 2],
  ])("%s", (_what, yaml, line) => {
    const text = `---\n${yaml}\n---\n`;
    expect(() => parsed(text)).toThrow(YamlLimit);
    expect(() => parsed(text)).toThrow(/it has an anchor, &/);
    expect(bodyStart(text)).toBe(text.length);
    try {
      parsed(text);
    } catch (error) {
      expect((error as YamlLimit).mark.line).toBeGreaterThanOrEqual(line);
    }
  });

  test("but a value with an ampersand or an asterisk has none", () => {
    expect(parsed("---\na: R&D * 2\nb: '*x'\n---\n")).toEqual({ a: "R&D * 2", b: "*x" });
  });
});
