import { type SessionInfo } from "./claudeMd/projectText.ts";
import { type WorkTree } from "./git/workTree.ts";
import { type UpdateResult } from "./update/result.ts";
import { type UpdateOptions } from "./update/updateFile.ts";
export { extractManagedRegion } from "./claudeMd/managed.ts";
export { resolveProjectClaudeMd } from "./claudeMd/place.ts";
/** What a locked update of a text did. */
interface TextUpdate extends Omit<UpdateResult, "outcome"> {
    /** `disabled`: the settings say so. `elsewhere`: the project's blocks do not belong into this file. */
    outcome: UpdateResult["outcome"] | "disabled" | "elsewhere";
    /** What was done, in words; empty if nothing was. */
    changes: string[];
    /** A line that was written, if another program may still overwrite the update. */
    added?: string | undefined;
}
export interface ClaudeMdUpdate extends TextUpdate {
    /** CLAUDE.md as it is named, before links are followed. */
    path: string;
    /** The managed block was added: the first session in this project. */
    isFirst: boolean;
    /** The model may not have read our current routing text, and the settings want it to. */
    needsRouting: boolean;
    /** The user's own words for the model. */
    ownWords: string;
    /** For `elsewhere`: the file in a folder above that holds the block; absent for the user's own file. */
    blockIn?: string;
}
/** What a session start says beyond its options. */
export interface SessionStart {
    session: SessionInfo;
    /** Why the session starts, as Claude Code says it. */
    source?: string | undefined;
    isPactEnabled?: () => boolean;
    /** The work tree that the project lies in, if the caller knows it. */
    tree?: WorkTree | null;
}
/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. */
export declare function updateAllBlocks(projectDir: string, { session, source, isPactEnabled, tree }: SessionStart, options?: UpdateOptions): ClaudeMdUpdate;
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
