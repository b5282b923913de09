/** Keeps the file that an update displaces, once, so that `restore` can bring it back. */
import fs from "node:fs";
import path from "node:path";
import { isCode } from "../system/errors.ts";
import { isThere, makeFolders, writeWhole } from "../system/files.ts";
import type { Snapshot } from "../system/snapshot.ts";

/** The names of backups in a session's folder: of the project's CLAUDE.md, and of the user's own. */
export const PROJECT_BACKUP = "CLAUDE.md.before";
export const USER_BACKUP = "user-CLAUDE.md.before";

/**
 * Keeps the file of a snapshot under another name, unless something is kept there already: by a hard link, so that
 * what is still written into the displaced file is kept as well; by a copy on another file system. A link that a crash
 * has left before the file was displaced is still a link to the file that will be.
 * @returns whether it made one
 * @throws the system's error, with nothing left under the name
 */
export function keepBackup(target: string, { bytes, stat }: Snapshot, backup: string): boolean {
  if (isThere(backup)) return false;
  makeFolders(path.dirname(backup));
  try {
    fs.linkSync(target, backup);
  } catch (error) {
    // Another run of the session was faster.
    if (isCode(error, "EEXIST")) return false;
    writeWhole(backup, bytes);
    return true;
  }
  if (fs.lstatSync(target, { bigint: true, throwIfNoEntry: false })?.ino === stat.ino) return true;
  // Somebody has replaced the file meanwhile: the round starts over, and so does this.
  fs.rmSync(backup, { force: true });
  return false;
}
