/**
 * The session journal: one JSON object per line, appended to
 * `{config}/pact-sessions/{slug}/{session_id}/session-journal.jsonl`. The journal takes no lock, so that reporting a lock
 * failure cannot fail on a lock: every event is one write to an O_APPEND descriptor. If that write fails, the event is
 * printed to standard error, as the same JSON.
 */
import fs from "node:fs";
import { messageOf, obstacle, quietly, systemError } from "../system/errors.ts";
import { kindOf, openPrivate } from "../system/files.ts";
import { sleepMs, timestamp } from "../system/time.ts";
import { printable } from "../text/characters.ts";
import type { EventType, FieldsOf } from "./events.ts";
import { LineSplitter } from "./lineSplitter.ts";
import { type JournalAddress, journalPath } from "./sessionFolder.ts";

/** Version 1 of the format; other readers rely on `v`, `type` and `ts`. */
export interface JournalEvent {
  v: 1;
  type: string;
  /** UTC, ISO 8601 with milliseconds and `Z`. */
  ts: string;
  [field: string]: unknown;
}

const { O_RDWR, O_APPEND, O_NONBLOCK, O_RDONLY } = fs.constants;
const NEWLINE = 0x0a;
/** Characters. Longer strings in an event are truncated, so that a hostile payload cannot fill the disk. */
const MAX_STRING = 4096;

/**
 * Makes an event with the current time. Leaves out undefined fields.
 * @param type one of the journal's, whose fields the compiler checks, or one of your own with a dot in its name
 */
export function makeEvent<T extends EventType>(type: T, fields: FieldsOf<T>): JournalEvent;
export function makeEvent(type: `${string}.${string}`, fields?: Record<string, unknown>): JournalEvent;
export function makeEvent(type: string, fields: Record<string, unknown> = {}): JournalEvent {
  return { ...fields, v: 1, type, ts: timestamp() };
}

/** The hook that reports its own work, and the journal that gets the events. */
export interface Reporter {
  hook?: string | undefined;
  journal: JournalAddress;
}

/** The types of events that name the process that wrote them. */
type ReportType = { [T in EventType]: "pid" extends keyof FieldsOf<T> ? T : never }[EventType];

/** Appends an event about this process's own work. Never throws: see `appendEvent`. */
export function report<T extends ReportType>(
  type: T,
  fields: Omit<FieldsOf<T>, "hook" | "pid">,
  { hook, journal }: Reporter,
): void {
  appendEvent(makeEvent(type, { ...fields, hook, pid: process.pid } as FieldsOf<T>), journal);
}

let problem: string | undefined;

/** Why an event of this process is in no journal, and what to do, in words; undefined if all are. */
export function journalProblem(): string | undefined {
  return problem;
}

/**
 * Appends an event. Never throws: an event that we cannot write to the journal is printed to standard error.
 * @returns whether the event is in the journal
 */
export function appendEvent(event: JournalEvent, address: JournalAddress): boolean {
  let line = "";
  let file = "";
  try {
    line = toLine(event);
    file = journalPath(address);
    appendLine(file, line, event.type.startsWith("lock_"));
    return true;
  } catch (error) {
    problem ??= obstacle(error, file);
    writeToStderr(
      `pact-hooks: could not write to the journal (${messageOf(error)}). The event follows.\n${line || String(event.type)}`,
    );
    return false;
  }
}

function toLine({ v, type, ts, ...fields }: JournalEvent): string {
  const truncate = (_key: string, value: unknown) =>
    typeof value === "string" && value.length > MAX_STRING ? `${value.slice(0, MAX_STRING)}…` : value;
  return `${JSON.stringify({ v, type, ...fields, ts }, truncate)}\n`;
}

function appendLine(file: string, line: string, sync: boolean): void {
  const fd = openPrivate(file, O_RDWR | O_APPEND);
  try {
    // A torn last line, left by a crash or a full disk, must not swallow our line. A line that another session is still
    // writing is whole a moment later, so check twice.
    let torn = endsTorn(fd);
    if (torn) {
      sleepMs(1);
      torn = endsTorn(fd);
    }
    const bytes = Buffer.from(torn ? `\n${line}` : line);
    const written = fs.writeSync(fd, bytes);
    if (written !== bytes.length)
      throw systemError("ENOSPC", `only ${written} of ${bytes.length} bytes were written`);
    // The line is in the file even if fsync fails: printing it to standard error too would make two events of one.
    if (sync) quietly(() => fs.fsyncSync(fd));
  } finally {
    quietly(() => fs.closeSync(fd));
  }
}

function endsTorn(fd: number): boolean {
  const stat = fs.fstatSync(fd);
  if (!stat.isFile()) throw systemError("ENOTREG", `${kindOf(stat)} is in its place`);
  if (stat.size === 0) return false;
  const last = Buffer.alloc(1);
  fs.readSync(fd, last, 0, 1, stat.size - 1);
  return last[0] !== NEWLINE;
}

function writeToStderr(text: string): void {
  // Standard error may be closed, which leaves no reader to tell.
  quietly(() => fs.writeSync(2, text.split("\n").map(printable).join("\n")));
}

/**
 * Whether another program wrote an event of a type of ours: the PACT plugin journals the start and the end of a session in
 * the same file. Only ours have these fields.
 */
export function isForeignTwin(event: JournalEvent): boolean {
  if (event.type === "session_start") return !Object.hasOwn(event, "lock");
  return event.type === "session_end" && !Object.hasOwn(event, "project_dir");
}

/** Counts of a journal's lines that are not events. */
export interface LineTally {
  badLines: number;
  /** Whether one of them is a JSON object all the same, so that no crash has left it. */
  hasObject?: boolean;
}

/**
 * Yields a journal's events in the order of the file, which it reads piece by piece. Skips lines that are not events, and
 * counts them in `tally` if given.
 * @param mayStop checked before each piece: whether to read no further
 * @throws if the file cannot be opened or read, or is not a regular file
 */
export function* readEvents(file: string, tally?: LineTally, mayStop = () => false): Generator<JournalEvent> {
  const fd = fs.openSync(file, O_RDONLY | O_NONBLOCK);
  try {
    if (!fs.fstatSync(fd).isFile()) throw new Error(`${file} is not a regular file`);
    for (const line of readLines(fd, mayStop)) {
      const event = parseEvent(line);
      if (event) yield event;
      else if (tally && line.trim() !== "") {
        tally.badLines++;
        if (isJsonObject(line)) tally.hasObject = true;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** The last event of a journal, or the last of one type; null if the journal has none. @throws as `readEvents` */
export function readLastEvent(file: string, type?: string): JournalEvent | null {
  let last: JournalEvent | null = null;
  for (const event of readEvents(file)) {
    if (type === undefined || event.type === type) last = event;
  }
  return last;
}

function* readLines(fd: number, mayStop: () => boolean): Generator<string> {
  const lines = new LineSplitter();
  const chunk = Buffer.alloc(64 * 1024);
  for (let read = fs.readSync(fd, chunk); read > 0 && !mayStop(); read = fs.readSync(fd, chunk)) {
    yield* lines.push(chunk.subarray(0, read));
  }
  yield lines.end();
}

function isJsonObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

/** Parses one line of a journal. @returns null if the line is not an event */
export function parseEvent(line: string): JournalEvent | null {
  try {
    const value = JSON.parse(line);
    const isEvent = value?.v === 1 && typeof value.type === "string" && typeof value.ts === "string";
    return isEvent ? value : null;
  } catch {
    return null;
  }
}
