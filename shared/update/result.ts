/** What became of an update: its outcome, and for one that came to nothing the event and the words for a person. */

import { appendEvent, makeEvent } from "../journal/sessionJournal.ts";
import type { Lease, LockOptions } from "../lock/lease.ts";
import { codeOf, errnoOf, failureReason, messageOf } from "../system/errors.ts";
import { TargetRefused } from "../system/targetPath.ts";

export interface UpdateResult {
  /** `refused`: a target that is never written. `abandoned`: the write was tried and given up. Both: target untouched. */
  outcome: "written" | "unchanged" | "abandoned" | "refused";
  lock: Lease;
  /** The real file, after links; absent if these lead nowhere that is written. */
  target?: string;
  /** How often the target was read under a claim. */
  rounds: number;
  /** For a person: why nothing was written, or what else happened. */
  message?: string;
}

/** The lease of an update that found nothing to change. */
export const NOT_NEEDED: Lease = { outcome: "not_needed", waitedMs: 0, backend: "none" };

/** Others were faster in every round. */
export class Contention extends Error {}

/** Turns what ended an update into its outcome, and an event. */
export function abandon(
  error: unknown,
  target: string,
  options: LockOptions,
  { lock, rounds }: { lock: Lease; rounds: number } = { lock: NOT_NEEDED, rounds: 0 },
): UpdateResult {
  const refused = error instanceof TargetRefused;
  const code = codeOf(error);
  const outcome = refused ? "refused" : "abandoned";
  const event = makeEvent(`write_${outcome}`, {
    target,
    reason: error instanceof Contention ? "contention" : failureReason(error),
    code,
    errno: errnoOf(code),
    message: messageOf(error),
    rounds,
    hook: options.hook,
    pid: process.pid,
  });
  appendEvent(event, options.journal ?? options);
  const message = refused
    ? error.message
    : `${target} was not updated, and is as it was: ${messageOf(error)}. ${adviceFor(code)}`;
  return { outcome, lock, rounds, message };
}

function adviceFor(code: string | undefined): string {
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return "Free some disk space, or raise the limit; the next session tries again.";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "Make its folder writable; the next session tries again.";
    default:
      return "The next session tries again.";
  }
}
