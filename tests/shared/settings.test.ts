/** Tests what a settings file's text sets, and what is said about a faulty one. */
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS, PERSONAL_FILE, parseSettings, TEAM_FILE } from "../../shared/settings.ts";
import { printable } from "../../shared/text/characters.ts";

const front = (...lines: string[]) => `---\n${lines.join("\n")}\n---\n`;
const OWNERS = ["team", "person"] as const;
const FILE_OF = { team: TEAM_FILE, person: PERSONAL_FILE };
const SETTABLE = {
  team: ["enabled", "sessionBlock", "routingBlock", "projectRouting"],
  person: ["enabled", "lockTimeoutSeconds", "lockTtlSeconds", "ownWords"],
};

test("the team's file and a personal one have the names that the documents give", () => {
  expect([TEAM_FILE, PERSONAL_FILE]).toEqual([".claude/pact-hooks.md", ".claude/pact-hooks.local.md"]);
});

test("by default, the plugin is on, and writes the routing block but no session block", () => {
  expect(DEFAULT_SETTINGS).toEqual({
    enabled: true,
    sessionBlock: false,
    routingBlock: true,
    lockTimeoutSeconds: 5,
    lockTtlSeconds: 30,
    projectRouting: "",
    ownWords: "",
  });
});

test("a text without front matter sets nothing but the words of its owner", () => {
  const text = "\uFEFF\nAsk Ada.\n";
  expect(parseSettings("", "team")).toEqual({ values: {}, problems: [] });
  expect(parseSettings(" \n\n", "person")).toEqual({ values: {}, problems: [] });
  expect(parseSettings(text, "team")).toEqual({ values: { projectRouting: "Ask Ada." }, problems: [] });
  expect(parseSettings(text, "person")).toEqual({ values: { ownWords: "Ask Ada." }, problems: [] });
});

describe.each(["\n", "\r\n"])("with lines that end in %j,", (ending) => {
  const write = (...lines: string[]) =>
    `\uFEFF${front(...lines)}\n# Words\n\nAsk Ada.\n\n`.replaceAll("\n", ending);
  const words = "# Words\n\nAsk Ada.".replaceAll("\n", ending);

  test("a team's file sets what stands in CLAUDE.md, and whether the plugin is on", () => {
    const text = write("# ours", "enabled: false", "sessionBlock: true", '"routingBlock": false');
    expect(parseSettings(text, "team")).toEqual({
      values: { enabled: false, sessionBlock: true, routingBlock: false, projectRouting: words },
      problems: [],
    });
  });

  test("a personal file sets the lock's times, and whether the plugin is on", () => {
    const text = write("enabled: true", "lockTimeoutSeconds: 0.5", "'lockTtlSeconds' : 3600");
    expect(parseSettings(text, "person")).toEqual({
      values: { enabled: true, lockTimeoutSeconds: 0.5, lockTtlSeconds: 3600, ownWords: words },
      problems: [],
    });
  });
});

describe.each([
  ["sessionBlock: true", "person"],
  ["routingBlock: false", "person"],
  ["lockTimeoutSeconds: 1", "team"],
  ["lockTtlSeconds: 60", "team"],
] as const)("the setting %s in a file of the %s", (line, owner) => {
  const [key = ""] = line.split(":");

  test("is not used, and the problem says where it belongs", () => {
    const advice = {
      person: `it decides what stands in CLAUDE.md, which is a team's setting. Move it to ${TEAM_FILE}.`,
      team: `it is a personal setting. Move it to ${PERSONAL_FILE}.`,
    };
    expect(parseSettings(`${front("enabled: true", line)}words`, owner)).toEqual({
      values: { enabled: true, [owner === "team" ? "projectRouting" : "ownWords"]: "words" },
      problems: [`${FILE_OF[owner]} line 3: ${key} is not used: ${advice[owner]}`],
    });
  });

  test("is named as misplaced even with a wrong value", () => {
    const { values, problems } = parseSettings(front(`${key}: [nonsense]`), owner);
    expect(values).toEqual({});
    expect(problems).toEqual([expect.stringContaining(`line 2: ${key} is not used: it`)]);
  });
});

test("a problem names the file by the name that the caller gives", () => {
  expect(parseSettings(front("enabled: 1"), "person", "/home/ada/x.md").problems).toEqual([
    "/home/ada/x.md line 2: enabled must be true or false, not 1; it is not used.",
  ]);
});

test.each([front(), front("# only a comment"), front("~"), front("null"), front(""), "---\n---\n"])(
  "the empty front matter %j sets nothing",
  (text) => {
    for (const owner of OWNERS) expect(parseSettings(text, owner)).toEqual({ values: {}, problems: [] });
  },
);

describe.each([
  ["lockTimeoutSeconds", 0, 20],
  ["lockTtlSeconds", 1, 3600],
] as const)("the number %s", (key, least, most) => {
  test.each([least, most])("may be as small or as large as %d", (value) => {
    expect(parseSettings(front(`${key}: ${value}`), "person")).toEqual({
      values: { [key]: value },
      problems: [],
    });
  });

  test.each([least - 0.1, most + 0.1, -1, 1e9, ".nan", ".inf", "-.inf", "'5'", "true", ""])(
    "may not be %j",
    (value) => {
      const { values, problems } = parseSettings(front(`${key}: ${value}`), "person");
      expect(values).toEqual({});
      expect(problems).toEqual([
        expect.stringContaining(`line 2: ${key} must be a number from ${least} to ${most}, not `),
      ]);
    },
  );
});

