import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { EVENT_RULES, type FieldRule, problemOf } from "../../../shared/journal/events.ts";
import { payload, runHook } from "../../helpers/hookProcess.ts";
import { journalEvents } from "../../helpers/journal.ts";
import { IS_WINDOWS } from "../../helpers/machine.ts";
import { sandbox } from "../../helpers/sandbox.ts";

const DOCUMENT = fileURLToPath(new URL("../../../docs/journal.md", import.meta.url));
const TYPES = Object.entries(EVENT_RULES) as [string, Record<string, FieldRule>][];

/** The rows of the table below a type's heading: field, unit, when. */
function documented(type: string): string[][] {
  const text = fs.readFileSync(DOCUMENT, "utf8");
  const section = text.split(`### \`${type}\`\n`)[1]?.split("\n##")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) =>
    row
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, 4),
  );
}

function flatten(rules: Record<string, FieldRule>, before = ""): [string, FieldRule][] {
  return Object.entries(rules).flatMap(([name, rule]): [string, FieldRule][] => [
    [`${before}${name}`, rule],
    ...flatten(rule.fields ?? {}, `${before}${name}.`),
  ]);
}

describe("the documentation", () => {
  test.each(TYPES)("lists every field of %s with its unit and when it is present", (type, rules) => {
    const rows = documented(type);
    expect(rows.map(([field]) => field)).toEqual(flatten(rules).map(([name]) => `\`${name}\``));
    for (const [i, [name, rule]] of flatten(rules).entries()) {
      const [, unit = "", when = ""] = rows[i] ?? [];
      if (rule.kind === "ms") expect(unit, name).toContain("milliseconds");
      if (rule.kind === "fields") expect(unit, name).toContain("object");
      for (const word of rule.words ?? []) expect(unit, name).toContain(`\`${word}\``);
      expect(when, name).not.toBe("");
      if (rule.required) expect(when, name).toBe("always");
    }
  });
});

test("every event that the hooks write is valid", () => {
  const box = sandbox();
  const target = path.join(box.projectDir, "CLAUDE.md");
  const start = (session_id: string, env = {}, text: string | Buffer = "mine\n") => {
    fs.writeFileSync(target, text);
    runHook("sessionStart", payload("startup", box, { session_id }), box, env);
  };
  start("good");
  start("failed-open", { PACT_HOOKS_FLOCK: "none" });
  const record = { pid: process.pid, start: "another", hook: "", acquired_at: "2026-01-01T00:00:00Z" };
  const sidecar = path.join(box.projectDir, ".CLAUDE.md.lock");
  fs.writeFileSync(sidecar, JSON.stringify(record));
  fs.utimesSync(sidecar, 1, 1);
  start("reaped");
  start("refused", {}, Buffer.from([0xff]));
  runHook("sessionEnd", payload("sessionEnd", box), box);
  runHook("sessionStart", "{}", box);
  const events = journalEvents(box);
  const written = [
    "session_start",
    "session_end",
    "lock_fail_open",
    // No open sidecar can be unlinked on Windows.
    ...(IS_WINDOWS ? [] : ["lock_reaped"]),
    "write_refused",
    "bad_payload",
  ];
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(written));
  for (const { v: _v, type, ts: _ts, ...fields } of events) {
    expect(problemOf(type as string, fields), JSON.stringify(fields)).toBeUndefined();
  }
});

const holder = { pid: 1, source: "proc", alive: true };
const reaped = { target: "/x", reason: "expired", age_ms: -1, old_ino: 1, waited_ms: 0.5, pid: 1 };

test.each<[string, Record<string, unknown>]>([
  ["lock_reaped", reaped],
  ["lock_reaped", { ...reaped, holder: { ...holder, command: "node", held_ms: 1.5 } }],
  ["lock_reaped", { ...reaped, old_ino: 0 }],
  ["session_start", { session_id: "s", project_dir: "/p" }],
  ["mytool.deployed", { anything: [{ goes: null }] }],
  ["my-tool.v2.deployed", {}],
  ["phase_transition", { phase: 7 }],
  ["Lock.x", {}],
  [`a.${"b".repeat(62)}`, {}],
  ["toString", { a: 1 }],
])("an event of type %s is valid with the fields %j", (type, fields) => {
  expect(problemOf(type, fields)).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "lock_reaped",
    { ...reaped, reason: "dead" },
    'lock_reaped reason must be one of abandoned, expired, unreadable, not "dead"',
  ],
  ["lock_reaped", { ...reaped, age_ms: "1" }, 'lock_reaped age_ms must be a number of milliseconds, not "1"'],
  [
    "lock_reaped",
    { ...reaped, waited_ms: undefined },
    "lock_reaped needs 'waited_ms' (a number of milliseconds)",
  ],
  [
    "lock_reaped",
    { ...reaped, holder: { pid: 1, source: "proc" } },
    "lock_reaped needs 'holder.alive' (true or false)",
  ],
  ["lock_reaped", { ...reaped, pid: -1 }, "lock_reaped pid must be a whole number, not -1"],
  ["lock_reaped", { ...reaped, holder: null }, "lock_reaped holder must be an object, not null"],
  [
    "update_overwritten",
    { target: "/x", pid: 1, colour: "red" },
    "update_overwritten has no field 'colour'; its fields are target, hook, pid, holder",
  ],
  ["lock_reaped", { ...reaped, pid: 1.5 }, "lock_reaped pid must be a whole number, not 1.5"],
  ["lock_reaped", { ...reaped, target: "" }, 'lock_reaped target must be non-empty text, not ""'],
  ["lock_reaped", { ...reaped, holder: "node" }, 'lock_reaped holder must be an object, not "node"'],
  ["lock_reaped", { ...reaped, holder: [] }, "lock_reaped holder must be an object, not []"],
  [
    "lock_reaped",
    { ...reaped, holder: { ...holder, pid: undefined } },
    "lock_reaped needs 'holder.pid' (a whole number)",
  ],
  [
    "lock_reaped",
    { ...reaped, holder: { ...holder, alive: 1 } },
    "lock_reaped holder.alive must be true or false, not 1",
  ],
  ["session_start", { project_dir: "/p" }, "session_start needs 'session_id' (non-empty text)"],
  ["mytool.x", { type: "y" }, "the journal sets 'type' itself; leave it out"],
])("%s is not valid with %j", (type, fields, problem) => {
  expect(problemOf(type, fields)).toBe(problem);
});

test.each(["", ".x", "x.", "a b", "a b.c", "a.b\nc", "-x", "1x", `a.${"b".repeat(63)}`, "__proto__"])(
  "%j is not an event type",
  (type) => {
    expect(problemOf(type, {})).toContain(`'${type}' is no event type`);
  },
);
