/** Keeps the file that an update displaces, once per session, so that `pact-hooks restore` can bring it back. */
import fs from "node:fs";
import path from "node:path";
import { isCode, quietly } from "../system/errors.ts";
import { inFolder, isSameFile, isThere, makeFolders, writeWhole } from "../system/files.ts";
import type { Snapshot } from "../system/snapshot.ts";

/** The names of the backups in a session's folder: of the project's CLAUDE.md, and of the user's own. */
export const PROJECT_BACKUP = "CLAUDE.md.before";
export const USER_BACKUP = "user-CLAUDE.md.before";

/**
 * Keeps a snapshot's file under another name, unless that name exists. A hard link also keeps what an editor still writes
 * into the displaced file; on another file system we make a copy. If a writer crashed before its publish, its link still
 * leads to the file that the next publish displaces.
 * @param isDisplaced false if the file itself will be written, and a link with it
 * @returns whether this call made the backup
 * @throws the system's error, with nothing left under the name
 */
export function keepBackup(
  target: string,
  { bytes, stat }: Snapshot,
  backup: string,
  isDisplaced: boolean,
): boolean {
  if (isThere(backup)) return false;
  makeFolders(path.dirname(backup));
  if (!isDisplaced) {
    writeWhole(backup, bytes);
    return true;
  }
  try {
    fs.linkSync(target, backup);
  } catch (error) {
    // Another run of the session made the backup first.
    if (isCode(error, "EEXIST")) return false;
    writeWhole(backup, bytes);
    return true;
  }
  if (fs.lstatSync(target, { bigint: true, throwIfNoEntry: false })?.ino === stat.ino) return true;
  // Another program has replaced the file meanwhile. The round starts over, and then backs up the new file.
  fs.rmSync(backup, { force: true });
  return false;
}

/** Makes a copy of a backup that is a link to the file, before the file itself is written. @throws the system's error */
export function partBackup({ bytes, stat }: Snapshot, backup: string | undefined): void {
  if (backup === undefined) return;
  const kept = fs.lstatSync(backup, { bigint: true, throwIfNoEntry: false });
  if (isSameFile(kept, stat)) writeWhole(backup, bytes);
}

/**
 * Whether a file has a name besides its own and those of our backups, which a crash may leave.
 * @param backup where this session keeps its own: the other sessions of the project lie beside it
 */
export function hasOtherNames({ stat }: Snapshot, backup: string | undefined): boolean {
  if (stat.nlink === 1n) return false;
  const backups = backup === undefined ? [] : backupsBeside(backup);
  const ours = backups.filter((found) => isSameFile(found, stat));
  return stat.nlink - 1n > BigInt(ours.length);
}

/** The backups of all sessions of the project. */
function backupsBeside(backup: string): fs.BigIntStats[] {
  const sessions = path.dirname(path.dirname(backup));
  const found: fs.BigIntStats[] = [];
  quietly(() => {
    for (const name of fs.readdirSync(sessions)) {
      const file = inFolder(inFolder(sessions, name), path.basename(backup));
      // What is no session's folder lies there, too.
      quietly(() => found.push(fs.lstatSync(file, { bigint: true })));
    }
  });
  return found;
}
