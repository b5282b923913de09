import { runHook } from "../shared/hookProtocol.ts";
import { appendEvent, makeEvent } from "../shared/sessionJournal.ts";

// Claude Code kills this hook after 1.5 s: it appends to the journal and nothing more.
runHook("SessionEnd", ({ sessionId, projectDir, reason }) => {
  appendEvent(makeEvent("session_end", { session_id: sessionId, project_dir: projectDir, reason }), {
    sessionId,
    projectDir,
  });
  return {};
});
