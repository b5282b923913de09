/** Finds the journals of all sessions, without following links. */
import fs from "node:fs";
import path from "node:path";
import { JOURNAL_NAME, UNATTRIBUTED_NAME } from "../../shared/journal/sessionFolder.ts";
import { ifPresent, messageOf } from "../../shared/system/errors.ts";

export interface FoundJournal {
  path: string;
  /** The session whose folder it is in; absent for unattributed events. */
  sessionId?: string;
  /** The folder above the session's: the name of its project. */
  slug?: string;
}

export interface Trouble {
  path: string;
  message: string;
}

/** More levels of folders than any layout of journals has. */
const MAX_DEPTH = 8;

/**
 * All journals below the folder of journals, folder by folder, in the order of their names. Links are not followed.
 * @param trouble gets each journal that is not a regular file, and each folder that cannot be read
 */
export function* findJournals(root: string, trouble: (found: Trouble) => void): Generator<FoundJournal> {
  yield* findIn(root, 0, trouble);
}

function* findIn(dir: string, depth: number, trouble: (found: Trouble) => void): Generator<FoundJournal> {
  for (const entry of entriesOf(dir, trouble)) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH) yield* findIn(file, depth + 1, trouble);
    if (!isJournalName(entry.name, depth)) continue;
    if (entry.isFile()) yield journalAt(file, depth);
    else trouble({ path: file, message: "not a regular file" });
  }
}

function entriesOf(dir: string, trouble: (found: Trouble) => void): fs.Dirent[] {
  try {
    const entries = ifPresent(() => fs.readdirSync(dir, { withFileTypes: true })) ?? [];
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    trouble({ path: dir, message: messageOf(error) });
    return [];
  }
}

function isJournalName(name: string, depth: number): boolean {
  return depth === 0 ? name === UNATTRIBUTED_NAME : name === JOURNAL_NAME;
}

function journalAt(file: string, depth: number): FoundJournal {
  if (depth === 0) return { path: file };
  const session = path.dirname(file);
  return { path: file, sessionId: path.basename(session), slug: path.basename(path.dirname(session)) };
}
