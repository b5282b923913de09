/** Reports a session start: context for the model, and a message for the person. */
import fs from "node:fs";
import path from "node:path";
import { MAX_PROJECT_ROUTING, routingText } from "../claudeMd/routing.ts";
import { resumeCommand, type SessionInfo, teamName } from "../claudeMd/session.ts";
import type { ClaudeMdUpdate } from "../claudeMdManager.ts";
import { JOURNAL_NAME } from "../journal/sessionFolder.ts";
import { nameOf } from "../lock/holder.ts";
import { foreignHolderOf, type Lease } from "../lock/lease.ts";
import { PERSONAL_FILE } from "../settings.ts";
import { printable, shortenPaths, truncate } from "../text/characters.ts";

/** What a session start knows of other sessions. */
export interface OtherSessions {
  /** The journal of the session before this one in the project. */
  previous: string | undefined;
  /** The session goes on from the conversation of another one, which holds the context of that one. */
  isFork: boolean;
}

/**
 * Context for the model: its session, which CLAUDE.md does not name, and what CLAUDE.md may have lacked when Claude Code read
 * it, perhaps before the hook ran.
 * @returns undefined if the settings disable the plugin
 */
export function contextFor(
  session: SessionInfo,
  projectDir: string,
  update: ClaudeMdUpdate,
  { previous, isFork }: OtherSessions,
): string | undefined {
  if (update.outcome === "disabled") return undefined;
  const { id, dir, pluginRoot } = session;
  const lines = [
    `PACT session ${id}, team ${teamName(id)}`,
    `- Resume: ${resumeCommand(session)}`,
    `- Session folder: ${dir} (journal: ${JOURNAL_NAME})`,
    `- Plugin root of pact-hooks: ${pluginRoot}`,
    `- ${describeFile(update, projectDir)}`,
  ];
  if (isFork) lines.push("- Forked: a PACT session named earlier in this conversation is not this one");
  if (previous) lines.push(`- Previous session's journal: ${previous}`);
  const routing = update.needsRouting ? routingText() : "";
  // As a team's, they are sent with every request of a session.
  const ownWords = truncate(update.ownWords, MAX_PROJECT_ROUTING);
  return [lines.map(printable).join("\n"), routing, ownWords].filter(Boolean).join("\n\n");
}

function describeFile({ outcome, path: file, changes, blockIn }: ClaudeMdUpdate, projectDir: string): string {
  if (outcome !== "elsewhere") {
    return `${path.relative(projectDir, file)}: ${changes.length > 0 ? changes.join("; ") : outcome}`;
  }
  return blockIn
    ? `PACT block: in ${path.relative(projectDir, blockIn)}, which is loaded here, too`
    : "PACT block: none, because this project's CLAUDE.md is the user's own";
}

/**
 * Message for the person: one sentence for each thing to know or to act on.
 * @param userLevel status of the user's own CLAUDE.md; null if nothing happened to it
 * @param journal where the details are; undefined if it could not be written
 * @returns undefined if there is nothing to report
 */
export function messageFor(
  { lock, outcome, path: file, message, isFirst }: ClaudeMdUpdate,
  projectDir: string,
  userLevel: string | null,
  journal: string | undefined,
): string | undefined {
  const sentences: string[] = [];
  if (isFirst) {
    sentences.push(
      `Added the PACT block to ${path.relative(projectDir, file)}: commit it once, and later sessions leave it alone. To turn it off, write \`enabled: false\` between two lines \`---\` into ${PERSONAL_FILE}.`,
    );
  }
  if (message) sentences.push(message);
  if (userLevel) sentences.push(`Your own CLAUDE.md: ${userLevel.replace(/\.?$/, ".")}`);
  const more = `${safetyOf(lock, outcome, message)}${journal ? ` See ${journal}.` : ""}`;
  if (lock.outcome === "fail_open" && outcome === "written") {
    sentences.push(`Updated ${file} without its lock (${whyNot(lock)}).${more}`);
  } else if (lock.evicted) {
    sentences.push(
      `Evicted ${nameOf(lock.evicted)} from the lock on ${file}: it held the lock too long.${more}`,
    );
  }
  if (sentences.length === 0) return undefined;
  const folders = new Set([projectDir, fs.realpathSync.native(projectDir)]);
  const shorten = (text: string, folder: string) => shortenPaths(text, folder, "");
  return [...folders].reduce(shorten, `pact-hooks: ${sentences.join(" ")}`);
}

/** What is known of the text: a holder of this package cannot overwrite it, any other holder can. */
function safetyOf(lock: Lease, outcome: ClaudeMdUpdate["outcome"], message: string | undefined): string {
  if (foreignHolderOf(lock))
    return outcome === "written" ? " That process may still overwrite the update." : "";
  return !message && (lock.evicted ?? lock.holder) ? " No text was lost." : "";
}

function whyNot({ reason, code, holder, waitedMs }: Lease): string {
  if (reason === "permission") {
    return `this user may not open the lock file beside it, ${code}: remove that file, or give this user the right to write it`;
  }
  if (reason !== "timeout") return [reason, code].filter(Boolean).join(", ");
  return `${nameOf(holder ?? {})} still held it after ${(waitedMs / 1000).toFixed(1)} s`;
}
