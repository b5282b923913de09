import fs from "node:fs";
import { isCode, systemError } from "../system/errors.ts";
import { inFolder } from "../system/folders.ts";
import type { Snapshot } from "../system/snapshot.ts";
import { TargetRefused } from "../system/targetPath.ts";

const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o7777;

/**
 * Writes new content of the target into a claim, durably, with the mode and owner of the old. Nobody looks at the file before it is
 * published, and what a crash leaves is swept up with the claim: it needs no temporary name, and no exit handler.
 * @returns the staged file's path; every byte is in it
 * @throws the system's error; {TargetRefused} if the owner cannot be kept
 */
export function stage(target: string, claim: string, bytes: Buffer, old: Snapshot | null): string {
  const staged = inFolder(claim, "next");
  const fd = fs.openSync(staged, "wx", NEW_FILE_MODE);
  try {
    writeAll(fd, bytes);
    if (old) keepOwnerAndMode(fd, old, target);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  return staged;
}

/** A full disk takes a part of what it is given, and says so only when it is given the rest. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const written = fs.writeSync(fd, bytes, at);
    if (written === 0) throw systemError("ENOSPC", `only ${at} of ${bytes.length} bytes could be stored`);
    at += written;
  }
}

/** The owner first: to change it takes bits away from the mode. */
function keepOwnerAndMode(fd: number, old: Snapshot, target: string): void {
  const [uid, gid] = [Number(old.stat.uid), Number(old.stat.gid)];
  const stat = fs.fstatSync(fd);
  if (stat.uid !== uid || stat.gid !== gid) {
    refuseIfDenied(
      () => fs.fchownSync(fd, uid, gid),
      `${target} belongs to user ${uid} and group ${gid}, which a new version of it could not keep; it is left alone. Take it over: chown`,
    );
  }
  const mode = Number(old.stat.mode) & PERMISSIONS;
  // Some file systems give all files one mode, and refuse to change it.
  if ((fs.fstatSync(fd).mode & PERMISSIONS) !== mode) {
    refuseIfDenied(
      () => fs.fchmodSync(fd, mode),
      `${target} has the mode ${mode.toString(8)}, which a new version of it could not keep; it is left alone. Give it another: chmod`,
    );
  }
}

function refuseIfDenied(change: () => void, message: string): void {
  try {
    change();
  } catch (error) {
    if (!isCode(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP")) throw error;
    throw new TargetRefused(message);
  }
}
