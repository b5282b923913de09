/** What a session start does: CLAUDE.md, the journal, the words for the model and for the person. */
import fs from "node:fs";
import path from "node:path";
import { routingText } from "../claudeMd/routing.ts";
import { teamName } from "../claudeMd/session.ts";
import { type ClaudeMdUpdate, startSessionInClaudeMd, stripOrphanKernelBlock } from "../claudeMdManager.ts";
import type { Lease } from "../fileLock.ts";
import { isSessionId, JOURNAL_NAME, journalRoot, sessionDir } from "../journal/sessionFolder.ts";
import { appendEvent, makeEvent } from "../journal/sessionJournal.ts";
import { nameOf } from "../lock/holder.ts";
import { inFolder } from "../system/files.ts";
import { printable } from "../text/characters.ts";
import { PROJECT_BACKUP, USER_BACKUP } from "../update/backup.ts";
import type { HookAnswer, HookPayload } from "./hookProtocol.ts";

const HOOK = "sessionStart";

export function startSession({ sessionId, projectDir, source }: HookPayload, pluginRoot: string): HookAnswer {
  const dir = sessionDir(projectDir, sessionId);
  const session = { id: sessionId, dir, pluginRoot, startedAt: new Date() };
  const options = (backup: string) => ({ hook: HOOK, sessionId, projectDir, backup: inFolder(dir, backup) });
  const update = startSessionInClaudeMd(projectDir, session, options(PROJECT_BACKUP));
  const userLevel = stripOrphanKernelBlock(options(USER_BACKUP));
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
      message: update.message,
    },
    lock: { outcome, waited_ms: waitedMs, backend, reason },
  });
  appendEvent(event, { sessionId, projectDir });
  return {
    additionalContext:
      update.outcome === "disabled" ? undefined : contextFor(sessionId, projectDir, dir, update),
    systemMessage: messageFor(update, userLevel, inFolder(dir, JOURNAL_NAME)),
  };
}

/** For the model: what CLAUDE.md, which may have been read before this hook ran, does not tell it yet. */
function contextFor(sessionId: string, projectDir: string, dir: string, update: ClaudeMdUpdate): string {
  const file = printable(path.relative(projectDir, update.path));
  const done = update.changes.length > 0 ? update.changes.join("; ") : update.outcome;
  const lines = [
    `PACT session ${sessionId}, team ${teamName(sessionId)}; journal folder: ${printable(dir)}`,
    `${file}: ${done}.`,
  ];
  const previous = update.previousSession && journalOf(update.previousSession);
  if (previous) lines.push(`Previous session's journal: ${printable(previous)}`);
  if (!update.hadRouting) lines.push(routingText());
  return lines.join("\n");
}

/** The journal of a session that CLAUDE.md names; the file is not trusted to name any other path. */
function journalOf({ id, dir }: NonNullable<ClaudeMdUpdate["previousSession"]>): string | undefined {
  const folder = path.resolve(dir);
  const isOurs =
    isSessionId(id) && path.basename(folder) === id && folder.startsWith(journalRoot() + path.sep);
  const journal = inFolder(folder, JOURNAL_NAME);
  return isOurs && fs.existsSync(journal) ? journal : undefined;
}

/** For the person: one sentence for each thing to act on. */
function messageFor(update: ClaudeMdUpdate, userLevel: string | null, journal: string): string | undefined {
  const { lock, outcome, path: file, message } = update;
  const sentences: string[] = [];
  if (message) sentences.push(message);
  if (userLevel) sentences.push(`Your own CLAUDE.md: ${userLevel}.`);
  const written = outcome === "written";
  if (lock.outcome === "fail_open" && written) {
    sentences.push(
      `${file} was updated without its lock (${whyNot(lock)}); nothing was lost. See ${journal}.`,
    );
  } else if (lock.evicted) {
    sentences.push(
      `The lock on ${file} was taken over from ${nameOf(lock.evicted)}; nothing was lost. See ${journal}.`,
    );
  }
  return sentences.length > 0 ? `pact-hooks: ${sentences.join(" ")}` : undefined;
}

function whyNot({ reason, code, holder, waitedMs }: Lease): string {
  if (reason !== "timeout") return [reason, code].filter(Boolean).join(", ");
  return `${nameOf(holder ?? {})} held it for more than ${(waitedMs / 1000).toFixed(1)} s`;
}
