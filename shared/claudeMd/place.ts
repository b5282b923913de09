/** Finds a project's CLAUDE.md, which has one of two names. */
import { inFolder, isThere } from "../system/files.ts";

/**
 * The two paths that a project's CLAUDE.md may have. A session uses the first that exists; an earlier session may have
 * used the other.
 */
export function claudeMdPaths(projectDir: string): [inner: string, outer: string] {
  return [inFolder(inFolder(projectDir, ".claude"), "CLAUDE.md"), inFolder(projectDir, "CLAUDE.md")];
}

/**
 * The path of a project's CLAUDE.md: `.claude/CLAUDE.md` if it exists, else `CLAUDE.md` if that exists, else
 * `.claude/CLAUDE.md`, to be created. A link counts as existing, wherever it leads.
 * @throws the system's error if it cannot look up a path
 */
export function resolveProjectClaudeMd(projectDir: string): string {
  const [inner, outer] = claudeMdPaths(projectDir);
  return !isThere(inner) && isThere(outer) ? outer : inner;
}
