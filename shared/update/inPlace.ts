/**
 * Writes a target that cannot be replaced: a file with a second name, a mount point, a sandbox that lets nothing be renamed
 * out of a folder. Weaker than a publish: what another program writes during these microseconds is lost, a crash may leave
 * a part of the new text, and a fence that comes after the last step of ours does not stop us.
 */
import fs from "node:fs";
import { isCode, messageOf } from "../system/errors.ts";
import { isRenumbered, isSameFile } from "../system/files.ts";
import { isSharingError } from "../system/sharing.ts";
import { readAgain, type Snapshot } from "../system/snapshot.ts";
import { monotonicMs } from "../system/time.ts";
import { settle } from "./atRest.ts";
import { TornError } from "./result.ts";
import { writeAll } from "./stage.ts";

const { O_RDWR, O_NOFOLLOW } = fs.constants;

/** Whether an error of a publish means that this file can never be replaced here. */
export function cannotReplace(error: unknown): boolean {
  return !isSharingError(error) && isCode(error, "EBUSY", "EXDEV", "EACCES", "EPERM");
}

/**
 * @param staged the new content; moving it within the claim shows that no other writer has fenced us
 * @returns false if the target is not what we read, or another file by now
 * @throws the system's error, after the old text is back; `ENOENT` if another writer has fenced us
 */
export function writeInPlace(staged: string, target: string, old: Snapshot): boolean {
  const taken = `${staged}.taken`;
  fs.renameSync(staged, taken);
  const next = fs.readFileSync(taken);
  // Before our own descriptor, which would count as a writer's.
  settle([old], monotonicMs());
  const fd = fs.openSync(target, O_RDWR | O_NOFOLLOW);
  try {
    const opened = fs.fstatSync(fd, { bigint: true });
    const isRead = isSameFile(opened, old.stat) || isRenumbered(target);
    if (isRead && readAgain({ fd }).equals(old.bytes)) {
      overwrite(fd, next, old.bytes);
      // An editor may have put another file in the target's place meanwhile.
      const now = fs.lstatSync(target, { bigint: true, throwIfNoEntry: false });
      if (isSameFile(now, opened) || isRenumbered(target)) return true;
    }
    fs.renameSync(taken, staged);
    return false;
  } finally {
    fs.closeSync(fd);
  }
}

function overwrite(fd: number, next: Buffer, old: Buffer): void {
  try {
    writeWhole(fd, next);
  } catch (error) {
    // A full disk. The old text has its place.
    try {
      writeWhole(fd, old);
    } catch {
      throw new TornError(messageOf(error));
    }
    throw error;
  }
  // Another program may have written at the same moment. What it appends is no harm.
  if (!readAgain({ fd }).subarray(0, next.length).equals(next)) {
    throw new TornError("another program wrote into it at the same moment");
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  writeAll(fd, bytes);
  fs.ftruncateSync(fd, bytes.length);
  fs.fsyncSync(fd);
}
