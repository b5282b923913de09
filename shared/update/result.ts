/** The result of an update, and the event and the message for an update that wrote nothing because it failed. */
import fs from "node:fs";
import path from "node:path";
import { report } from "../journal/sessionJournal.ts";
import { type Lease, type LockRequest, NOT_NEEDED } from "../lock/lease.ts";
import { codeOf, errnoOf, failureReason, messageOf, Refusal } from "../system/errors.ts";
import { isAccessible } from "../system/files.ts";
import { isSharingError } from "../system/sharing.ts";

export interface UpdateResult {
  /** `refused`: we never write such a target. `abandoned`: we tried and gave up. Both leave the target untouched, or the message says otherwise. */
  outcome: "written" | "unchanged" | "abandoned" | "refused";
  lock: Lease;
  /** The real file, with links followed; absent if they lead to no place that we write. */
  target?: string;
  /** How often we read the target under a claim. */
  rounds: number;
  /** The file could not be replaced, and was written itself. */
  isInPlace?: true;
  /** Tells a person why we wrote nothing, or what else happened. */
  message?: string;
}

/** Other programs were faster each time, or something of theirs is in the way. */
export class Contention extends Error {}

/** The target may hold a part of the new text: neither that nor the old one could be written whole. */
export class TornError extends Error {}

/** Turns the error that ended an update into a result, and journals it. */
export function abandon(
  error: unknown,
  target: string,
  request: LockRequest,
  { lock, rounds }: { lock: Lease; rounds: number } = { lock: NOT_NEEDED, rounds: 0 },
): UpdateResult {
  const refused = error instanceof Refusal;
  const code = codeOf(error);
  const outcome = refused ? "refused" : "abandoned";
  report(
    `write_${outcome}`,
    {
      target,
      reason: error instanceof Contention ? "contention" : failureReason(error),
      code,
      errno: errnoOf(code),
      message: messageOf(error),
      rounds,
    },
    request,
  );
  const message = refused
    ? error.message
    : error instanceof TornError
      ? `Could not write ${target} (${messageOf(error)}). A part of it may be missing: compare it with its backup (pact-hooks restore).`
      : `Could not update ${target} (${messageOf(error)}). The file is unchanged. ${adviceFor(error, code, target)}`;
  return { outcome, lock, rounds, message };
}

/** Failures that another session need not meet. */
const PASSING = ["EAGAIN", "EINTR", "EMFILE", "ENFILE", "ENOMEM", "ESTALE", "ETIMEDOUT", "ENOENT"];
const OR_ELSE = "or turn the plugin off for this project (enabled: false).";

function adviceFor(error: unknown, code: string | undefined, target: string): string {
  if (isSharingError(error))
    return "Close it in other programs, or give this user the right to write it; the next session tries again.";
  if (error instanceof Contention || PASSING.includes(code ?? "")) return "The next session tries again.";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return "Free some disk space, or raise the limit; the next session tries again.";
    case "EROFS":
      return `Its file system is mounted read-only: mount it writable, ${OR_ELSE}`;
    case "EACCES":
    case "EPERM":
      return isAccessible(path.dirname(target), fs.constants.W_OK)
        ? `A flag (see lsattr) or a sandbox forbids it: allow it, ${OR_ELSE}`
        : `Make its folder writable for this user, ${OR_ELSE}`;
    case "EBUSY":
    case "EXDEV":
      return `A mount or a sandbox forbids it: allow it, ${OR_ELSE}`;
    default:
      return `Repair that, ${OR_ELSE}`;
  }
}
