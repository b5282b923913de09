import { type ProjectTextResult } from "./document.ts";
import type { MemorySection } from "./markers.ts";
import { type SessionBlockOptions } from "./session.ts";
export type { SessionBlockOptions, SessionInfo } from "./session.ts";
export interface ProjectTextOptions extends SessionBlockOptions {
    /** False: no routing block is created, and an existing one is removed. */
    routingBlock?: boolean;
    /** The team's own words, added to the routing block. */
    projectRouting?: string;
    /** Memory that stands elsewhere, by section: added where the file lacks it. */
    moreMemory?: [MemorySection, string][];
}
/**
 * Creates or repairs the managed block of a project's CLAUDE.md, and brings every block inside it up to date.
 * Idempotent: a second run changes nothing.
 * @param text null for a file that does not exist
 */
export declare function updateProjectText(text: string | null, options: ProjectTextOptions): ProjectTextResult;
/** Ensures a managed block with title, routing and memory; leaves one that already holds memory unchanged. */
export declare function ensureMemoryText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Moves the memory sections and the session block of a legacy file into a managed block. */
export declare function migrateText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Removes the lines of routing markers that do not belong to a well-formed pair. */
export declare function stripOrphanRoutingText(text: string | null): ProjectTextResult;
/** Brings only the routing block up to date; without a managed block to hold it, updates all blocks. */
export declare function updateRoutingText(text: string | null, options?: ProjectTextOptions): ProjectTextResult;
/** Brings only the session block up to date; without a managed block to hold it, updates all blocks. */
export declare function updateSessionText(text: string | null, options: SessionBlockOptions): ProjectTextResult;
