/** `pact-hooks journal write`: appends an event, of our types or of your own. */
import { EVENT_RULES, type FieldRule, problemOf, rulesOf } from "../../shared/journal/events.ts";
import { appendEvent, makeEvent } from "../../shared/journal/sessionJournal.ts";
import { runnerOf, UsageError } from "../cli/command.ts";
import { readInput } from "../cli/input.ts";
import { note } from "../cli/output.ts";
import { didYouMean } from "../cli/suggest.ts";
import { projectOf, sessionOf } from "./selectionOptions.ts";

const USAGE = `Usage: pact-hooks journal write TYPE [FIELD=VALUE…] [OPTIONS]

Appends an event to a session's journal. Without FIELD=VALUE, the fields are read as a JSON object from standard input,
if there is any. TYPE is a type in docs/journal.md, whose fields are checked, or any other: the journal is for all. A type
of your own has a dot in its name; without one, a warning says that it is unknown, because it may be a slip.
FIELD:=JSON sets a value that is not text. Values of the types in docs/journal.md are converted as needed.

Options:
  --session ID    the journal's session; without it, the event is unattributed
  --project DIR   the session's project (default: the current folder)
  -h, --help      show this help

Examples:
  pact-hooks journal write mytool.deployed version=1.2 took:=31 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal write write_abandoned target=$PWD/CLAUDE.md reason=no_space message="disk full" rounds=0 pid=$$
  echo '{"version": "1.2"}' | pact-hooks journal write mytool.deployed
`;

/** Exits 1 if the journal cannot be written. */
export const run = runnerOf({
  usage: USAGE,
  options: { session: { type: "string" }, project: { type: "string" } },
  takes: "words",
  run({ session, project }, [type, ...pairs]) {
    if (type === undefined) throw new UsageError("journal write needs a TYPE");
    const sessionId = sessionOf(session);
    const projectDir = projectOf(project) ?? process.cwd();
    const rules = rulesOf(type) ?? {};
    const given = pairs.length > 0 ? fieldsFromPairs(pairs, rules) : fieldsFromStdin();
    const fields = { ...sessionFields(rules, sessionId, projectDir), ...given };
    const problem = problemOf(type, fields);
    if (problem) throw new UsageError(problem + suggestionFor(fields, rules));
    if (!rulesOf(type) && !type.includes(".")) {
      const meant = didYouMean(type, Object.keys(EVENT_RULES));
      note(`unknown event type '${type}': written, with fields that are not checked${meant}`);
    }
    // `problemOf` has checked the fields.
    return appendEvent(makeEvent(type as "a.type", fields), { sessionId, projectDir }) ? 0 : 1;
  },
});

/** What a mistyped field of one of our types may have meant. */
function suggestionFor(fields: Record<string, unknown>, rules: Record<string, FieldRule>): string {
  const known = Object.keys(rules);
  const field = Object.keys(fields).find((name) => !known.includes(name));
  return field === undefined ? "" : didYouMean(field, known);
}

/** The fields that the options already give. */
function sessionFields(
  rules: Record<string, FieldRule>,
  sessionId: string | undefined,
  projectDir: string,
): Record<string, unknown> {
  return {
    ...(rules.session_id && sessionId !== undefined ? { session_id: sessionId } : {}),
    ...(rules.project_dir ? { project_dir: projectDir } : {}),
  };
}

function fieldsFromPairs(pairs: string[], rules: Record<string, FieldRule>): Record<string, unknown> {
  const fields: [string, unknown][] = pairs.map((pair) => {
    const [, name = "", json, value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)(:?)=(.*)$/s.exec(pair) ?? [];
    if (name === "") throw new UsageError(`'${pair}' is not FIELD=VALUE`);
    return [name, json ? parseJson(value, `the value of ${name}`) : convert(value, rules[name])];
  });
  const names = fields.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`'${twice}' is given twice`);
  return Object.fromEntries(fields);
}

/** A text as the kind of value that the rule asks for, or unchanged if it is not one: the check then reports it. */
function convert(value: string, rule: FieldRule | undefined): unknown {
  switch (rule?.kind) {
    case "count":
    case "ms":
      return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "fields":
      return value.startsWith("{") ? parseJson(value, "the value") : value;
    default:
      return value;
  }
}

function fieldsFromStdin(): Record<string, unknown> {
  const text = process.stdin.isTTY ? "" : readInput("the event").toString("utf8");
  if (text.trim() === "") return {};
  const value = parseJson(text, "standard input");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError("standard input is not a JSON object");
  }
  return value as Record<string, unknown>;
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${what} is not JSON`);
  }
}
