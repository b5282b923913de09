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
 * An event of this moment. Fields that are undefined are left out.
 * @param type one of the journal's, whose fields are checked by the compiler, or one of your own with a dot in its name
 */
export declare function makeEvent<T extends EventType>(type: T, fields: FieldsOf<T>): JournalEvent;
export declare function makeEvent(type: `${string}.${string}`, fields?: Record<string, unknown>): JournalEvent;
/** Who writes an event about its own work, and into whose journal. */
export interface Reporter {
    hook?: string | undefined;
    journal: JournalAddress;
}
/** The events that say which process wrote them. */
type ReportType = {
    [T in EventType]: "pid" extends keyof FieldsOf<T> ? T : never;
}[EventType];
/** Appends an event about this process's own work. Never throws: see `appendEvent`. */
export declare function report<T extends ReportType>(type: T, fields: Omit<FieldsOf<T>, "hook" | "pid">, { hook, journal }: Reporter): void;
/**
 * Appends an event. Never throws: what cannot be written to the journal goes to standard error.
 * @returns whether the journal has it
 */
export declare function appendEvent(event: JournalEvent, address: JournalAddress): boolean;
/**
 * The events of a journal, in the order of the file, read piece by piece. Lines that are not events are skipped;
 * `tally.badLines`, if given, counts them. @throws if the file cannot be opened or read
 */
export declare function readEvents(file: string, tally?: {
    badLines: number;
}): Generator<JournalEvent>;
/** The last event of a journal, or the last of one type; null if there is none. @throws as `readEvents` */
export declare function readLastEvent(file: string, type?: string): JournalEvent | null;
/** The event of a line, or null if it is none. */
export declare function parseEvent(line: string): JournalEvent | null;
export {};
