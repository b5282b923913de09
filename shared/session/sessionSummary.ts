/** What a session's journal says at its end: counts of its locks, and an update that another process may have overwritten. */
import type { FieldsOf, LockHolder } from "../journal/events.ts";
import { isForeignTwin, readEvents } from "../journal/sessionJournal.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { monotonicMs } from "../system/time.ts";
import { hasLine } from "../text/edits.ts";

/** Claude Code kills this hook after 1.5 s, so the hook stops early in a huge journal. */
const MAX_COUNTING_MS = 300;

/** An update of this session that another process may have overwritten since. */
export interface Exposed {
  target: string;
  /** A line that the update wrote. */
  added: string;
  /** Who held the lock meanwhile, if known. */
  holder: LockHolder | undefined;
}

/** @returns no counts if the journal cannot be read */
export function readSession(journal: string): {
  locks?: FieldsOf<"session_end">["locks"];
  exposed?: Exposed | undefined;
} {
  const locks = { locked: 0, fail_open: 0, reaped: 0 };
  const deadline = monotonicMs() + MAX_COUNTING_MS;
  const isLate = () => monotonicMs() > deadline;
  let exposed: Exposed | undefined;
  let lastHolder: LockHolder | undefined;
  try {
    for (const event of readEvents(journal, undefined, isLate)) {
      if (isForeignTwin(event)) continue;
      const { type, lock, claude_md, holder } = event;
      if (type === "lock_fail_open") locks.fail_open++;
      if (type === "lock_reaped") locks.reaped++;
      if (type.startsWith("lock_")) lastHolder = holder as LockHolder | undefined;
      if (type === "session_start") {
        if ((lock as { outcome?: unknown } | undefined)?.outcome === "locked") locks.locked++;
        const { target, added } = Object(claude_md);
        if (typeof target === "string" && typeof added === "string") {
          exposed = { target, added, holder: lastHolder };
        }
      }
      // A session that is resumed ends again: what it wrote before was looked for then.
      if (type === "session_end") exposed = undefined;
    }
    return { locks: isLate() ? { ...locks, partial: true } : locks, exposed };
  } catch {
    return {};
  }
}

/** Whether the file has lost the line. False if it cannot be read. */
export function isGone({ target, added }: Exposed): boolean {
  try {
    return !hasLine(readRegularFile(target)?.bytes.toString("utf8") ?? "", added);
  } catch {
    return false;
  }
}
