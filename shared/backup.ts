/** Keeps the file that an update displaces, once, so that `restore` can bring it back. */
import fs from "node:fs";
import path from "node:path";
import { isThere } from "./fileKind.ts";
import { makeFolders } from "./folders.ts";
import type { Snapshot } from "./snapshot.ts";

/** The names of backups in a session's folder: of the project's CLAUDE.md, and of the user's own. */
export const PROJECT_BACKUP = "CLAUDE.md.before";
export const USER_BACKUP = "user-CLAUDE.md.before";

/**
 * Keeps the file of a snapshot under another name, unless something is kept there already: by a hard link, so that
 * what is still written into the displaced file is kept as well; by a copy on another file system.
 * @returns whether it made one
 * @throws the system's error
 */
export function keepBackup(target: string, { bytes, stat }: Snapshot, backup: string): boolean {
  if (isThere(backup)) return false;
  makeFolders(path.dirname(backup));
  if (!linkFile(target, backup, stat.ino)) fs.writeFileSync(backup, bytes, { flag: "wx", mode: 0o600 });
  return true;
}

/** @returns false where a hard link is not possible, or would be one to another file */
function linkFile(target: string, backup: string, ino: bigint): boolean {
  try {
    fs.linkSync(target, backup);
  } catch {
    return false;
  }
  if (fs.lstatSync(backup, { bigint: true }).ino === ino) return true;
  fs.unlinkSync(backup);
  return false;
}

/** Forgets a backup of an update that did not come about. */
export function dropBackup(backup: string): void {
  fs.rmSync(backup, { force: true });
}
