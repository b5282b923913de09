import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS, parseSettings } from "../../shared/settings.ts";

const front = (...lines: string[]) => `---\n${lines.join("\n")}\n---\n`;

test("a text without front matter keeps the defaults and becomes the project's words", () => {
  expect(parseSettings("")).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
  expect(parseSettings("\uFEFF\nAsk Ada.\n").settings).toEqual({
    ...DEFAULT_SETTINGS,
    projectRouting: "Ask Ada.",
  });
});

test.each(["\n", "\r\n"])("every setting is read from lines that end in %j", (ending) => {
  const text = front(
    "# ours",
    "enabled: false",
    "sessionBlock: false",
    '"routingBlock": false',
    "lockTimeoutSeconds: 0.5",
    "lockTtlSeconds: 3600",
  );
  expect(parseSettings(`\uFEFF${text}\n# Words\n\nAsk Ada.\n\n`.replaceAll("\n", ending))).toEqual({
    settings: {
      enabled: false,
      sessionBlock: false,
      routingBlock: false,
      lockTimeoutSeconds: 0.5,
      lockTtlSeconds: 3600,
      projectRouting: "# Words\n\nAsk Ada.".replaceAll("\n", ending),
    },
    problems: [],
  });
});

test.each([front(), front("# only a comment"), front("~"), "---\n---\n"])(
  "the empty front matter %j keeps the defaults",
  (text) => {
    expect(parseSettings(text)).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
  },
);

describe("in a faulty settings file,", () => {
  test.each([
    [front("enabled: yes"), 'line 2: enabled must be true or false, not "yes"; the default is used.'],
    [front("enabled: 0"), "line 2: enabled must be true or false, not 0"],
    [front("enabled:"), "line 2: enabled must be true or false, not null"],
    [front("# c", "", "sessionBlock: [true]"), "line 4: sessionBlock must be true or false, not a list"],
    [front("lockTimeoutSeconds: -1"), "line 2: lockTimeoutSeconds must be a number from 0 to 20, not -1"],
    [front("lockTimeoutSeconds: 61"), "line 2: lockTimeoutSeconds must be"],
    [front("lockTimeoutSeconds: '5'"), 'line 2: lockTimeoutSeconds must be a number from 0 to 20, not "5"'],
    [front("lockTimeoutSeconds: .nan"), "line 2: lockTimeoutSeconds must be"],
    [front("lockTtlSeconds: 0"), "line 2: lockTtlSeconds must be a number from 1 to 3600, not 0"],
    [front("lockTtlSeconds: .inf"), "line 2: lockTtlSeconds must be"],
    [front("lockTtlSeconds: 1e9"), "line 2: lockTtlSeconds must be"],
    [front("'enabeld': true"), 'line 2: unknown setting "enabeld"; the settings are enabled, sessionBlock'],
    [front("projectRouting: x"), 'line 2: unknown setting "projectRouting"'],
    [front("__proto__: {enabled: false}"), 'line 2: unknown setting "__proto__"'],
    [front("__proto__: 1"), 'line 2: unknown setting "__proto__"'],
    [front("constructor: 1"), 'line 2: unknown setting "constructor"'],
    [front("a: 1", "b: [open"), "line 4: the YAML is broken"],
    [front("enabled: false", "enabled: true"), "line 3: the YAML is broken (duplicated mapping key)"],
    [front("- enabled"), "line 2: the front matter must be lines of the form `key: value`, not a list"],
    [front("enabled"), "line 2: the front matter must be lines"],
    [front("enabled: false", "--- more"), "the YAML is broken (one of its lines starts with ---)"],
    ["---\nenabled: false\n", "line 1: the front matter has no closing line `---`"],
    ["---js\n{ enabled: false }\n---\n", 'line 1: front matter in "js" is not supported, only YAML'],
  ])("the text %j keeps the defaults and gives the problem %j", (text, problem) => {
    const { settings, problems } = parseSettings(text);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(".claude/pact-hooks.local.md line ");
    expect(problems[0]).toContain(problem);
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
  });

  test("one wrong setting does not affect the others", () => {
    const { settings, problems } = parseSettings(`${front("enabled: maybe", "lockTtlSeconds: 60")}words`);
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, lockTtlSeconds: 60, projectRouting: "words" });
    expect(problems).toHaveLength(1);
  });

  test("a problem stays short and on one line", () => {
    const { problems } = parseSettings(front(`"a\\nb${"x".repeat(1000)}": 1`));
    expect(problems.join()).not.toContain("\n");
    expect(problems.join().length).toBeLessThan(300);
  });
});

describe("front matter", () => {
  const effects = globalThis as { ran?: boolean };
  afterEach(() => {
    delete effects.ran;
  });

  test.each(["---js", "---javascript", "--- js", "---JS", "---coffee"])(
    "that opens with %s never runs code",
    (opening) => {
      const { settings } = parseSettings(`${opening}\n{ enabled: !(globalThis.ran = true) }\n---\nwords`);
      expect(settings).toEqual(DEFAULT_SETTINGS);
      expect(effects.ran).toBeUndefined();
    },
  );
});

test("parseSettings never throws, and always returns settings of the right types", () => {
  const part = fc.constantFrom(
    "---",
    "---js",
    "enabled",
    ": ",
    "true",
    "[",
    "{",
    "&a",
    "*a",
    "!!",
    "<<",
    "\n",
    "\n",
    "\r\n",
    "x",
    '"',
    "|",
    "__proto__",
    "- ",
    "#",
    "\0",
    "0x1F",
    "2026-01-01",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const { settings, problems } = parseSettings(`---\n${parts.join("")}\n---\n`);
      expect(Object.keys(settings)).toEqual(Object.keys(DEFAULT_SETTINGS));
      for (const [key, value] of Object.entries(settings)) {
        expect(typeof value).toBe(typeof DEFAULT_SETTINGS[key as keyof typeof DEFAULT_SETTINGS]);
      }
      expect(problems.every((problem) => problem.startsWith(".claude/pact-hooks.local.md line "))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

describe("a hostile settings file", () => {
  const manyKeys = Array.from({ length: 900 }, (_, index) => `k${index}: 1`);
  const bomb = [
    "a0: &a0 [x, x, x]",
    ...Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
  ];

  test.each([
    ["many unknown keys", front(...manyKeys)],
    ["overlong front matter", front(...manyKeys, ...manyKeys.map((key) => `x${key}`))],
    ["lists of lists of lists", front(...bomb, "enabled: *a8")],
    ["a list that contains itself", front("enabled: &a [*a]")],
    ["a map that contains itself", front("enabled: &a {b: *a}")],
    ["a very long value", front(`enabled: ${"x".repeat(9000)}`)],
  ])("with %s keeps the defaults and gives short problems", (_name, text) => {
    const { settings, problems } = parseSettings(text);
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join().length).toBeLessThan(1500);
    for (const problem of problems) expect(problem).toContain(".claude/pact-hooks.local.md line ");
  });
});

test.each([
  ["{a: 1}", "a map"],
  ["[1]", "a list"],
  ["2020-01-01", "a date"],
  ["null", "null"],
])("a problem calls the value %s %s", (value, name) => {
  const { problems } = parseSettings(`---\nenabled: ${value}\n---\n`);
  expect(problems).toEqual([
    `.claude/pact-hooks.local.md line 2: enabled must be true or false, not ${name}; the default is used.`,
  ]);
});

test.each(["null", "~", "", "# only words"])("front matter with the text %j sets nothing", (yaml) => {
  expect(parseSettings(`---\n${yaml}\n---\n`)).toEqual({ settings: DEFAULT_SETTINGS, problems: [] });
});