describe("a faulty settings file", () => {
  test.each([
    [front("enabled: yes"), 'line 2: enabled must be true or false, not "yes"; it is not used.'],
    [front("enabled: 0"), "line 2: enabled must be true or false, not 0; it is not used."],
    [front("enabled:"), "line 2: enabled must be true or false, not null; it is not used."],
    [front("enabled: {a: 1}"), "line 2: enabled must be true or false, not a map; it is not used."],
    [front("enabled: [1]"), "line 2: enabled must be true or false, not a list; it is not used."],
    [front("enabled: 2020-01-01"), "line 2: enabled must be true or false, not a date; it is not used."],
    [front("# c", "", "enabled: [true]"), "line 4: enabled must be true or false, not a list"],
    [front("? enabled", ": 1"), "line 1: enabled must be true or false, not 1"],
    [front("'enabeld': true"), 'line 2: unknown setting "enabeld"; the settings are enabled, '],
    [front("projectRouting: x"), 'line 2: unknown setting "projectRouting"'],
    [front("ownWords: x"), 'line 2: unknown setting "ownWords"'],
    [front("__proto__: {enabled: false}"), 'line 2: unknown setting "__proto__"'],
    [front("__proto__: 1"), 'line 2: unknown setting "__proto__"'],
    [front("constructor: 1"), 'line 2: unknown setting "constructor"'],
    [front("a: 1", "b: [open"), "line 4: the YAML cannot be read"],
    [front("enabled: false", "enabled: true"), "line 3: the YAML cannot be read (duplicated mapping key)"],
    [front("- enabled"), "line 2: the front matter must be lines of the form `key: value`, not a list"],
    [front("enabled"), "line 2: the front matter must be lines"],
    [front("enabled: false", "--- more"), "the YAML cannot be read (one of its lines starts with ---)"],
    [
      "---\nenabled: false\n",
      "line 1: the front matter has no closing line `---`; its settings are not used.",
    ],
    ["---js\n{ enabled: false }\n---\n", 'line 1: front matter in "js" is not supported, only YAML'],
  ])("with the text %j sets nothing and gives the problem %j", (text, problem) => {
    for (const owner of OWNERS) {
      const { values, problems } = parseSettings(text, owner);
      expect(values).toEqual({});
      expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
      expect(problems).toEqual([expect.stringContaining(problem)]);
      expect(problems[0]).toMatch(`${FILE_OF[owner]} line `);
    }
    expect(({} as { enabled?: boolean }).enabled).toBeUndefined();
  });

  test("names as known settings those that its owner may set", () => {
    const known = (owner: "team" | "person") => parseSettings(front("x: 1"), owner).problems;
    expect(known("team")).toEqual([
      `${TEAM_FILE} line 2: unknown setting "x"; the settings are enabled, sessionBlock, routingBlock.`,
    ]);
    expect(known("person")).toEqual([
      `${PERSONAL_FILE} line 2: unknown setting "x"; the settings are enabled, lockTimeoutSeconds, lockTtlSeconds.`,
    ]);
  });

  test("keeps its other settings and its words", () => {
    const { values, problems } = parseSettings(
      `${front("enabled: maybe", "lockTtlSeconds: 60")}words`,
      "person",
    );
    expect(values).toEqual({ lockTtlSeconds: 60, ownWords: "words" });
    expect(problems).toHaveLength(1);
  });

  test("keeps its words below broken YAML", () => {
    expect(parseSettings(`${front("a: [open")}words`, "team").values).toEqual({ projectRouting: "words" });
  });

  test("is not parsed if its front matter is longer than 16 KB", () => {
    const padded = (length: number) => `---\nenabled: false\n#${"x".repeat(length - 25)}\n---\n`;
    expect(padded(16_384)).toHaveLength(16_384);
    expect(parseSettings(padded(16_384), "team")).toEqual({ values: { enabled: false }, problems: [] });
    expect(parseSettings(`${padded(16_385)}words`, "team")).toEqual({
      values: { projectRouting: "words" },
      problems: [
        `${TEAM_FILE} line 1: the YAML cannot be read (it is longer than 16 KB); its settings are not used.`,
      ],
    });
  });

  test("gives problems without characters that turn or hide text", () => {
    const { problems } = parseSettings(front('"a\u202eb": 1', "enabled: '\u2028\u009b'"), "team");
    expect(problems.join("")).toContain('"a b"');
    expect(problems.map(printable)).toEqual(problems);
  });

  test("gives problems that are short and on one line", () => {
    const { problems } = parseSettings(front(`"a\\nb${"x".repeat(1000)}": 1`), "team");
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
      const { values } = parseSettings(
        `${opening}\n{ enabled: !(globalThis.ran = true) }\n---\nwords`,
        "team",
      );
      expect(values).toEqual({});
      expect(effects.ran).toBeUndefined();
    },
  );
});

test("parseSettings never throws, and returns only values that their owner may set, of the right types", () => {
  const part = fc.constantFrom(
    "---",
    "---js",
    "enabled",
    "sessionBlock",
    "lockTtlSeconds",
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
    fc.property(fc.array(part, { maxLength: 40 }), fc.constantFrom(...OWNERS), (parts, owner) => {
      const { values, problems } = parseSettings(`---\n${parts.join("")}\n---\n`, owner);
      for (const [key, value] of Object.entries(values)) {
        expect(SETTABLE[owner]).toContain(key);
        expect(typeof value).toBe(typeof DEFAULT_SETTINGS[key as keyof typeof DEFAULT_SETTINGS]);
      }
      expect(problems.every((problem) => problem.startsWith(`${FILE_OF[owner]} line `))).toBe(true);
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
  ])("with %s sets nothing and gives short problems", (_name, text) => {
    const { values, problems } = parseSettings(text, "team");
    expect(values).toEqual({});
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join().length).toBeLessThan(1500);
    for (const problem of problems) expect(problem).toContain(".claude/pact-hooks.md line ");
  });
});
