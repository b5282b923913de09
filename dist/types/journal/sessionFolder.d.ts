/** Names the session whose journal is meant. Without a usable session id, that is the journal of unattributed events. */
export interface JournalAddress {
    sessionId?: string | undefined;
    projectDir?: string | undefined;
}
/** The journal's name in a session's folder. */
export declare const JOURNAL_NAME = "session-journal.jsonl";
/** The name of the journal for events without a session, in the folder of all journals. */
export declare const UNATTRIBUTED_NAME = "unattributed.jsonl";
/** Claude Code's configuration folder: `$CLAUDE_CONFIG_DIR`, else `~/.claude`. @throws if there is no home folder */
export declare function configDir(): string;
/** The folder of all journals. @throws if there is no home folder */
export declare function journalRoot(config?: string): string;
/**
 * A session's own folder: the one that it has under the project's former slug, else the one that it has or gets under the
 * slug. @throws if the session id is invalid, or there is no home folder
 */
export declare function sessionDir(projectDir: string, sessionId: string, config?: string): string;
/**
 * The names of the folders for a project's sessions: first its slug, as the PACT plugin makes it, too, so that each finds
 * the journals of the other; then, if it differs, the one that versions before made, where older sessions still lie.
 */
export declare function slugsOf(projectDir: string): string[];
/** The path of the journal at an address. @throws if there is no home folder */
export declare function journalPath({ sessionId, projectDir }: JournalAddress, config?: string): string;
/**
 * Whether a value is a session id that this package uses. An id becomes a folder's name, a line of CLAUDE.md and an
 * argument of a command that we show. So an id has 1 to 128 letters, digits, `.`, `_` and `-`, starts with a letter or
 * digit, and contains no `..`. Windows takes a dot at the end away, and `con` or `nul.1` for a device. Claude Code's own ids
 * are UUIDs.
 */
export declare function isSessionId(value: unknown): value is string;
