/** The session-end hook: journals one event, with counts of the session's locks. */
import { journalDirOf } from "../shared/git/workTree.ts";
import type { FieldsOf } from "../shared/journal/events.ts";
import { journalPath } from "../shared/journal/sessionFolder.ts";
import { appendEvent, makeEvent, readEvents } from "../shared/journal/sessionJournal.ts";
import { runHook } from "../shared/session/hookProtocol.ts";
import { monotonicMs } from "../shared/system/time.ts";

/** Claude Code kills this hook after 1.5 s, so the hook stops early in a huge journal. */
const MAX_COUNTING_MS = 300;

runHook("SessionEnd", ({ sessionId, projectDir, reason }) => {
  const address = { sessionId, projectDir: journalDirOf(projectDir) };
  const locks = countLocks(journalPath(address));
  const event = makeEvent("session_end", { session_id: sessionId, project_dir: projectDir, reason, locks });
  appendEvent(event, address);
  return {};
});

/** @returns undefined if the journal cannot be read */
function countLocks(journal: string): FieldsOf<"session_end">["locks"] {
  const counts = { locked: 0, fail_open: 0, reaped: 0 };
  const deadline = monotonicMs() + MAX_COUNTING_MS;
  try {
    for (const { type, lock } of readEvents(journal)) {
      if (type === "lock_fail_open") counts.fail_open++;
      else if (type === "lock_reaped") counts.reaped++;
      else if (type === "session_start" && (lock as { outcome?: unknown } | undefined)?.outcome === "locked")
        counts.locked++;
      if (monotonicMs() > deadline) return { ...counts, partial: true };
    }
    return counts;
  } catch {
    return undefined;
  }
}
