import fs from "node:fs";
import { isCode, systemError } from "./errors.ts";
import { inFolder } from "./folders.ts";
import type { Snapshot } from "./snapshot.ts";
import { TargetRefused } from "./targetPath.ts";

const NEW_FILE_MODE = 0o600;

/**
 * Writes new content into a claim, durably, with the mode and owner of the old. Nobody looks at the file before it is
 * published, and what a crash leaves is swept up with the claim: it needs no temporary name, and no exit handler.
 * @returns the staged file's path; every byte is in it
 * @throws the system's error; {TargetRefused} if the owner cannot be kept
 */
export function stage(claim: string, bytes: Buffer, old: Snapshot | null): string {
  const staged = inFolder(claim, "next");
  const fd = fs.openSync(staged, "wx", NEW_FILE_MODE);
  try {
    writeAll(fd, bytes);
    if (old) keepOwnerAndMode(fd, old);
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
function keepOwnerAndMode(fd: number, old: Snapshot): void {
  const [uid, gid] = [Number(old.stat.uid), Number(old.stat.gid)];
  const stat = fs.fstatSync(fd);
  if (stat.uid !== uid || stat.gid !== gid) {
    try {
      fs.fchownSync(fd, uid, gid);
    } catch (error) {
      if (!isCode(error, "EPERM", "EINVAL", "ENOSYS")) throw error;
      throw new TargetRefused(
        `the file belongs to user ${uid} and group ${gid}, which a new version of it could not keep; it is left alone. Take it over: chown`,
      );
    }
  }
  fs.fchmodSync(fd, Number(old.stat.mode) & 0o7777);
}
