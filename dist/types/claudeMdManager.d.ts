import type { ProjectTextResult } from "./claudeMd/document.ts";
import { type SessionInfo } from "./claudeMd/projectText.ts";
import { type UpdateResult } from "./update/result.ts";
import { type UpdateOptions } from "./update/updateFile.ts";
export { extractManagedRegion } from "./claudeMd/managed.ts";
export { resolveProjectClaudeMd } from "./claudeMd/place.ts";
/** A locked update of the text, and what it did. */
interface TextUpdate extends Omit<UpdateResult, "outcome"> {
    /** `disabled`: the project's settings say so. */
    outcome: UpdateResult["outcome"] | "disabled";
    /** What was done, in words; empty if nothing was. */
    changes: string[];
    /** The session whose block was replaced, as the file named it: not to be trusted. */
    previousSession?: ProjectTextResult["previousSession"];
}
export interface ClaudeMdUpdate extends TextUpdate {
    /** CLAUDE.md as it is named, before links are followed. */
    path: string;
    /** Whether the file had our current routing text before: if not, the model may not have read it. */
    hadRouting: boolean;
}
/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. */
export declare function updateAllBlocks(projectDir: string, session: SessionInfo, options?: UpdateOptions): ClaudeMdUpdate;
/** Sees to it that there is a managed block with its memory sections. @returns what was done, or null */
export declare function ensureProjectMemory(projectDir: string, options?: UpdateOptions): string | null;
/** Moves the memory and session of a legacy CLAUDE.md into a managed block. @returns what was done, or null */
export declare function migrateToManagedStructure(projectDir: string, options?: UpdateOptions): string | null;
/** Removes routing markers that do not belong to a well-formed pair. @returns what was done, or null */
export declare function stripOrphanRoutingMarkers(projectDir: string, options?: UpdateOptions): string | null;
/** Brings the routing block up to date. @returns what was done, or null */
export declare function updatePactRouting(projectDir: string, options?: UpdateOptions): string | null;
/** Brings the session block up to date. @returns what was done, or null */
export declare function updateSessionInfo(projectDir: string, session: SessionInfo, options?: UpdateOptions): string | null;
/**
 * Removes the obsolete kernel block from the user's own CLAUDE.md, which may be a link to anywhere: it is not the
 * project's. @returns what was done or is wrong, or null
 */
export declare function stripOrphanKernelBlock(options?: UpdateOptions): string | null;
