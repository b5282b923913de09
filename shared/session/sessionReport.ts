/** Reports a session start: context for the model, and a message for the person. */
import fs from "node:fs";
import path from "node:path";
import { routingText } from "../claudeMd/routing.ts";
import { type SessionInfo, teamName } from "../claudeMd/session.ts";
import type { ClaudeMdUpdate } from "../claudeMdManager.ts";
import { isSessionId, JOURNAL_NAME, journalRoot } from "../journal/sessionFolder.ts";
import { nameOf } from "../lock/holder.ts";
import type { Lease } from "../lock/lease.ts";
import { inFolder } from "../system/files.ts";
import { printable } from "../text/characters.ts";

/**
 * Context for the model: facts that CLAUDE.md may have lacked when Claude Code read it, perhaps before the hook ran.
 * @returns undefined if the project's settings disable the plugin
 */
export function contextFor(
  { id, dir }: SessionInfo,
  projectDir: string,
  update: ClaudeMdUpdate,
): string | undefined {
  if (update.outcome === "disabled") return undefined;
  const file = printable(path.relative(projectDir, update.path));
  const done = update.changes.length > 0 ? update.changes.join("; ") : update.outcome;
  const lines = [
    `PACT session ${id}, team ${teamName(id)}; journal folder: ${printable(dir)}`,
    `${file}: ${done}.`,
  ];
  const previous = update.previousSession && journalOf(update.previousSession);
  if (previous) lines.push(`Previous session's journal: ${printable(previous)}`);
  if (!update.hadRouting) lines.push(routingText());
  return lines.join("\n");
}

/** The journal of the session that CLAUDE.md names; undefined for any other path, because the file is not trusted. */
function journalOf({ id, dir }: NonNullable<ClaudeMdUpdate["previousSession"]>): string | undefined {
  const folder = path.resolve(dir);
  const isOurs =
    isSessionId(id) && path.basename(folder) === id && folder.startsWith(journalRoot() + path.sep);
  const journal = inFolder(folder, JOURNAL_NAME);
  return isOurs && fs.existsSync(journal) ? journal : undefined;
}

/**
 * Message for the person: one sentence for each thing to know or to act on.
 * @param userLevel status of the user's own CLAUDE.md; null if nothing happened to it
 * @returns undefined if there is nothing to report
 */
export function messageFor(
  { lock, outcome, path: file, message }: ClaudeMdUpdate,
  userLevel: string | null,
  journal: string,
): string | undefined {
  const sentences: string[] = [];
  if (message) sentences.push(message);
  if (userLevel) sentences.push(`Your own CLAUDE.md: ${userLevel.replace(/\.?$/, ".")}`);
  if (lock.outcome === "fail_open" && outcome === "written") {
    sentences.push(`Updated ${file} without its lock (${whyNot(lock)}). No text was lost. See ${journal}.`);
  } else if (lock.evicted) {
    const holder = nameOf(lock.evicted);
    sentences.push(
      `Evicted ${holder} from the lock on ${file}: it held the lock too long. No text was lost. See ${journal}.`,
    );
  }
  return sentences.length > 0 ? `pact-hooks: ${sentences.join(" ")}` : undefined;
}

function whyNot({ reason, code, holder, waitedMs }: Lease): string {
  if (reason !== "timeout") return [reason, code].filter(Boolean).join(", ");
  return `${nameOf(holder ?? {})} still held it after ${(waitedMs / 1000).toFixed(1)} s`;
}
