/** The session-end hook: journals one event, with counts of the session's locks, and whether its update was overwritten. */
import { journalDirOf, workTreeOf } from "../shared/git/workTree.ts";
import { journalPath } from "../shared/journal/sessionFolder.ts";
import { appendEvent, makeEvent, report } from "../shared/journal/sessionJournal.ts";
import { runHook } from "../shared/session/hookProtocol.ts";
import { isGone, readSession } from "../shared/session/sessionSummary.ts";

runHook("SessionEnd", ({ sessionId, projectDir, reason }) => {
  const address = { sessionId, projectDir: journalDirOf(projectDir, workTreeOf(projectDir)) };
  const { locks, exposed } = readSession(journalPath(address));
  if (exposed && isGone(exposed)) {
    const { target, holder } = exposed;
    report("update_overwritten", { target, holder }, { hook: "sessionEnd", journal: address });
  }
  const event = makeEvent("session_end", { session_id: sessionId, project_dir: projectDir, reason, locks });
  appendEvent(event, address);
  return {};
});
