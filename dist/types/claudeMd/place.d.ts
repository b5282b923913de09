/** The names that a project's CLAUDE.md may have. A session uses the first that is there, and an older one may have used the other. */
export declare function claudeMdPaths(projectDir: string): [inner: string, outer: string];
/**
 * Where a project's CLAUDE.md is: `.claude/CLAUDE.md` if there is one, else `CLAUDE.md` if there is one, else
 * `.claude/CLAUDE.md`, to be created. A link counts, wherever it leads.
 * @throws the system's error if it cannot be told
 */
export declare function resolveProjectClaudeMd(projectDir: string): string;
