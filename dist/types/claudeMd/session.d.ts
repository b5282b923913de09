import { type Document, type Run } from "./document.ts";
export interface SessionInfo {
    id: string;
    dir: string;
    pluginRoot: string;
    startedAt: Date;
    /** The agent that the session runs as, if it was started with `--agent`. */
    agent?: string | undefined;
}
/**
 * Whether a source, as Claude Code names it, begins a session. The other sources go on with a session, beside which others
 * may have begun.
 */
export declare function isBeginning(source: string | undefined): boolean;
/** The lines of the session block, markers included. @param started the value of its Started line */
export declare function sessionBlock(session: SessionInfo, started?: string): string[];
/** The command that goes on with a session. Without its agent, the PACT plugin does not take the session for a lead's. */
export declare function resumeCommand({ id, agent }: Pick<SessionInfo, "id" | "agent">): string;
/** The name of the team that Claude Code, since 2.1.178, makes for a session: from the first eight characters of its id. */
export declare function teamName(sessionId: string): string;
/** What becomes of the session block. With neither a session nor `remove`, an existing one keeps its content. */
export interface SessionBlockOptions {
    /** The session that the block is to name. */
    session?: SessionInfo | undefined;
    /** A block of ours is removed. */
    removeSessionBlock?: boolean;
    /** False: the session does not replace the block of another one; it only brings its own up to date. */
    mayReplaceSession?: boolean;
    /** Whether a plugin root is this package's. The PACT plugin's block names its own. */
    isOurRoot?: (root: string) => boolean;
    /** Whether the PACT plugin is enabled here, so that its block is in use. Default: it is. */
    isPactEnabled?: () => boolean;
}
/**
 * Brings the session block up to date. A block of the PACT plugin stays as it is: that plugin reads the previous session
 * from it. Of ours, the first one inside the managed block stays, and all others are removed; if all lie outside, the first
 * moves in. With `removeSessionBlock`, all of ours are removed.
 */
export declare function updateSessionBlock(doc: Document, run: Run, options: SessionBlockOptions): Document;
/** Whether a plugin root is this package's, by the name that the plugin system gives its folder. */
export declare function isNamedLikeUs(root: string): boolean;
