/** What became of an update. One that came to nothing gets its event and its words for a person here. */
import { report } from "../journal/sessionJournal.ts";
import { type Lease, type LockRequest, NOT_NEEDED } from "../lock/lease.ts";
import { codeOf, errnoOf, failureReason, messageOf, Refusal } from "../system/errors.ts";

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

/** Others were faster in every round. */
export class Contention extends Error {}

/** Turns what ended an update into its outcome, and an event. */
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
    : `Could not update ${target} (${messageOf(error)}). The file is unchanged. ${adviceFor(code)}`;
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
