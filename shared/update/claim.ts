/**
 * Claims: private folders beside the target, in which writers stage what they publish. A claim is a fencing token: a
 * writer whose claim was removed cannot publish any more, because no file can be created in, or renamed out of, a removed
 * folder. (Moving a claim aside would not do: a rename that has resolved its path still succeeds.)
 *
 * An exchange puts what the target was into the claim. That may be a version that another program put in the target's place a
 * moment ago, or the file that our writer has read, but that another program still writes into. If the writer is killed, no one
 * else knows of that text. So a writer that removes a claim first looks at what is in it. The name of a staged file tells: it
 * holds the inode numbers of the staged file and of the file that its writer read, and that file's time and size. What is
 * neither the staged file, nor the other one as it was and closed, moves beside the target.
 */
import fs from "node:fs";
import path from "node:path";
import { randomBytes } from "../system/dependencies.ts";
import { ifPresent, isCode, quietly, Refusal, systemError } from "../system/errors.ts";
import { inFolder, isThere } from "../system/files.ts";
import { comparable, IS_LINUX, IS_WINDOWS } from "../system/platform.ts";
import type { TargetPath } from "../system/targetPath.ts";
import { isBeingWritten } from "./atRest.ts";

/** A folder that a writer is filling while we empty it takes a few tries; more than this is an attack or a fault. */
const MAX_REMOVALS = 1000;
const FOLDER_FLAGS = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;

/**
 * Checks that no claim is left where one may create files and not remove them: each session would leave one more. On Linux
 * alone: there, to unlink a folder fails as its removal would, but never removes it.
 * @throws {Refusal} {the system's error}
 */
export function assertRemovable(target: TargetPath): void {
  if (!IS_LINUX) return;
  for (const claim of listClaims(target)) {
    try {
      fs.unlinkSync(claim);
    } catch (error) {
      const isOurs = ifPresent(() => fs.lstatSync(claim))?.uid === process.geteuid?.();
      if (!isOurs || !isCode(error, "EACCES", "EPERM", "EROFS")) continue;
      const advice = `Allow it (see lsattr -d, chattr -a), and remove ${claim}.`;
      throw new Refusal(
        "lies in a folder where this user may create files and not remove them",
        advice,
        target.path,
      );
    }
  }
}

/** Creates a claim on the target. @returns its path @throws the system's error */
export function createClaim({ dir, base }: TargetPath): string {
  const claim = inFolder(dir, `.${base}.${randomBytes(8).toString("hex")}.claim`);
  fs.mkdirSync(claim, 0o700);
  return claim;
}

/** All claims on the target. @throws the system's error */
export function listClaims({ dir, base }: TargetPath): string[] {
  const prefix = comparable(`.${base}.`);
  return fs
    .readdirSync(dir)
    .filter(
      (name) =>
        comparable(name).startsWith(prefix) && /^[0-9a-f]{16}\.claim$/.test(name.slice(prefix.length)),
    )
    .map((name) => inFolder(dir, name));
}

const NOTHING_READ = { ino: 0n, mtimeNs: 0n, size: 0n };

/**
 * The name of a file in a claim.
 * @param staged the inode number of the staged file; 0 for none
 * @param read the file that its writer read
 */
export function stagedName(staged: bigint, read: typeof NOTHING_READ = NOTHING_READ): string {
  return `${staged}.${read.ino}.${read.mtimeNs}.${read.size}`;
}

/** Whether a file's name says what was staged there. Elsewhere inode numbers say nothing: see `stage`. */
export function isStagedName(file: string): boolean {
  return /^\d+\.\d+\.-?\d+\.\d+$/.test(path.basename(file));
}

/** A new name beside the target, for a version that only a person can merge. */
export function nameBeside(target: string): string {
  return `${target}.${randomBytes(4).toString("hex")}.saved`;
}

/** The versions that lie beside the target. @throws the system's error */
export function listSaved({ dir, base }: TargetPath): string[] {
  const isSaved = (name: string) => name.startsWith(`${base}.`) && /\.[0-9a-f]{8}\.saved$/.test(name);
  return fs
    .readdirSync(dir)
    .filter(isSaved)
    .map((name) => inFolder(dir, name));
}

/** What a fence has met. */
export interface Fenced {
  /**
   * A claim that cannot be removed (another user's, or one with folders in it) and is younger than the TTL. An older one is
   * ignored, and so is one from the future.
   */
  inTheWay: string | null;
  /** Versions of other programs that were in claims, beside the target now. */
  saved: string[];
}

