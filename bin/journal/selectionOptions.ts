/** The options that select events, the same for every command that reads journals. */
import path from "node:path";
import { EVENT_RULES } from "../../shared/journal/events.ts";
import { isSessionId } from "../../shared/journal/sessionFolder.ts";
import { quietly } from "../../shared/system/errors.ts";
import { isThere } from "../../shared/system/files.ts";
import { UsageError } from "../cli/command.ts";
import { note } from "../cli/output.ts";
import { didYouMean } from "../cli/suggest.ts";
import { type Moment, parseMoment } from "./moment.ts";
import type { Filter, Selection } from "./selection.ts";

export const SELECTION_OPTIONS = {
  since: { type: "string" },
  until: { type: "string" },
  project: { type: "string" },
  session: { type: "string" },
} as const;

export interface SelectionValues {
  since?: string | undefined;
  until?: string | undefined;
  project?: string | undefined;
  session?: string | undefined;
}

const DAY_MS = 86_400_000;

/** @throws {UsageError} for a value that cannot be parsed */
export function selectionOf(values: SelectionValues): Selection {
  const since = values.since === undefined ? undefined : momentOf("--since", values.since);
  const until = values.until === undefined ? undefined : momentOf("--until", values.until);
  // `--until` a day includes that day.
  const untilMs = until && (until.isDay ? until.ms + DAY_MS : until.ms);
  if (since && untilMs !== undefined && since.ms >= untilMs)
    throw new UsageError(`--since ${values.since} is not before --until ${values.until}`);
  return {
    sinceMs: since?.ms,
    untilMs,
    projectDir: projectOf(values.project),
    sessionId: sessionOf(values.session),
  };
}

/** The ID in `--session`. @throws {UsageError} if it is not one */
export function sessionOf(session: string | undefined): string | undefined {
  if (session === undefined || isSessionId(session)) return session;
  throw new UsageError(`'${session}' is not a session id`);
}

/** The absolute path of the folder in `--project`, which need not exist any more. @throws {UsageError} if it is empty */
export function projectOf(project: string | undefined): string | undefined {
  if (project === "") throw new UsageError("--project needs a folder");
  return project === undefined ? undefined : path.resolve(project);
}

function momentOf(option: string, text: string): Moment {
  const moment = parseMoment(text, Date.now());
  if (moment) return moment;
  throw new UsageError(
    `${option} must be an age, such as 7d or 12h, or a date, such as 2026-01-31 or 2026-01-31T12:00Z, not '${text}'`,
  );
}

/** Tells which project, session and types of a selection no journal has, once all journals were read. */
export function noteUnmatched(filter: Filter, { projectDir = "", sessionId }: Selection): void {
  const { project, session, types } = filter.unmatched();
  let gone = "";
  quietly(() => {
    if (!isThere(projectDir)) gone = ", and there is no such folder";
  });
  if (project) note(`no journal has an event of the project ${projectDir}${gone}`);
  if (session) note(`no journal has an event of the session ${sessionId}`);
  noteUnknownTypes(types);
}

/** Tells which types of events are not ours. Other programs write their own. */
export function noteUnknownTypes(types: readonly string[] = []): void {
  const known = Object.keys(EVENT_RULES);
  for (const type of types) {
    if (!known.includes(type))
      note(`no event of pact-hooks has the type '${type}'${didYouMean(type, known)}`);
  }
}

/** A selection in words. */
export function describeSelection({ sinceMs, untilMs, projectDir, sessionId }: Selection): string {
  const parts: string[] = [];
  if (sinceMs !== undefined) parts.push(`since ${minuteOf(sinceMs)}`);
  if (untilMs !== undefined) parts.push(`before ${minuteOf(untilMs)}`);
  if (projectDir !== undefined) parts.push(`in ${projectDir}`);
  if (sessionId !== undefined) parts.push(`of session ${sessionId}`);
  return parts.join(", ");
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
