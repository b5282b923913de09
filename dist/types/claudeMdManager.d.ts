import type { ProjectTextResult } from "./claudeMd/document.ts";
import { type SessionInfo } from "./claudeMd/projectText.ts";
import { type UpdateResult } from "./update/result.ts";
import { type UpdateOptions } from "./update/updateFile.ts";
export { extractManagedRegion } from "./claudeMd/managed.ts";
export { resolveProjectClaudeMd } from "./claudeMd/place.ts";
/** The result of one locked update of a text. */
interface TextUpdate extends Omit<UpdateResult, "outcome"> {
    /** `disabled`: the project's settings disable the plugin. */
    outcome: UpdateResult["outcome"] | "disabled";
    /** Short status lines for a person or the model; empty if nothing changed. */
    changes: string[];
    /** The session whose block was replaced, as the file named it; not trusted. */
    previousSession?: ProjectTextResult["previousSession"];
}
export interface ClaudeMdUpdate extends TextUpdate {
    /** The path of CLAUDE.md before links are followed. */
    path: string;
    /** Whether the file held our current routing text before. If not, the model may not have read that text. */
    hadRouting: boolean;
}
/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. */
export declare function updateAllBlocks(projectDir: string, session: SessionInfo, options?: UpdateOptions): ClaudeMdUpdate;
/** Ensures a managed block with its memory sections. @returns status for a person, or null if nothing happened */
export declare function ensureProjectMemory(projectDir: string, options?: UpdateOptions): string | null;
/** Moves a legacy file's memory and session into a managed block. @returns status for a person, or null */
export declare function migrateToManagedStructure(projectDir: string, options?: UpdateOptions): string | null;
/** Removes routing markers outside any well-formed pair. @returns status for a person, or null */
export declare function stripOrphanRoutingMarkers(projectDir: string, options?: UpdateOptions): string | null;
/** Brings the routing block up to date. @returns status for a person, or null */
export declare function updatePactRouting(projectDir: string, options?: UpdateOptions): string | null;
/** Brings the session block up to date. @returns status for a person, or null */
export declare function updateSessionInfo(projectDir: string, session: SessionInfo, options?: UpdateOptions): string | null;
/**
 * Removes the obsolete kernel block from the user's own CLAUDE.md, which is not the project's and may be a link to
 * anywhere.
 * @returns status for a person: the change or the problem; null if there is neither
 */
export declare function stripOrphanKernelBlock(options?: UpdateOptions): string | null;
