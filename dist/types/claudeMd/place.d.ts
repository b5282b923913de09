import { type WorkTree } from "../git/workTree.ts";
/** Both names that a project's CLAUDE.md may have. A session uses the first that exists; an older one may have used the other. */
export declare function claudeMdPaths(projectDir: string): [inner: string, outer: string];
/**
 * The path of a project's CLAUDE.md: `.claude/CLAUDE.md` if it exists, else `CLAUDE.md` if it exists, else
 * `.claude/CLAUDE.md`, to be created. A link counts, wherever it leads.
 * @throws the system's error if the check fails
 */
export declare function resolveProjectClaudeMd(projectDir: string): string;
/**
 * Whether a project's CLAUDE.md is the user's own, `{config}/CLAUDE.md`, as it is in the home folder. Claude Code loads that
 * file in every project, so a project's blocks do not belong there.
 */
export declare function isUserFile(file: string): boolean;
/**
 * The CLAUDE.md with a managed block in a folder above the project's, within the same git work tree. Claude Code loads that
 * file, too, so the project's own folder needs no block of its own.
 * @returns undefined if there is none, or it cannot be read
 */
export declare function findBlockAbove(projectDir: string, tree?: WorkTree | null): string | undefined;
/** Whether a file holds a managed block; false if it cannot be read, as Claude Code cannot then either. */
export declare function hasManagedBlock(file: string, projectDir: string): boolean;
/** The other CLAUDE.md of a project, if it holds a managed block, too, and is a file of its own. */
export declare function secondFileOf(projectDir: string, file: string): string | undefined;
