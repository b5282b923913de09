import { type Document, type PreviousSession, type Run } from "./document.ts";
export interface SessionInfo {
    id: string;
    dir: string;
    pluginRoot: string;
    startedAt: Date;
}
/** The session block, markers included. */
export declare function sessionBlock(session: SessionInfo): string[];
/** `pact-` and the first eight characters of the session id, of which hexadecimal digits and hyphens stay. */
export declare function teamName(sessionId: string): string;
/**
 * Brings the session block up to date. The first one inside the managed block stays, any other is removed; if
 * all are elsewhere, the first moves in. It is rewritten when the session is another one, which its Resume line
 * tells; without a session it is neither written nor created.
 */
export declare function updateSessionBlock(doc: Document, run: Run, session?: SessionInfo): {
    doc: Document;
    previous?: PreviousSession;
};
