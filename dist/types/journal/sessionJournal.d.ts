/** Version 1 of the format; other readers rely on `v`, `type` and `ts`. */
export interface JournalEvent {
    v: 1;
    type: string;
    /** UTC, ISO 8601 with milliseconds and `Z`. */
    ts: string;
    [field: string]: unknown;
}
/** Whose journal: without a usable session id, the one for unattributed events. */
export interface JournalAddress {
    sessionId?: string | undefined;
    projectDir?: string | undefined;
}
/** The journal's name in a session's folder. */
export declare const JOURNAL_NAME = "session-journal.jsonl";
/** Claude Code's configuration folder: `$CLAUDE_CONFIG_DIR`, else `~/.claude`. @throws if there is no home folder */
export declare function configDir(): string;
/** The folder of all journals. @throws if there is no home folder */
export declare function journalRoot(): string;
/** A session's own folder. @throws if the session id is not one, or there is no home folder */
export declare function sessionDir(projectDir: string, sessionId: string): string;
/** The journal's file for an address. @throws if there is no home folder */
export declare function journalPath({ sessionId, projectDir }: JournalAddress): string;
/** An event of this moment. Fields that are undefined are left out. */
export declare function makeEvent(type: string, fields?: Record<string, unknown>): JournalEvent;
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
