import type { EventType, FieldsOf } from "./events.ts";
import { type JournalAddress } from "./sessionFolder.ts";
/** Version 1 of the format; other readers rely on `v`, `type` and `ts`. */
export interface JournalEvent {
    v: 1;
    type: string;
    /** UTC, ISO 8601 with milliseconds and `Z`. */
    ts: string;
    [field: string]: unknown;
}
/**
 * Makes an event with the current time. Leaves out undefined fields.
 * @param type one of the journal's, whose fields the compiler checks, or one of your own with a dot in its name
 */
export declare function makeEvent<T extends EventType>(type: T, fields: FieldsOf<T>): JournalEvent;
export declare function makeEvent(type: `${string}.${string}`, fields?: Record<string, unknown>): JournalEvent;
/** The hook that reports its own work, and the journal that gets the events. */
export interface Reporter {
    hook?: string | undefined;
    journal: JournalAddress;
}
/** The types of events that name the process that wrote them. */
type ReportType = {
    [T in EventType]: "pid" extends keyof FieldsOf<T> ? T : never;
}[EventType];
/** Appends an event about this process's own work. Never throws: see `appendEvent`. */
export declare function report<T extends ReportType>(type: T, fields: Omit<FieldsOf<T>, "hook" | "pid">, { hook, journal }: Reporter): void;
/** Why an event of this process is in no journal, and what to do, in words; undefined if all are. */
export declare function journalProblem(): string | undefined;
/**
 * Appends an event. Never throws: an event that we cannot write to the journal is printed to standard error.
 * @returns whether the event is in the journal
 */
export declare function appendEvent(event: JournalEvent, address: JournalAddress): boolean;
/**
 * Whether another program wrote an event of a type of ours: the PACT plugin journals the start and the end of a session in
 * the same file. Only ours have these fields.
 */
export declare function isForeignTwin(event: JournalEvent): boolean;
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
export declare function readEvents(file: string, tally?: LineTally, mayStop?: () => boolean): Generator<JournalEvent>;
/** The last event of a journal, or the last of one type; null if the journal has none. @throws as `readEvents` */
export declare function readLastEvent(file: string, type?: string): JournalEvent | null;
/** Parses one line of a journal. @returns null if the line is not an event */
export declare function parseEvent(line: string): JournalEvent | null;
export {};
