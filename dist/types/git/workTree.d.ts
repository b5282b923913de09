export interface WorkTree {
    /** Its top folder. */
    top: string;
    /** Its own folder of the repository, which holds its index. */
    gitDir: string;
    /** The folder that all work trees of the repository share: `.git` of the main one. */
    commonDir: string;
    /** The top folder of the main work tree: `top` itself, but for a linked work tree. */
    mainTop: string;
    /** The path from the top to the folder that was asked about; empty for the top itself. */
    below: string;
}
/**
 * The work tree that a folder lies in. `GIT_DIR`, `GIT_COMMON_DIR` and `GIT_WORK_TREE` count as they do for git.
 * @param known a work tree found a moment ago, whose repository need not be checked again
 * @returns null if there is none, or if its `.git` leads to a repository that does not know this work tree
 * @throws the system's error, or a {Refusal}, if the folder or what tells of the repository cannot be read
 */
export declare function findWorkTree(folder: string, known?: WorkTree | null): WorkTree | null;
/** Does the same, but never throws: null also if the folder cannot be read. */
export declare function workTreeOf(folder: string): WorkTree | null;
/**
 * The folder under whose name a project's journals are filed: the same one of the main work tree, for a folder of a linked
 * one, whose own name says nothing after it has been removed.
 */
export declare function journalDirOf(projectDir: string, tree: WorkTree | null): string;
