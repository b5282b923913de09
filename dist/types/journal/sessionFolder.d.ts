/** Whose journal: without a usable session id, the one for unattributed events. */
export interface JournalAddress {
    sessionId?: string | undefined;
    projectDir?: string | undefined;
}
/** The journal's name in a session's folder. */
export declare const JOURNAL_NAME = "session-journal.jsonl";
/** The name, in the folder of all journals, of the one for events without a session. */
export declare const UNATTRIBUTED_NAME = "unattributed.jsonl";
/** Claude Code's configuration folder: `$CLAUDE_CONFIG_DIR`, else `~/.claude`. @throws if there is no home folder */
export declare function configDir(): string;
/** The folder of all journals. @throws if there is no home folder */
export declare function journalRoot(): string;
/** A session's own folder. @throws if the session id is not one, or there is no home folder */
export declare function sessionDir(projectDir: string, sessionId: string): string;
/** The journal's file for an address. @throws if there is no home folder */
export declare function journalPath({ sessionId, projectDir }: JournalAddress): string;
/**
 * Whether a value is a session id that this package uses. An id becomes a folder's name, a line of CLAUDE.md
 * and an argument of a shown command, so it consists of letters, digits, `.`, `_` and `-`, starts with a letter
 * or digit, has no `..`, and at most 128 characters. Claude Code's own are UUIDs.
 */
export declare function isSessionId(value: unknown): value is string;
