import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hookEntries, type IsOwnRoot } from "../../../shared/install/ownHooks.ts";
import { addHooks, hasHooks, removeHooks } from "../../../shared/install/settingsText.ts";

const ROOT = "/opt/$& pact 🙂";
const unknown: IsOwnRoot = () => undefined;
const add = (text: string | null, root = ROOT) => addHooks(text, root, unknown);
const remove = (text: string) => removeHooks(text, unknown);

test("hookEntries returns the entries of hooks.json", () => {
  const file = JSON.parse(fs.readFileSync(new URL("../../../hooks/hooks.json", import.meta.url), "utf8"));
  const ours = hookEntries("\x24{CLAUDE_PLUGIN_ROOT}");
  const groups = Object.fromEntries(Object.entries(ours).map(([event, group]) => [event, [group]]));
  expect(groups).toEqual(file.hooks);
});

const wanted = (root = ROOT) =>
  Object.fromEntries(Object.entries(hookEntries(root)).map(([event, group]) => [event, [group]]));

describe("a settings file of ours", () => {
  test("is created, and then removed whole", () => {
    expect(JSON.parse(add(null))).toEqual({ hooks: wanted() });
    expect(remove(add(null))).toBe("");
    expect(remove(add(add(null), "/opt/pact-hooks/2"))).toBe("");
  });

  test("stays after the user has added a setting", () => {
    const mine = add(null).replace('{\n  "hooks"', '{\n  "model": "opus",\n  "hooks"');
    expect(remove(mine)).toBe('{\n  "model": "opus"\n}\n');
    const below = add(null).replace(/\n}\n$/, ',\n  "model": "opus"\n}\n');
    expect(remove(below)).toBe('{\n  "model": "opus"\n}\n');
  });
});

const FILES: [string, string][] = [
  ["an empty object", "{}"],
  ["an empty object and a line break", "{}\n"],
  ["an empty object on two lines", "{\n}\n"],
  ["an empty object that contains a space", "{ }"],
  ["one line", '{"model":"opus","n":[1,2]}'],
  ["two spaces of indentation", '{\n  "model": "opus",\n  "env": { "A": "1" }\n}\n'],
  ["four spaces of indentation", '{\n    "model": "opus"\n}\n'],
  ["tabs as indentation", '{\n\t"model": "opus"\n}\n'],
  ["no last line break", '{\n  "model": "opus"\n}'],
  ["CRLF line endings", '{\r\n  "model": "opus"\r\n}\r\n'],
  ["a byte order mark", '\uFEFF{\n  "model": "opus"\n}\n'],
  ["no indentation", '{\n"model": "opus"\n}\n'],
  ["unusual spacing", '\n\n  {  "model" :"opus"  \n\n ,\n   "x":null }  \n\n'],
  ["unusual escapes and numbers", '{\n  "\\u0061": 1.0e2,\n  "é": "\\/"\n}\n'],
  ["empty hooks", '{\n  "hooks": {}\n}\n'],
  ["empty hooks on one line", '{"hooks":{}}'],
  ["empty hooks on two lines", '{\n  "hooks": {\n  }\n}\n'],
  ["an empty list", '{\n  "hooks": {\n    "SessionStart": []\n  },\n  "x": 1\n}\n'],
  ["an empty list on one line", '{"hooks":{"SessionEnd":[ ]}}'],
  [
    "hooks of others",
    '{\n  "hooks": {\n    "SessionStart": [\n      { "hooks": [{ "type": "command", "command": "x" }] }\n    ],\n    "Stop": []\n  },\n  "z": 1\n}\n',
  ],
  ["a list on one line", '{\n  "hooks": { "SessionStart": [{ "hooks": [] }] }\n}\n'],
  ["malformed hooks of others", '{\n  "hooks": { "Stop": 7, "SessionStart": [7, {"hooks": "x"}] }\n}\n'],
];

