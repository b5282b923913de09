/**
 * The two paths that a project's CLAUDE.md may have. A session uses the first that exists; an earlier session may have
 * used the other.
 */
export declare function claudeMdPaths(projectDir: string): [inner: string, outer: string];
/**
 * The path of a project's CLAUDE.md: `.claude/CLAUDE.md` if it exists, else `CLAUDE.md` if that exists, else
 * `.claude/CLAUDE.md`, to be created. A link counts as existing, wherever it leads.
 * @throws the system's error if it cannot look up a path
 */
export declare function resolveProjectClaudeMd(projectDir: string): string;
