/** Where a project's CLAUDE.md is: it has two names. */
import { inFolder, isThere } from "../system/files.ts";

/** The names that a project's CLAUDE.md may have. A session uses the first that is there, and an older one may have used the other. */
export function claudeMdPaths(projectDir: string): [inner: string, outer: string] {
  return [inFolder(inFolder(projectDir, ".claude"), "CLAUDE.md"), inFolder(projectDir, "CLAUDE.md")];
}

/**
 * Where a project's CLAUDE.md is: `.claude/CLAUDE.md` if there is one, else `CLAUDE.md` if there is one, else
 * `.claude/CLAUDE.md`, to be created. A link counts, wherever it leads.
 * @throws the system's error if it cannot be told
 */
export function resolveProjectClaudeMd(projectDir: string): string {
  const [inner, outer] = claudeMdPaths(projectDir);
  return !isThere(inner) && isThere(outer) ? outer : inner;
}
