/** The session-start hook: updates CLAUDE.md, journals the result, and answers Claude Code. */
import path from "node:path";
import { isBeginning } from "../shared/claudeMd/session.ts";
import { stripOrphanKernelBlock, updateAllBlocks } from "../shared/claudeMdManager.ts";
import { journalDirOf, workTreeOf } from "../shared/git/workTree.ts";
import { enablersOf } from "../shared/install/enabledPlugins.ts";
import { previousJournal, rememberSession } from "../shared/journal/previousSession.ts";
import { JOURNAL_NAME, sessionDir } from "../shared/journal/sessionFolder.ts";
import { appendEvent, makeEvent } from "../shared/journal/sessionJournal.ts";
import { type HookAnswer, type HookPayload, runHook } from "../shared/session/hookProtocol.ts";
import { contextFor, messageFor } from "../shared/session/sessionReport.ts";
import { inFolder } from "../shared/system/files.ts";
import { monotonicMs } from "../shared/system/time.ts";
import { PROJECT_BACKUP, USER_BACKUP } from "../shared/update/backup.ts";
import { BUDGET_MS } from "../shared/update/update.ts";

const pluginRoot = path.resolve(process.env.CLAUDE_PLUGIN_ROOT || path.join(import.meta.dirname, ".."));

runHook("SessionStart", ({ sessionId, projectDir, source, agent }: HookPayload): HookAnswer => {
  const tree = workTreeOf(projectDir);
  const journal = { sessionId, projectDir: journalDirOf(projectDir, tree) };
  const dir = sessionDir(journal.projectDir, sessionId);
  const session = { id: sessionId, dir, pluginRoot, startedAt: new Date(), agent };
  const start = { session, source, tree, isPactEnabled: () => enablersOf("PACT", projectDir).length > 0 };
  const deadlineMs = monotonicMs() + BUDGET_MS;
  const options = { hook: "sessionStart", sessionId, projectDir, journal, deadlineMs };
  const update = updateAllBlocks(projectDir, start, { ...options, backup: inFolder(dir, PROJECT_BACKUP) });
  const isDisabled = update.outcome === "disabled";
  const userLevel = isDisabled
    ? null
    : stripOrphanKernelBlock({ ...options, backup: inFolder(dir, USER_BACKUP) });
  // For a session that goes on, the pointer names itself or a session that began after it.
  const previous = isBeginning(source) ? previousJournal(journal.projectDir, sessionId) : undefined;
  rememberSession(journal.projectDir, sessionId);
  const { outcome, waitedMs, backend, reason } = update.lock;
  const event = makeEvent("session_start", {
    session_id: sessionId,
    project_dir: projectDir,
    source,
    claude_md: {
      path: update.path,
      target: update.target,
      outcome: update.outcome,
      rounds: update.rounds,
      in_place: update.isInPlace,
      message: update.message,
      added: update.added,
    },
    lock: { outcome, waited_ms: waitedMs, backend, reason },
  });
  // Claude Code does not tell a start hook the agent that such a session takes over. So the PACT plugin sets it up at its first
  // prompt, unless the session's journal has a start.
  const isTakenOver = agent === undefined && (source === "fork" || source === "clear");
  const isJournaled = appendEvent(event, isTakenOver && start.isPactEnabled() ? {} : journal);
  return {
    additionalContext: contextFor(session, projectDir, update, { previous, isFork: source === "fork" }),
    systemMessage: messageFor(
      update,
      projectDir,
      userLevel,
      isJournaled ? inFolder(dir, JOURNAL_NAME) : undefined,
    ),
  };
});
