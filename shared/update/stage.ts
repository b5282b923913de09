/** The new content of a target, staged in a claim, with the mode and the owner of the old. */
import fs from "node:fs";
import { isCode, Refusal, systemError } from "../system/errors.ts";
import { inFolder } from "../system/files.ts";
import type { FileContent } from "../system/snapshot.ts";

const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o7777;

/** A rename would replace even a file that this user may not write. @throws {Refusal} */
export function assertWritable(file: string, { stat }: FileContent): void {
  let writable = (Number(stat.mode) & 0o222) !== 0;
  try {
    fs.accessSync(file, fs.constants.W_OK);
  } catch (error) {
    // Another reason than rights (a read-only file system) shows when we try, and is reported then.
    if (isCode(error, "EACCES", "EPERM")) writable = false;
  }
  if (!writable) throw new Refusal("is read-only", "Make it writable: chmod u+w", file);
}

/**
 * Writes new content of the target into a claim, durably. No other writer reads the file before it is published, and the
 * claim's removal sweeps up what a crash leaves: it needs no temporary name, and no exit handler.
 * @returns the staged file's path; every byte is in it
 * @throws the system's error; {Refusal} if the owner or the mode cannot be kept
 */
export function stage(target: string, claim: string, bytes: Buffer, old: FileContent | null): string {
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

/** The owner first: changing it takes bits away from the mode. */
function keepOwnerAndMode(fd: number, old: FileContent, target: string): void {
  const [uid, gid] = [Number(old.stat.uid), Number(old.stat.gid)];
  const stat = fs.fstatSync(fd);
  if (stat.uid !== uid || stat.gid !== gid) {
    const what = `belongs to user ${uid} and group ${gid}`;
    keepOrRefuse(() => fs.fchownSync(fd, uid, gid), target, what, "Take it over: chown");
  }
  const mode = Number(old.stat.mode) & PERMISSIONS;
  // Some file systems give all files one mode, and refuse to change it.
  if ((fs.fstatSync(fd).mode & PERMISSIONS) !== mode) {
    const what = `has the mode ${mode.toString(8)}`;
    keepOrRefuse(() => fs.fchmodSync(fd, mode), target, what, "Give it another: chmod");
  }
}

function keepOrRefuse(keep: () => void, target: string, what: string, advice: string): void {
  try {
    keep();
  } catch (error) {
    if (!isCode(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP")) throw error;
    throw new Refusal(`${what}, which a new version of it could not keep`, advice, target);
  }
}
