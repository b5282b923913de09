/**
 * Defines the events of the session journal in one table. Their types, and the checks of the events that scripts write,
 * come from it. docs/journal.md says when we write each event. Readers also meet types of older versions and other tools.
 */

/** The values that a field may hold. An `ms` number may have a fraction; a `count`, which may be an inode, may not. */
export interface FieldRule {
  kind: "text" | "count" | "ms" | "boolean" | "fields";
  required: boolean;
  /** The only texts that are allowed. */
  words?: readonly string[];
  fields?: Record<string, FieldRule>;
}

type ValueOf<R extends FieldRule> = R extends { fields: infer F extends Record<string, FieldRule> }
  ? ObjectOf<F>
  : R extends { words: readonly (infer W)[] }
    ? W
    : { text: string; count: number; ms: number; boolean: boolean; fields: object }[R["kind"]];

type ObjectOf<F extends Record<string, FieldRule>> = {
  [K in keyof F as F[K]["required"] extends true ? K : never]: ValueOf<F[K]>;
} & { [K in keyof F as F[K]["required"] extends true ? never : K]?: ValueOf<F[K]> | undefined };

const text = { kind: "text", required: true } as const;
const count = { kind: "count", required: true } as const;
const ms = { kind: "ms", required: true } as const;
const flag = { kind: "boolean", required: true } as const;
const words = <const W extends readonly string[]>(...list: W) => ({ ...text, words: list });
const maybe = <const R extends FieldRule>(rule: R) =>
  ({ ...rule, required: false }) as Omit<R, "required"> & { required: false };
const group = <const F extends Record<string, FieldRule>>(fields: F) =>
  ({ kind: "fields", required: false, fields }) as const;

/** The writer of an event, in every event that a process writes about its own work. */
const writer = { hook: maybe(text), pid: count };
/** The reason that a step failed, with the system's code and number if a system call failed. */
const failure = { reason: text, code: maybe(text), errno: maybe(count), message: text };
const hookTrouble = { hook: text, message: text, pid: count };
const holder = group({
  pid: count,
  /** The command's name only: its arguments may hold secrets. */
  command: maybe(text),
  /** How long the process has held the lock; only a record says so. */
  held_ms: maybe(ms),
  source: words("record", "proc"),
  alive: flag,
});

/** The fields of each type of event, except `v`, `type` and `ts`. */
export const EVENT_RULES = {
  session_start: {
    session_id: text,
    project_dir: text,
    source: maybe(text),
    claude_md: group({
      path: text,
      target: maybe(text),
      outcome: text,
      rounds: count,
      in_place: maybe(flag),
      message: maybe(text),
      /** For the session's end: is it still there? */
      added: maybe(text),
    }),
    lock: group({
      outcome: words("locked", "fail_open", "not_needed"),
      waited_ms: ms,
      backend: text,
      reason: maybe(text),
    }),
  },
  session_end: {
    session_id: text,
    project_dir: text,
    reason: maybe(text),
    /** Counts of the session's locks; `partial` if the hook had no time to read the whole journal. */
    locks: group({ locked: count, fail_open: count, reaped: count, partial: maybe(flag) }),
  },
  lock_fail_open: {
    target: text,
    lock_path: maybe(text),
    ...failure,
    waited_ms: ms,
    timeout_ms: ms,
    attempts: count,
    ...writer,
    holder,
  },
  lock_reaped: {
    target: text,
    lock_path: maybe(text),
    reason: words("abandoned", "expired", "unreadable"),
    age_ms: ms,
    old_ino: count,
    new_ino: maybe(count),
    waited_ms: ms,
    ...writer,
    holder,
  },
  outside_edit: {
    target: text,
    resolution: words("reread", "merged", "conflict", "saved", "open", "lost"),
    saved: maybe(text),
    ...writer,
  },
  update_overwritten: { target: text, ...writer, holder },
  write_abandoned: { target: text, ...failure, rounds: count, ...writer },
  write_refused: { target: text, ...failure, rounds: count, ...writer },
  backup_kept: { target: text, backup: text, project_dir: maybe(text), ...writer },
  backup_failed: { target: text, backup: text, code: maybe(text), message: text, ...writer },
  bad_payload: hookTrouble,
  hook_failed: hookTrouble,
} as const satisfies Record<string, Record<string, FieldRule>>;

export type EventType = keyof typeof EVENT_RULES;
/** The fields of one type of event. */
export type FieldsOf<T extends EventType> = ObjectOf<(typeof EVENT_RULES)[T]>;
/** A process that holds or held a lock. */
export type LockHolder = ValueOf<typeof holder>;

/** The rules of a type's fields, or undefined for a type that is not ours. */
export function rulesOf(type: string): Record<string, FieldRule> | undefined {
  return Object.hasOwn(EVENT_RULES, type) ? EVENT_RULES[type as EventType] : undefined;
}

/** Another tool's type, which best names its owner before a dot: a typo in one of our types then cannot pass for one. */
const FOREIGN_TYPE = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const MAX_TYPE = 64;

/**
 * Checks an event that a script wants to write. If the type is not ours, checks only its name.
 * @returns the problem, for a message; undefined if the event is valid
 */
export function problemOf(type: string, fields: Record<string, unknown>): string | undefined {
  const taken = ["v", "type", "ts"].find((name) => Object.hasOwn(fields, name));
  if (taken) return `the journal sets '${taken}' itself; leave it out`;
  const rules = rulesOf(type);
  if (rules) return problemOfFields(type, "", fields, rules);
  if (FOREIGN_TYPE.test(type) && type.length <= MAX_TYPE) return undefined;
  return `'${type}' is no event type: letters, digits, '_', '-' and '.', at most ${MAX_TYPE}, such as mytool.deployed`;
}

/** @param path the path of the object that has the fields: empty, or with a dot at the end */
function problemOfFields(
  type: string,
  path: string,
  fields: Record<string, unknown>,
  rules: Record<string, FieldRule>,
): string | undefined {
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    return `${type} has no field '${path}${unknown}'; its fields are ${Object.keys(rules).join(", ")}`;
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = fields[name];
    if (value === undefined && rule.required) return `${type} needs '${path}${name}' (${wordsFor(rule)})`;
    const problem = value === undefined ? undefined : problemOfValue(type, path + name, value, rule);
    if (problem) return problem;
  }
  return undefined;
}

function problemOfValue(type: string, path: string, value: unknown, rule: FieldRule): string | undefined {
  if (rule.fields && typeof value === "object" && value !== null && !Array.isArray(value)) {
    return problemOfFields(type, `${path}.`, value as Record<string, unknown>, rule.fields);
  }
  if (isOfKind(value, rule)) return undefined;
  return `${type} ${path} must be ${wordsFor(rule)}, not ${JSON.stringify(value)}`;
}

function isOfKind(value: unknown, { kind, words }: FieldRule): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string" && (words?.includes(value) ?? value !== "");
    case "count":
      return Number.isInteger(value) && (value as number) >= 0;
    case "ms":
      return Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "fields":
      return false;
  }
}

function wordsFor({ kind, words }: FieldRule): string {
  if (words) return `one of ${words.join(", ")}`;
  const names = {
    text: "non-empty text",
    count: "a whole number",
    ms: "a number of milliseconds",
    boolean: "true or false",
    fields: "an object",
  };
  return names[kind];
}
