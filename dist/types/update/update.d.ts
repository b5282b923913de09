/** What one update knows, and what it tells the journal and the person. */
import type { FieldsOf } from "../journal/events.ts";
import { type Lease, type LockOptions, type LockRequest } from "../lock/lease.ts";
import type { FileContent } from "../system/snapshot.ts";
import type { TargetPath } from "../system/targetPath.ts";
import type { Change } from "./change.ts";
import type { Displaced } from "./publish.ts";
export interface UpdateOptions extends LockOptions {
    /** Where to keep the file as it was, unless that path exists already. */
    backup?: string | undefined;
    /** When to give up, on the monotonic clock, for a caller with the default patience for the lock. Default: in `BUDGET_MS`. */
    deadlineMs?: number | undefined;
}
/** The time for an update, or for all files of a session start together: with the lock, all rounds and merges. */
export declare const BUDGET_MS = 10000;
export interface Update {
    target: TargetPath;
    request: LockRequest;
    backup: string | undefined;
    deadlineMs: number;
    change: Change;
    /** The lease of the update itself, not of a later merge. */
    lock: Lease;
    /** Total time spent waiting for the lock; every merge acquires it again. */
    waitedMs: number;
    rounds: number;
    /** The files that our publishes displaced, still open, with the bytes that we last read from them. */
    displaced: Displaced[];
    /** The bytes of our first publish. */
    published?: Buffer;
    /** The time of our last publish, on the monotonic clock. */
    publishedAtMs: number;
    /** The target as we first read it. */
    before: FileContent | null;
    /** It has kept the file as it was, or has tried to. */
    hasKept: boolean;
    /** A claim that this user may not remove. */
    inTheWay: string | null;
    /** Why another program's open file ended the last round: Windows only. */
    sharing: string | undefined;
    isInPlace: boolean;
    /** What a person should know. */
    messages: string[];
}
export declare function newUpdate(target: TargetPath, request: LockRequest, change: Change, { backup, deadlineMs }: UpdateOptions): Update;
/**
 * Keeps the file as it was before our first publish, unless the session has kept one. A failed backup does not stop the
 * update.
 * @param previous the displaced file; or the target, before it is written itself
 */
export declare function keepPrevious(update: Update, previous: Pick<Displaced, "bytes" | "file">): void;
export declare function reportOutsideEdit({ target, request }: Update, resolution: FieldsOf<"outside_edit">["resolution"], saved?: string): void;
/** Journals another program's version that could not be merged. */
export declare function tellSaved(update: Update, saved: string): void;
export declare function savedMessage(target: TargetPath, saved: string): string;
