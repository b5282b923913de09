import { type ProjectTextResult } from "./document.ts";
import { type SessionInfo } from "./session.ts";
export type { SessionInfo } from "./session.ts";
export interface ProjectTextOptions {
    /** The session that starts. Absent: the session block is left as it is, and none is created. */
    session?: SessionInfo;
    /** False: no routing block; one that exists is removed. */
    routingBlock?: boolean;
    /** The project's own words, added to the routing block. */
    projectRouting?: string;
}
/**
 * A project's CLAUDE.md with the managed block in it and everything in that up to date. `null` stands for a
 * file that does not exist. Applied to its own output it changes nothing.
 */
export declare function updateProjectText(text: string | null, options: ProjectTextOptions): ProjectTextResult;
/** Sees to it that there is a managed block with title, routing and memory; leaves a complete one alone. */
export declare function ensureMemoryText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Moves the memory sections and the session block of a legacy file into a managed block. */
export declare function migrateText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Removes the lines of routing markers that do not belong to a well-formed pair. */
export declare function stripOrphanRoutingText(text: string | null): ProjectTextResult;
/** Brings the routing block up to date, and nothing else unless there is no managed block to hold it. */
export declare function updateRoutingText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Brings the session block up to date, and nothing else unless there is no managed block to hold it. */
export declare function updateSessionText(text: string | null, session: SessionInfo): ProjectTextResult;
