import { type Document, type PreviousSession, type Run } from "./document.ts";
export interface SessionInfo {
    id: string;
    dir: string;
    pluginRoot: string;
    startedAt: Date;
}
/** The lines of the session block, markers included. */
export declare function sessionBlock(session: SessionInfo): string[];
/** `pact-` and the hexadecimal digits and hyphens among the first eight characters of the session id. */
export declare function teamName(sessionId: string): string;
/**
 * Brings the session block up to date. The first one inside the managed block stays, and all others are removed; if all
 * lie outside, the first moves in. A session with another id than the Resume line names replaces the block.
 * @param session if absent, no block is created, and an existing one keeps its content
 */
export declare function updateSessionBlock(doc: Document, run: Run, session?: SessionInfo): {
    doc: Document;
    previous?: PreviousSession;
};
