/** Finds old sessions, and removes the files of one that are ours. */
import fs from "node:fs";
import path from "node:path";
import { rulesOf } from "../../shared/journal/events.ts";
import { forgetSession } from "../../shared/journal/previousSession.ts";
import { isSessionId, JOURNAL_NAME } from "../../shared/journal/sessionFolder.ts";
import { isForeignTwin, type LineTally, readEvents } from "../../shared/journal/sessionJournal.ts";
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
  /** What another program has written into the folder, for which the session is kept; undefined if there is nothing. */
  foreign: string | undefined;
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
  const { lastMs, foreign } = readJournal(file, mtimeMs);
  const { ours: files, others } = filesIn(dir);
  // The journal last: without it, the next run would not find the other files.
  files.sort((a, b) => Number(a === file) - Number(b === file));
  const bytes = files.reduce((sum, name) => sum + fs.lstatSync(name).size, 0);
  return {
    sessionId,
    slug,
    dir,
    lastMs,
    files,
    bytes,
    seen: { size, mtimeMs },
    foreign: foreign ?? others[0],
  };
}

/** The paths of our files in a session's folder, and the names of all else there. */
function filesIn(dir: string): { ours: string[]; others: string[] } {
  const found = { ours: [] as string[], others: [] as string[] };
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    if (entry.isFile() && isOurs(entry.name)) found.ours.push(path.join(dir, entry.name));
    else found.others.push(entry.name);
  }
  return found;
}

/**
 * The time of the last event, and an event of another program. A line that cannot be parsed may be of any time: then the
 * time of the file counts, too.
 */
function readJournal(file: string, mtimeMs: number): { lastMs: number; foreign: string | undefined } {
  const tally: LineTally = { badLines: 0 };
  let lastMs = Number.NEGATIVE_INFINITY;
  let foreign: string | undefined;
  for (const event of readEvents(file, tally)) {
    const atMs = timeOf(event);
    if (Number.isNaN(atMs)) tally.badLines++;
    else lastMs = Math.max(lastMs, atMs);
    if (!rulesOf(event.type) || isForeignTwin(event)) foreign ??= event.type;
  }
  if (tally.hasObject) foreign ??= "lines that are not events";
  const isCertain = tally.badLines === 0 && Number.isFinite(lastMs);
  return { lastMs: isCertain ? lastMs : Math.max(lastMs, mtimeMs), foreign };
}

/**
 * Removes our files of a session and what points to it, then its folder and the project's if they are empty.
 * @returns false, with nothing removed, if a process has written into the folder since it was read
 * @throws the system's error
 */
export function removeSession({ dir, sessionId, files, seen }: OldSession): boolean {
  const now = fs.lstatSync(path.join(dir, JOURNAL_NAME));
  if (!now.isFile() || now.size !== seen.size || now.mtimeMs !== seen.mtimeMs) return false;
  if (filesIn(dir).others.length > 0) return false;
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
