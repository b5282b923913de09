/** Keeps the file that an update displaces, once per session, so that `pact-hooks restore` can bring it back. */
import fs from "node:fs";
import path from "node:path";
import { ifPresent, isCode, systemError } from "../system/errors.ts";
import { kindOf, makeFolders, writeWhole } from "../system/files.ts";

/** The names of the backups in a session's folder: of the project's CLAUDE.md, and of the user's own. */
export const PROJECT_BACKUP = "CLAUDE.md.before";
export const USER_BACKUP = "user-CLAUDE.md.before";

/** The name of what the session's n-th restore has replaced. */
export function replacedName(number: number): string {
  return `CLAUDE.md.replaced-${number}`;
}

/** Whether a file in a session's folder is a backup, or the temporary file of one whose writer was killed. */
export function isBackupName(name: string): boolean {
  return /^(?:(?:user-)?CLAUDE\.md\.before|CLAUDE\.md\.replaced-\d+)(?:\.\d+)?$/.test(name);
}

/**
 * Keeps a displaced file under another name, unless a file has that name. The file itself also keeps what an editor still
 * writes into it; on another file system we make a copy.
 * @param file where the displaced file is; undefined if it has no name, or will be written itself
 * @returns whether this call made the backup
 * @throws the system's error, with nothing left under the name
 */
export function keepBackup(file: string | undefined, bytes: Buffer, backup: string): boolean {
  const there = ifPresent(() => fs.lstatSync(backup));
  if (there?.isFile()) return false;
  if (there) throw systemError("ENOTREG", `${kindOf(there)} is in its place`);
  makeFolders(path.dirname(backup));
  try {
    if (file !== undefined) {
      fs.renameSync(file, backup);
      return true;
    }
  } catch (error) {
    // Another file system, or another writer has fenced us and removed the file.
    if (!isCode(error, "EXDEV", "ENOENT", "EPERM", "EACCES", "EBUSY")) throw error;
  }
  writeWhole(backup, bytes);
  return true;
}
