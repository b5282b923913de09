import fs from "node:fs";
import path from "node:path";
import { writeFileAtomic } from "./dependencies.ts";
import { systemError } from "./errors.ts";
import type { Snapshot } from "./snapshot.ts";
import { TargetRefused } from "./targetPath.ts";

const NEW_FILE_MODE = 0o600;

/**
 * Writes new content into a claim, durably, with the mode and owner of the old, and verifies that every byte is there:
 * `write-file-atomic` does not look at how much the system has taken.
 * @returns the staged file's path
 * @throws the system's error; {TargetRefused} if the owner cannot be kept
 */
export function stage(claim: string, bytes: Buffer, old: Snapshot | null): string {
  const staged = path.join(claim, "next");
  const uid = Number(old?.stat.uid);
  const gid = Number(old?.stat.gid);
  writeFileAtomic().sync(
    staged,
    bytes,
    old ? { mode: Number(old.stat.mode) & 0o7777, chown: { uid, gid } } : { mode: NEW_FILE_MODE },
  );
  const stored = fs.readFileSync(staged);
  if (!stored.equals(bytes)) {
    throw systemError("ENOSPC", `only ${stored.length} of ${bytes.length} bytes could be stored`);
  }
  const stat = fs.statSync(staged);
  if (old && (stat.uid !== uid || stat.gid !== gid)) {
    throw new TargetRefused(
      `the file belongs to user ${uid} and group ${gid}, which a new version of it could not keep; it is left alone. Take it over: chown`,
    );
  }
  return staged;
}