/**
 * Removes every claim on the target but our own.
 * @param ttlMs in milliseconds
 * @param saved gets what it saves, even if it then fails
 * @throws the system's error
 */
export function fence(target: TargetPath, own: string, ttlMs: number, saved: string[] = []): Fenced {
  const fenced: Fenced = { inTheWay: null, saved };
  for (const claim of listClaims(target)) {
    if (claim === own) continue;
    try {
      removeClaim(claim, (folder, name) => takeFile(folder, name, own, target.path, saved));
    } catch (error) {
      if (!isCode(error, "EACCES", "EPERM", "ENAMETOOLONG", "EBUSY", "ENOTEMPTY")) throw error;
      const stat = ifPresent(() => fs.lstatSync(claim));
      if (stat && Math.abs(Date.now() - stat.mtimeMs) <= ttlMs) fenced.inTheWay = claim;
    }
  }
  return fenced;
}

/**
 * Removes our own claim if possible. A leftover does no harm: the next writer removes it.
 * @returns versions of other programs that were in it, beside the target now
 */
export function discardClaim(claim: string, target: string): string[] {
  const saved: string[] = [];
  quietly(() => removeClaim(claim, (folder, name) => removeEntry(inFolder(folder, name), target, saved)));
  return saved;
}

/** Moves the file into our own claim, where its owner's exchange cannot swap it any more, and looks at it there. */
function takeFile(folder: string, name: string, own: string, target: string, saved: string[]): void {
  const file = inFolder(folder, name);
  const taken = inFolder(own, name);
  if (!isStagedName(name)) removeEntry(file, target, saved);
  else if (ifPresent(() => fs.renameSync(file, taken)) === null) fs.lstatSync(own);
  else removeEntry(taken, target, saved);
}

function removeEntry(file: string, target: string, saved: string[]): void {
  const stat = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) fs.rmdirSync(file);
  else if (isStagedName(file) && isUnread(file, stat)) saved.push(moveBeside(file, target));
  else ifPresent(() => fs.unlinkSync(file));
}

/** Whether a file in a claim may hold what no writer of ours has read. */
function isUnread(file: string, { ino }: fs.BigIntStats): boolean {
  const name = path.basename(file);
  if (name.startsWith(`${ino}.`)) return false;
  // Asked first, since a program may write and close the file between the two.
  if (isBeingWritten(file)) return true;
  const now = ifPresent(() => fs.lstatSync(file, { bigint: true }));
  return now !== null && !name.endsWith(stagedName(0n, now).slice(1));
}

/** Moves a version of another program out of a claim. @returns its path @throws the system's error */
export function moveBeside(file: string, target: string): string {
  const beside = nameBeside(target);
  fs.renameSync(file, beside);
  return beside;
}

/**
 * Removes a claim; a link in its place is removed, not followed.
 * @param remove takes one file out of it
 * @throws the system's error: `ENOTEMPTY` for a claim with folders in it, which no writer of ours makes
 */
function removeClaim(claim: string, remove: (folder: string, name: string) => void): void {
  for (let tries = 1; ; tries++) {
    try {
      fs.rmdirSync(claim);
      // Wine removes an empty folder a moment later. If a program has put a file into it by then, the folder stays, without an error.
      if (!IS_WINDOWS || !fs.existsSync(claim)) return;
      if (tries >= MAX_REMOVALS) throw systemError("ENOTEMPTY", `${claim} was filled again`);
    } catch (error) {
      // Windows reports a file in its place so, too.
      const isFile = isCode(error, "ENOTDIR") || (IS_WINDOWS && isThere(claim) && isCode(error, "ENOENT"));
      if (!isFile && isCode(error, "ENOENT")) return;
      if (tries === MAX_REMOVALS) throw error;
      if (isFile) ifPresent(() => fs.unlinkSync(claim));
      else if (isCode(error, "ENOTEMPTY", "EEXIST")) empty(claim, remove);
      else throw error;
    }
  }
}

/** Through a descriptor where the system allows it: the name may lead elsewhere, once another user swaps it for a link. */
function empty(claim: string, remove: (folder: string, name: string) => void): void {
  const fd =
    !IS_WINDOWS && isThere("/proc/self/fd") ? ifPresent(() => fs.openSync(claim, FOLDER_FLAGS)) : null;
  const folder = fd === null ? claim : `/proc/self/fd/${fd}`;
  try {
    for (const name of ifPresent(() => fs.readdirSync(folder)) ?? []) remove(folder, name);
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}