describe.each(FILES)("a settings file with %s", (_name, text) => {
  test("gets the hooks, and nothing else changes", () => {
    const added = add(text);
    const before = JSON.parse(text.replace("\uFEFF", ""));
    const after = JSON.parse(added.replace("\uFEFF", ""));
    for (const [event, [group]] of Object.entries(wanted())) {
      const others = before.hooks?.[event] ?? [];
      expect(after.hooks[event]).toEqual([...others, group]);
      if (before.hooks?.[event] === undefined) delete after.hooks[event];
      else after.hooks[event] = others;
    }
    if (before.hooks === undefined) delete after.hooks;
    expect(after).toEqual(before);
    expect(added.includes("\r\n")).toBe(text.includes("\r\n"));
    if (text.includes("\r\n")) expect(added).not.toMatch(/[^\r]\n/);
  });

  test("is not changed by adding the hooks again, and is restored by removing them", () => {
    const added = add(text);
    expect(add(added)).toBe(added);
    expect(hasHooks(added, unknown)).toBe(true);
    expect(remove(added)).toBe(text);
  });

  test("gets the hooks in place of an older installation", () => {
    const old = add(text, "/old/pact-hooks");
    const now = add(old);
    expect(now).not.toContain("/old/pact-hooks");
    expect(JSON.parse(now.replace("\uFEFF", ""))).toEqual(JSON.parse(add(text).replace("\uFEFF", "")));
    expect(remove(now)).toBe(text);
  });
});

test("the hooks are indented as the file is", () => {
  expect(add('{\n\t"a": 1\n}\n')).toContain('\n\t"hooks": {\n\t\t"SessionStart": [\n\t\t\t{\n');
  expect(add('{\n    "a": 1\n}\n')).toContain('\n    "hooks": {\n        "SessionStart": [\n');
  expect(add('{"a":1}')).not.toContain("\n");
});

test("removing the hooks restores any JSON in any style, byte for byte", () => {
  const name = fc.constantFrom("a", "model", "hooks", "permissions", "SessionStart", "x y");
  const group = fc.constantFrom<unknown>(
    { matcher: "startup", hooks: [{ type: "command", command: "true" }] },
    {},
    1,
  );
  const hooks = fc.dictionary(
    fc.constantFrom("SessionStart", "SessionEnd", "Stop"),
    fc.array(group, { maxLength: 2 }),
  );
  const settings = fc.tuple(fc.dictionary(name, fc.jsonValue()), fc.option(hooks, { nil: undefined }));
  const style = fc.constantFrom(undefined, 1, 2, 4, "\t", "    ");
  fc.assert(
    fc.property(
      settings,
      style,
      fc.constantFrom("", "\n", "\r\n"),
      fc.boolean(),
      ([others, own], space, end, crlf) => {
        const { hooks: _dropped, ...rest } = others;
        const value = own === undefined ? rest : { ...rest, hooks: own };
        const json = JSON.stringify(value, null, space);
        const text = (crlf ? json.replaceAll("\n", "\r\n") : json) + end;
        const added = add(text);
        expect(add(added)).toBe(added);
        expect(remove(added)).toBe(text);
        expect(remove(add(add(text, "/x/pact-hooks")))).toBe(text);
      },
    ),
    { numRuns: 2000 },
  );
});

