/**
 * The events of the session journal: one type for each, told apart by `type`, and the same as rules at run time.
 * docs/journal.md says when each is written. Readers meet other types too, from older versions and other tools.
 */
import type { LockHolder } from "../lock/holder.ts";

interface Common {
  v: 1;
  /** UTC, ISO 8601 with milliseconds and `Z`. */
  ts: string;
}

/** Who did it: in every event that a process writes about its own work on a file. */
interface Writer {
  hook?: string;
  pid: number;
}

/** Why a step failed, with the system's code and number where the system said no. */
interface Failure {
  reason: string;
  code?: string;
  errno?: number;
  message: string;
}

export interface SessionStart extends Common {
  type: "session_start";
  session_id: string;
  project_dir: string;
  source?: string;
  claude_md?: { path: string; target?: string; outcome: string; rounds: number; message?: string };
  lock?: {
    outcome: "locked" | "fail_open" | "not_needed";
    /** Milliseconds. */
    waited_ms: number;
    backend: string;
    reason?: string;
  };
}

export interface SessionEnd extends Common {
  type: "session_end";
  session_id: string;
  project_dir: string;
  reason?: string;
  /** How the session's locks went. */
  locks?: { locked: number; fail_open: number; reaped: number; partial?: boolean };
}

export interface LockFailOpen extends Common, Writer, Failure {
  type: "lock_fail_open";
  target: string;
  lock_path?: string;
  /** Milliseconds. */
  waited_ms: number;
  /** Milliseconds. */
  timeout_ms: number;
  attempts: number;
  holder?: LockHolder;
}

export interface LockReaped extends Common, Writer {
  type: "lock_reaped";
  target: string;
  lock_path?: string;
  reason: "abandoned" | "expired";
  /** Milliseconds. */
  age_ms: number;
  old_ino: number;
  new_ino?: number;
  /** Milliseconds. */
  waited_ms: number;
  holder?: LockHolder;
}

export interface OutsideEdit extends Common, Writer {
  type: "outside_edit";
  target: string;
  resolution: "reread" | "merged" | "conflict" | "saved" | "lost";
  saved?: string;
}

export interface WriteAbandoned extends Common, Writer, Failure {
  type: "write_abandoned";
  target: string;
  rounds: number;
}

export interface WriteRefused extends Common, Writer, Failure {
  type: "write_refused";
  target: string;
  rounds: number;
}

export interface BackupKept extends Common, Writer {
  type: "backup_kept";
  target: string;
  backup: string;
  project_dir?: string;
}

export interface BackupFailed extends Common, Writer {
  type: "backup_failed";
  target: string;
  backup: string;
  code?: string;
  message: string;
}

export interface BadPayload extends Common {
  type: "bad_payload";
  hook: string;
  message: string;
  pid: number;
}

export interface HookFailed extends Common {
  type: "hook_failed";
  hook: string;
  message: string;
  pid: number;
}

export type KnownEvent =
  | SessionStart
  | SessionEnd
  | LockFailOpen
  | LockReaped
  | OutsideEdit
  | WriteAbandoned
  | WriteRefused
  | BackupKept
  | BackupFailed
  | BadPayload
  | HookFailed;

/** What a field may hold: text, a word of a list, a count, an inode, milliseconds, a yes or no, or fields of its own. */
export interface FieldRule {
  kind: "text" | "count" | "ms" | "boolean" | "fields";
  required: boolean;
  words?: readonly string[];
  fields?: Record<string, FieldRule>;
}

const text = { kind: "text", required: true } as const;
const count = { kind: "count", required: true } as const;
const ms = { kind: "ms", required: true } as const;
const flag = { kind: "boolean", required: true } as const;
const words = (...list: string[]): FieldRule => ({ ...text, words: list });
const maybe = (rule: FieldRule): FieldRule => ({ ...rule, required: false });
const group = (fields: Record<string, FieldRule>): FieldRule => ({ kind: "fields", required: false, fields });

const writer = { hook: maybe(text), pid: count };
const failure = { reason: text, code: maybe(text), errno: maybe(count), message: text };
const hookTrouble = { hook: text, message: text, pid: count };
const holder = group({
  pid: count,
  command: maybe(text),
  held_ms: maybe(ms),
  source: words("record", "proc"),
  alive: flag,
} satisfies Record<keyof LockHolder, FieldRule>);

/** Every field of one type of event but `v`, `type` and `ts`: the compiler sees to it that none is forgotten. */
type RulesOf<E> = E extends KnownEvent ? Record<Exclude<keyof E, keyof Common | "type">, FieldRule> : never;

export const EVENT_RULES: {
  [T in KnownEvent["type"]]: RulesOf<Extract<KnownEvent, { type: T }>>;
} = {
  session_start: {
    session_id: text,
    project_dir: text,
    source: maybe(text),
    claude_md: group({ path: text, target: maybe(text), outcome: text, rounds: count, message: maybe(text) }),
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
    reason: words("abandoned", "expired"),
    age_ms: ms,
    old_ino: count,
    new_ino: maybe(count),
    waited_ms: ms,
    ...writer,
    holder,
  },
  outside_edit: {
    target: text,
    resolution: words("reread", "merged", "conflict", "saved", "lost"),
    saved: maybe(text),
    ...writer,
  },
  write_abandoned: { target: text, ...failure, rounds: count, ...writer },
  write_refused: { target: text, ...failure, rounds: count, ...writer },
  backup_kept: { target: text, backup: text, project_dir: maybe(text), ...writer },
  backup_failed: { target: text, backup: text, code: maybe(text), message: text, ...writer },
  bad_payload: hookTrouble,
  hook_failed: hookTrouble,
};

/** The rules of a type's fields, or undefined for a type that is not ours. */
export function rulesOf(type: string): Record<string, FieldRule> | undefined {
  return Object.hasOwn(EVENT_RULES, type) ? EVENT_RULES[type as KnownEvent["type"]] : undefined;
}

/** A type of somebody else's names its owner before a dot, so that a slip in one of ours cannot pass for one. */
const FOREIGN_TYPE = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$/;
const MAX_TYPE = 64;

/**
 * What is wrong with an event that somebody wants to write, in words; undefined if nothing is.
 * Of a type that is not ours only the name is checked.
 */
export function problemOf(type: string, fields: Record<string, unknown>): string | undefined {
  const taken = ["v", "type", "ts"].find((name) => Object.hasOwn(fields, name));
  if (taken) return `'${taken}' is set by the journal`;
  const rules = rulesOf(type);
  if (rules) return problemOfFields(type, "", fields, rules);
  if (FOREIGN_TYPE.test(type) && type.length <= MAX_TYPE) return undefined;
  return `there is no event type '${type}': it is one of ${Object.keys(EVENT_RULES).join(", ")}, or one of your own with a dot in its name, such as mytool.deployed`;
}

/** @param path of the object that has the fields: empty, or with a dot at its end */
function problemOfFields(
  type: string,
  path: string,
  fields: Record<string, unknown>,
  rules: Record<string, FieldRule>,
): string | undefined {
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    return `${type} has no field '${path}${unknown}'; there are ${Object.keys(rules).join(", ")}`;
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
    text: "a text that is not empty",
    count: "a whole number",
    ms: "a number of milliseconds",
    boolean: "true or false",
    fields: "an object",
  };
  return names[kind];
}
