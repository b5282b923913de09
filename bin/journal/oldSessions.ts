/** Finds old sessions, and removes the files of one that are ours. */
import fs from "node:fs";
import path from "node:path";
import { forgetSession } from "../../shared/journal/previousSession.ts";
import { isSessionId, JOURNAL_NAME } from "../../shared/journal/sessionFolder.ts";
import { readEvents } from "../../shared/journal/sessionJournal.ts";
import { isCode, messageOf } from "../../shared/system/errors.ts";
import { isBackupName } from "../../shared/update/backup.ts";
import { type FoundJournal, findJournals, type Trouble } from "./findJournals.ts";
import { timeOf } from "./selection.ts";

export interface OldSession {
  sessionId: string;
  slug: string;
  dir: string;
  /** The time of the last event, in milliseconds since 1970. */
  lastMs: number;
  /** Our files in the folder. */
  files: string[];
  bytes: number;
  /** The journal when it was read: if a writer appends to it later, the session is kept. */
  seen: { size: number; mtimeMs: number };
}

/** Whether this package puts such a file into a session's folder: its journal, and the backups for `restore`. */
const isOurs = (name: string) => name === JOURNAL_NAME || isBackupName(name);

/** The sessions whose last event was before `beforeMs`, milliseconds since 1970. Links are not followed. */
export function* findOldSessions(
  root: string,
  beforeMs: number,
  trouble: (found: Trouble) => void,
): Generator<OldSession> {
  for (const journal of findJournals(root, trouble)) {
    try {
      const session = isInOurLayout(root, journal) ? sessionAt(journal) : undefined;
      if (session && session.lastMs < beforeMs) yield session;
    } catch (error) {
      trouble({ path: journal.path, message: messageOf(error) });
    }
  }
}

type SessionJournal = Required<FoundJournal>;

function isInOurLayout(root: string, { path: file, slug, sessionId }: FoundJournal): boolean {
  return (
    slug !== undefined && isSessionId(sessionId) && file === path.join(root, slug, sessionId, JOURNAL_NAME)
  );
}

function sessionAt(found: FoundJournal): OldSession {
  const { path: file, sessionId, slug } = found as SessionJournal;
  const dir = path.dirname(file);
  const { size, mtimeMs } = fs.lstatSync(file);
  const lastMs = lastTime(file, mtimeMs);
  const files = fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isOurs(entry.name))
    .map((entry) => path.join(dir, entry.name));
  // The journal last: without it, the next run would not find the other files.
  files.sort((a, b) => Number(a === file) - Number(b === file));
  const bytes = files.reduce((sum, name) => sum + fs.lstatSync(name).size, 0);
  return { sessionId, slug, dir, lastMs, files, bytes, seen: { size, mtimeMs } };
}

/** A line that cannot be parsed may be of any time: then the time of the file counts, too. */
function lastTime(file: string, mtimeMs: number): number {
  const tally = { badLines: 0 };
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const event of readEvents(file, tally)) {
    const atMs = timeOf(event);
    if (Number.isNaN(atMs)) tally.badLines++;
    else lastMs = Math.max(lastMs, atMs);
  }
  const isCertain = tally.badLines === 0 && Number.isFinite(lastMs);
  return isCertain ? lastMs : Math.max(lastMs, mtimeMs);
}

/**
 * Removes our files of a session and what points to it, then its folder and the project's if they are empty.
 * @returns false, with nothing removed, if the journal has changed since it was read
 * @throws the system's error
 */
export function removeSession({ dir, sessionId, files, seen }: OldSession): boolean {
  const now = fs.lstatSync(path.join(dir, JOURNAL_NAME));
  if (!now.isFile() || now.size !== seen.size || now.mtimeMs !== seen.mtimeMs) return false;
  for (const file of files) fs.unlinkSync(file);
  forgetSession(path.dirname(dir), sessionId);
  if (removeIfEmpty(dir)) removeIfEmpty(path.dirname(dir));
  return true;
}

function removeIfEmpty(dir: string): boolean {
  try {
    fs.rmdirSync(dir);
    return true;
  } catch (error) {
    if (isCode(error, "ENOTEMPTY", "EEXIST", "ENOENT")) return false;
    throw error;
  }
}