describe("hooks", () => {
  const foreign =
    '{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"node","args":["/x/hooks/sessionStart.mjs"]}]}]}}';

  test("of another plugin's folder are not ours", () => {
    const ours = add("{}", "/x");
    expect(removeHooks(ours, () => false)).toBe(ours);
    expect(removeHooks(foreign, () => true)).toBe("");
    for (const command of ['"node"', '"bun"']) {
      const other = ours.replaceAll('"node"', command).replace(/,\s*"args": \[[^\]]*\]/, "");
      expect(removeHooks(other, () => true)).toContain(command);
    }
    const another = ours.replaceAll('"node"', '"bun"');
    expect(removeHooks(another, () => true)).toBe(another);
  });

  test("of a missing folder are ours if we write them that way, or if our name is in the path", () => {
    expect(remove(foreign)).toBe(foreign);
    expect(remove(foreign.replace("/x/", "/pact-hooks/"))).toBe("");
    expect(remove(add("{}", "/x"))).toBe("{}");
    expect(remove(add("{}", "/x").replaceAll(".cjs", ".mjs"))).toBe("{}");
  });

  test("of ours that are duplicates or of a former event are removed, and one stays for each event", () => {
    const { SessionStart: entry } = hookEntries("/old/pact-hooks");
    const text = JSON.stringify(
      { hooks: { Stop: [entry], SessionStart: [entry, { hooks: [] }, entry] } },
      null,
      2,
    );
    const { hooks } = JSON.parse(add(text));
    expect(hooks).toEqual({
      SessionStart: [hookEntries(ROOT).SessionStart, { hooks: [] }],
      SessionEnd: [hookEntries(ROOT).SessionEnd],
    });
  });

  test("of an older version, which named the sources, are replaced by ours, which do not", () => {
    const { SessionStart: entry } = hookEntries("/old/pact-hooks");
    const older = { matcher: "startup|resume|clear|compact", ...entry };
    const text = JSON.stringify({ hooks: { SessionStart: [older] } });
    expect(JSON.parse(add(text)).hooks.SessionStart).toEqual([hookEntries(ROOT).SessionStart]);
    expect(remove(text)).toBe("");
  });

  test("of an older version, which had no status message, are ours even if their folder is gone", () => {
    const isGone = () => undefined;
    const { statusMessage, ...older } = hookEntries("/gone").SessionStart?.hooks[0] ?? {};
    expect(statusMessage).toMatch(/^pact-hooks: /);
    const text = JSON.stringify({ hooks: { SessionStart: [{ hooks: [older] }] } });
    expect(removeHooks(text, isGone)).toBe("");
    expect(removeHooks(text.replace("60", "61"), isGone)).toBe(text.replace("60", "61"));
  });

  test("of others stay when ours in the same list are replaced or removed", () => {
    const { SessionStart: entry } = hookEntries("/old/pact-hooks");
    const other = { type: "command", command: "x" };
    const group = { matcher: "clear", hooks: [other, entry?.hooks[0]] };
    const text = JSON.stringify({ hooks: { SessionStart: [group] } }, null, 2);
    expect(JSON.parse(add(text)).hooks.SessionStart).toEqual([
      { matcher: "clear", hooks: [other, hookEntries(ROOT).SessionStart?.hooks[0]] },
    ]);
    expect(JSON.parse(remove(add(text)))).toEqual({
      hooks: { SessionStart: [{ matcher: "clear", hooks: [other] }] },
    });
  });
});

test.each([
  ["broken JSON", "{", /^is not valid JSON \(line 1, column 2: /],
  ["a comment", '{\n  // x\n  "a": 1\n}', /line 2, column 3.*a comment/],
  ["no text", "", /line 1, column 1/],
  [
    "a list instead of an object",
    "[]",
    /^does not hold valid settings: the top level is an array \(line 1, column 1\) and must be an object/,
  ],
  ["hooks of a wrong type", '{\n  "hooks": [] }', /"hooks" is an array \(line 2, column 12\)/],
  ["null as its hooks", '{"hooks": null}', /"hooks" is null/],
  [
    "an event of a wrong type",
    '{"hooks": {"SessionEnd": {}}}',
    /"SessionEnd" is an object .* must be an array/,
  ],
])("a settings file with %s is left alone", (_name, text, message) => {
  expect(() => add(text)).toThrow(message);
  expect(() => remove(text)).toThrow(message);
});

test("thousands of our hooks, beside and inside groups of others, are replaced and removed at once", () => {
  let looks = 0;
  const isOwnRoot = (root: string) => {
    looks++;
    return root.startsWith("/ours");
  };
  const other = { type: "command", command: "x" };
  const ours = (n: number) => hookEntries(`/ours/${n % 10}`).SessionStart?.hooks[0];
  const groups = Array.from({ length: 3000 }, (_, n) =>
    n % 3 === 0 ? { hooks: [other, ours(n), ours(n + 1)] } : { hooks: [ours(n)] },
  );
  const kept = groups.flatMap(({ hooks }) => (hooks.includes(other) ? [{ hooks: [other] }] : []));
  const text = JSON.stringify({ model: "opus", hooks: { Stop: groups, SessionStart: groups } }, null, 2);
  expect(JSON.parse(removeHooks(text, isOwnRoot))).toEqual({
    model: "opus",
    hooks: { Stop: kept, SessionStart: kept },
  });
  expect(looks).toBe(10);
  const added = JSON.parse(addHooks(text, "/ours/new", isOwnRoot));
  expect(added.hooks.Stop).toEqual(kept);
  const [first, ...more] = kept;
  const own = hookEntries("/ours/new").SessionStart?.hooks[0];
  expect(added.hooks.SessionStart).toEqual([{ hooks: [...(first?.hooks ?? []), own] }, ...more]);
  expect(looks).toBe(21);
});

test("hooks under a key that is there twice are removed from both", () => {
  const hooks = JSON.stringify(wanted());
  expect(remove(`{"a":1,"hooks":${hooks},"hooks":${hooks}}`)).toBe('{"a":1}');
});
