/** Where a session's folder and its journal lie: `{config}/pact-sessions/{slug}/{session_id}/session-journal.jsonl`. */
import fs from "node:fs";
import path from "node:path";
import { os } from "../system/dependencies.ts";
import { inFolder, isThere } from "../system/files.ts";
import { IS_WINDOWS, isDeviceName } from "../system/platform.ts";

/** Names the session whose journal is meant. Without a usable session id, that is the journal of unattributed events. */
export interface JournalAddress {
  sessionId?: string | undefined;
  projectDir?: string | undefined;
}

/** The journal's name in a session's folder. */
export const JOURNAL_NAME = "session-journal.jsonl";
/** The name of the journal for events without a session, in the folder of all journals. */
export const UNATTRIBUTED_NAME = "unattributed.jsonl";

/** Claude Code's configuration folder: `$CLAUDE_CONFIG_DIR`, else `~/.claude`. @throws if there is no home folder */
export function configDir(): string {
  const configured = process.env.CLAUDE_CONFIG_DIR;
  if (configured) return path.resolve(configured);
  const home = process.env[IS_WINDOWS ? "USERPROFILE" : "HOME"] ?? "";
  // An empty or relative HOME would lead into the project.
  return path.join(path.isAbsolute(home) ? home : os().userInfo().homedir, ".claude");
}

/** The folder of all journals. @throws if there is no home folder */
export function journalRoot(config = configDir()): string {
  return inFolder(config, "pact-sessions");
}

/**
 * A session's own folder: the one that it has under the project's former slug, else the one that it has or gets under the
 * slug. @throws if the session id is invalid, or there is no home folder
 */
export function sessionDir(projectDir: string, sessionId: string, config = configDir()): string {
  if (!isSessionId(sessionId)) throw new Error("not a session id");
  const [dir = "", former] = slugsOf(projectDir).map((slug) =>
    inFolder(inFolder(journalRoot(config), slug), sessionId),
  );
  return former !== undefined && !isThere(dir) && isThere(former) ? former : dir;
}

/**
 * The names of the folders for a project's sessions: first its slug, as the PACT plugin makes it, too, so that each finds
 * the journals of the other; then, if it differs, the one that versions before made, where older sessions still lie.
 */
export function slugsOf(projectDir: string): string[] {
  const former = path.basename(path.resolve(projectDir)) || "root";
  const slug = (path.basename(realOf(projectDir)) || "root").replace(/[^A-Za-z0-9_-]+/g, "_");
  return [...new Set([slug, former])];
}

/** The PACT plugin names a project that is opened through a link after the folder that the link leads to. */
function realOf(projectDir: string): string {
  try {
    return fs.realpathSync.native(projectDir);
  } catch {
    return path.resolve(projectDir);
  }
}

/** The path of the journal at an address. @throws if there is no home folder */
export function journalPath({ sessionId, projectDir }: JournalAddress, config = configDir()): string {
  return isSessionId(sessionId) && projectDir
    ? inFolder(sessionDir(projectDir, sessionId, config), JOURNAL_NAME)
    : inFolder(journalRoot(config), UNATTRIBUTED_NAME);
}

/**
 * Whether a value is a session id that this package uses. An id becomes a folder's name, a line of CLAUDE.md and an
 * argument of a command that we show. So an id has 1 to 128 letters, digits, `.`, `_` and `-`, starts with a letter or
 * digit, and contains no `..`. Windows takes a dot at the end away, and `con` or `nul.1` for a device. Claude Code's own ids
 * are UUIDs.
 */
export function isSessionId(value: unknown): value is string {
  return (
    typeof value === "string" &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value) &&
    !/\.\.|\.$/.test(value) &&
    !isDeviceName(value)
  );
}
