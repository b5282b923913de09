/** What one update knows, and what it tells the journal and the person. */
import type { FieldsOf } from "../journal/events.ts";
import { report } from "../journal/sessionJournal.ts";
import {
  type Lease,
  LOCK_TIMEOUT_SECONDS,
  type LockOptions,
  type LockRequest,
  NOT_NEEDED,
} from "../lock/lease.ts";
import { codeOf, messageOf, obstacle } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import type { FileContent } from "../system/snapshot.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { monotonicMs } from "../system/time.ts";
import { keepBackup } from "./backup.ts";
import type { Change } from "./change.ts";
import type { Displaced } from "./publish.ts";

export interface UpdateOptions extends LockOptions {
  /** Where to keep the file as it was, unless that path exists already. */
  backup?: string | undefined;
  /** When to give up, on the monotonic clock, for a caller with the default patience for the lock. Default: in `BUDGET_MS`. */
  deadlineMs?: number | undefined;
}

/** The time for an update, or for all files of a session start together: with the lock, all rounds and merges. */
export const BUDGET_MS = 10_000;

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

export function newUpdate(
  target: TargetPath,
  request: LockRequest,
  change: Change,
  { backup, deadlineMs = monotonicMs() + BUDGET_MS }: UpdateOptions,
): Update {
  const morePatience = Math.max(request.timeoutMs - LOCK_TIMEOUT_SECONDS * 1000, 0);
  return {
    ...{ target, request, backup, deadlineMs: deadlineMs + morePatience, change },
    ...{ lock: NOT_NEEDED, waitedMs: 0, rounds: 0, displaced: [], publishedAtMs: 0 },
    ...{ before: null, hasKept: false, inTheWay: null, sharing: undefined, isInPlace: false, messages: [] },
  };
}

/**
 * Keeps the file as it was before our first publish, unless the session has kept one. A failed backup does not stop the
 * update.
 * @param previous the displaced file; or the target, before it is written itself
 */
export function keepPrevious(update: Update, previous: Pick<Displaced, "bytes" | "file">): void {
  const { backup, target, request } = update;
  if (!backup || update.hasKept) return;
  update.hasKept = true;
  try {
    if (!keepBackup(previous.file, previous.bytes, backup)) return;
    if (previous.file !== undefined && !isThere(previous.file)) previous.file = backup;
    // The session's project, whose journal a linked work tree may file under another name.
    const project = request.anchor ?? request.journal.projectDir;
    report("backup_kept", { target: target.path, backup, project_dir: project }, request);
  } catch (error) {
    const fields = { target: target.path, backup, code: codeOf(error), message: messageOf(error) };
    report("backup_failed", fields, request);
    update.messages.push(`Could not keep a backup of ${target.path} ${obstacle(error, backup)}.`);
  }
}

export function reportOutsideEdit(
  { target, request }: Update,
  resolution: FieldsOf<"outside_edit">["resolution"],
  saved?: string,
): void {
  report("outside_edit", { target: target.path, resolution, saved }, request);
}

/** Journals another program's version that could not be merged. */
export function tellSaved(update: Update, saved: string): void {
  reportOutsideEdit(update, "saved", saved);
  update.messages.push(savedMessage(update.target, saved));
}

export function savedMessage(target: TargetPath, saved: string): string {
  return `Another program changed ${target.path} at the moment of an update. Its version is in ${saved}; merge the two by hand.`;
}
