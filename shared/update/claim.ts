/**
 * Claims: private folders beside the target, in which writers stage what they publish. A claim is a fencing token: a
 * writer whose claim was removed cannot publish any more, because no file can be created in, or renamed out of, a removed
 * folder. (Moving a claim aside would not do: a rename that has resolved its path still succeeds.)
 */
import fs from "node:fs";
import { randomBytes } from "../system/dependencies.ts";
import { ifPresent, isCode, quietly } from "../system/errors.ts";
import { inFolder } from "../system/files.ts";
import type { TargetPath } from "../system/targetPath.ts";

/** A folder that a writer is filling while we empty it takes a few tries; more than this is an attack or a fault. */
const MAX_REMOVALS = 1000;

/** Creates a claim on the target. @returns its path @throws the system's error */
export function createClaim({ dir, base }: TargetPath): string {
  const claim = inFolder(dir, `.${base}.${randomBytes(8).toString("hex")}.claim`);
  fs.mkdirSync(claim, 0o700);
  return claim;
}

/** All claims on the target. @throws the system's error */
export function listClaims({ dir, base }: TargetPath): string[] {
  const prefix = `.${base}.`;
  return fs
    .readdirSync(dir)
    .filter((name) => name.startsWith(prefix) && /^[0-9a-f]{16}\.claim$/.test(name.slice(prefix.length)))
    .map((name) => inFolder(dir, name));
}

/**
 * Removes every claim on the target but our own.
 * @returns a claim that is in the way: it cannot be removed (another user's), and is younger than `ttlMs` milliseconds.
 *   An older one is ignored, and so is one from the future
 * @throws the system's error
 */
export function fence(target: TargetPath, own: string, ttlMs: number): string | null {
  let inTheWay: string | null = null;
  for (const claim of listClaims(target)) {
    if (claim === own) continue;
    try {
      removeClaim(claim);
    } catch (error) {
      if (!isCode(error, "EACCES", "EPERM", "ENAMETOOLONG", "EBUSY")) throw error;
      const stat = ifPresent(() => fs.lstatSync(claim));
      if (stat && Math.abs(Date.now() - stat.mtimeMs) <= ttlMs) inTheWay = claim;
    }
  }
  return inTheWay;
}

/** Removes a claim and what is in it; a link in its place is removed, not followed. @throws the system's error */
export function removeClaim(claim: string): void {
  for (let tries = 1; ; tries++) {
    try {
      fs.rmdirSync(claim);
      return;
    } catch (error) {
      if (isCode(error, "ENOENT")) return;
      if (tries === MAX_REMOVALS) throw error;
      if (isCode(error, "ENOTDIR")) ifPresent(() => fs.unlinkSync(claim));
      else if (isCode(error, "ENOTEMPTY", "EEXIST")) empty(claim);
      else throw error;
    }
  }
}

/** Removes our own claim if possible. A leftover does no harm: the next writer removes it. */
export function discardClaim(claim: string): void {
  quietly(() => removeClaim(claim));
}

function empty(claim: string): void {
  for (const name of ifPresent(() => fs.readdirSync(claim)) ?? []) {
    fs.rmSync(inFolder(claim, name), { recursive: true, force: true });
  }
}
