/** What a holder writes into the sidecar while it holds the lock. */
export interface HolderRecord {
    pid: number;
    /** Tells this process from a later one with the same pid: see `startToken`. */
    start: string;
    hook: string;
    session_id?: string;
    acquired_at: string;
}
/** A holder as the journal shows it. Only the name of its command: arguments may hold secrets. */
export interface LockHolder {
    pid: number;
    command?: string;
    /** How long it has held the lock, in milliseconds; known only from a record. */
    held_ms?: number;
    source: "record" | "proc";
    alive: boolean;
}
/** Writes the record of this process, which also refreshes the mtime. @throws the system's error */
export declare function writeRecord(fd: number, hook: string, sessionId: string | undefined): void;
/** The record in a sidecar; null if there is none, or it is not one. */
export declare function readRecord(fd: number): HolderRecord | null;
/** The holder that a record names, whether or not it still runs. */
export declare function holderOfRecord(record: HolderRecord): LockHolder;
/**
 * Who holds the flock of a sidecar, or undefined if that cannot be known within `budgetMs` milliseconds.
 * The record is believed if its process still runs; else Linux is asked.
 */
export declare function findHolder(sidecar: string, budgetMs: number): LockHolder | undefined;
