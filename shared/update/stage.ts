/** Stages a target's new content in a claim, with the owner, the mode and the attributes of the old file. */
import fs from "node:fs";
import path from "node:path";
import { childProcess } from "../system/dependencies.ts";
import { isCode, Refusal, systemError } from "../system/errors.ts";
import { inFolder } from "../system/files.ts";
import { native, succeeded } from "../system/native.ts";
import { IS_LINUX, MAKE_WRITABLE } from "../system/platform.ts";
import { codeFromText, findProgram, PROGRAM_OPTIONS } from "../system/programs.ts";
import type { FileContent, Snapshot } from "../system/snapshot.ts";
import { stagedName } from "./claim.ts";

/** The umask takes bits away, as for every other file of a project that a team shares. */
const NEW_FILE_MODE = 0o666;
const PRIVATE_MODE = 0o600;
const PERMISSIONS = 0o7777;

/** Checks that this user may write the file, because a rename would replace even a read-only one. @throws {Refusal} */
export function assertWritable(file: string, { stat }: FileContent): void {
  if ((Number(stat.mode) & 0o222) === 0)
    throw new Refusal("is read-only", `Make it writable: ${MAKE_WRITABLE}`, file);
  try {
    fs.accessSync(file, fs.constants.W_OK);
  } catch (error) {
    if (isCode(error, "EACCES"))
      throw new Refusal("may not be written by this user", "Give it the right to.", file);
    if (isCode(error, "EPERM"))
      throw new Refusal("has a flag that forbids changes", "Remove it: chattr -i", file);
    // Any other obstacle, such as a read-only file system, makes the write itself fail, which reports the error.
  }
}

/**
 * Writes the target's new content into a claim, durably. The file needs no temporary name: no other writer reads it before
 * the publish. It needs no exit handler: the next writer removes a crashed writer's claim.
 * @returns the staged file's path; the file holds every byte, and its name the inode numbers (update/claim.ts)
 * @throws the system's error; {Refusal} if the new file cannot keep the owner, the mode or the attributes
 */
export function stage(target: string, claim: string, bytes: Buffer, old: Snapshot | null): string {
  const staged = inFolder(claim, "next");
  const fd = fs.openSync(staged, "wx", old ? PRIVATE_MODE : NEW_FILE_MODE);
  try {
    writeAll(fd, bytes);
    if (old) {
      keepOwner(fd, old, target);
      keepAttributes(fd, old, target);
      keepMode(fd, old, target);
    }
    fs.fsyncSync(fd);
    return nameStaged(staged, fd, old);
  } finally {
    fs.closeSync(fd);
  }
}

/** Where inode numbers say nothing, the file keeps the name that says nothing. */
function nameStaged(staged: string, fd: number, old: Snapshot | null): string {
  const { ino } = fs.fstatSync(fd, { bigint: true });
  if (fs.lstatSync(staged, { bigint: true }).ino !== ino) return staged;
  const named = inFolder(path.dirname(staged), stagedName(ino, old?.stat));
  fs.renameSync(staged, named);
  return named;
}

/** Writes from the file's beginning. A full disk takes a part of what it is given, and says so only when given the rest. */
export function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const written = fs.writeSync(fd, bytes, at, bytes.length - at, at);
    if (written === 0) throw systemError("ENOSPC", `only ${at} of ${bytes.length} bytes were written`);
    at += written;
  }
}

/** Comes first, because changing the owner clears bits of the mode. */
function keepOwner(fd: number, old: FileContent, target: string): void {
  const [uid, gid] = [Number(old.stat.uid), Number(old.stat.gid)];
  const stat = fs.fstatSync(fd);
  if (stat.uid === uid && stat.gid === gid) return;
  const what = `belongs to user ${uid} and group ${gid}`;
  keepOrRefuse(() => fs.fchownSync(fd, uid, gid), target, what, "Change its owner to this user: chown");
}

/** The access control list and the extended attributes, which Node cannot see. */
function keepAttributes(fd: number, old: Snapshot, target: string): void {
  const binding = native();
  const keep = binding
    ? () => void succeeded(binding.copyAttributes(old.fd, fd))
    : () => copyAttributesByProgram(old.fd, fd);
  const what = "has extended attributes or an access control list";
  keepOrRefuse(keep, target, what, "Remove them: setfattr -x, setfacl -b");
}

/**
 * Lets GNU's `cp` do what the binding does; that takes 2 ms. It inherits both descriptors, since the target's path may lead
 * to another file by now. Where there is no such program, the attributes are lost.
 * @throws the system's error, or what the program says
 */
function copyAttributesByProgram(from: number, to: number): void {
  const program = IS_LINUX ? findProgram("cp") : undefined;
  if (program === undefined) return;
  const args = ["--attributes-only", "--preserve=mode,xattr", "/proc/self/fd/3", "/proc/self/fd/4"];
  const { status, signal, error, stderr } = childProcess().spawnSync(program, args, {
    ...PROGRAM_OPTIONS,
    stdio: ["ignore", "ignore", "pipe", from, to],
  });
  if (error) throw error;
  if (status === 0) return;
  const said = stderr.toString().trim() || `${program} ended with ${signal ?? status}`;
  // BusyBox's cp, or no /proc.
  if (/unrecognized option|cannot (stat|open)/.test(said)) return;
  throw systemError(codeFromText(said), said);
}

/** Comes last: a list that the folder gave to the new file is gone by now, and no longer masks the mode. */
function keepMode(fd: number, old: FileContent, target: string): void {
  const mode = Number(old.stat.mode) & PERMISSIONS;
  // Some file systems give every file the same mode, and refuse to change it.
  if ((fs.fstatSync(fd).mode & PERMISSIONS) === mode) return;
  const what = `has the mode ${mode.toString(8)}`;
  keepOrRefuse(() => fs.fchmodSync(fd, mode), target, what, "Change its mode: chmod");
}

function keepOrRefuse(keep: () => void, target: string, what: string, advice: string): void {
  try {
    keep();
  } catch (error) {
    if (!isCode(error, "EPERM", "EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")) throw error;
    throw new Refusal(`${what}, which its new version could not keep`, advice, target);
  }
}
