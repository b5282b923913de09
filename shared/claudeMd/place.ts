/** Finds the CLAUDE.md that a project's blocks belong into. */
import fs from "node:fs";
import path from "node:path";
import { type WorkTree, workTreeOf } from "../git/workTree.ts";
import { configDir } from "../journal/sessionFolder.ts";
import { inFolder, isSameFile, isThere } from "../system/files.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { resolveTarget } from "../system/targetPath.ts";
import { parseDocument } from "./document.ts";

/** Both names that a project's CLAUDE.md may have. A session uses the first that exists; an older one may have used the other. */
export function claudeMdPaths(projectDir: string): [inner: string, outer: string] {
  return [inFolder(inFolder(projectDir, ".claude"), "CLAUDE.md"), inFolder(projectDir, "CLAUDE.md")];
}

/**
 * The path of a project's CLAUDE.md: `.claude/CLAUDE.md` if it exists, else `CLAUDE.md` if it exists, else
 * `.claude/CLAUDE.md`, to be created. A link counts, wherever it leads.
 * @throws the system's error if the check fails
 */
export function resolveProjectClaudeMd(projectDir: string): string {
  const [inner, outer] = claudeMdPaths(projectDir);
  return !isThere(inner) && isThere(outer) ? outer : inner;
}

/**
 * Whether a project's CLAUDE.md is the user's own, `{config}/CLAUDE.md`, as it is in the home folder. Claude Code loads that
 * file in every project, so a project's blocks do not belong there.
 */
export function isUserFile(file: string): boolean {
  try {
    const own = inFolder(configDir(), "CLAUDE.md");
    const [a, b] = [file, own].map((name) => fs.statSync(name, { bigint: true, throwIfNoEntry: false }));
    if (a && b) return isSameFile(a, b);
    return !a && !b && realName(file) === realName(own);
  } catch {
    return false;
  }
}

function realName(file: string): string {
  return inFolder(fs.realpathSync.native(path.dirname(file)), path.basename(file));
}

/**
 * The CLAUDE.md with a managed block in a folder above the project's, within the same git work tree. Claude Code loads that
 * file, too, so the project's own folder needs no block of its own.
 * @returns undefined if there is none, or it cannot be read
 */
export function findBlockAbove(
  projectDir: string,
  tree: WorkTree | null = workTreeOf(projectDir),
): string | undefined {
  if (!tree) return undefined;
  for (let dir = path.join(tree.top, tree.below); dir !== tree.top && dir !== path.dirname(dir); ) {
    dir = path.dirname(dir);
    const found = claudeMdPaths(dir).find((file) => hasManagedBlock(file, dir));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a file holds a managed block; false if it cannot be read, as Claude Code cannot then either. */
export function hasManagedBlock(file: string, projectDir: string): boolean {
  try {
    const content = isThere(file) ? readRegularFile(resolveTarget(file, projectDir).path) : null;
    const text = content?.bytes.toString("utf8") ?? "";
    return text.includes("PACT_MANAGED_START") && parseDocument(text).blocks.managed !== null;
  } catch {
    return false;
  }
}

/** The other CLAUDE.md of a project, if it holds a managed block, too, and is a file of its own. */
export function secondFileOf(projectDir: string, file: string): string | undefined {
  const other = claudeMdPaths(projectDir).find((candidate) => candidate !== file);
  if (other === undefined || !hasManagedBlock(other, projectDir)) return undefined;
  const [a, b] = [file, other].map((name) => fs.statSync(name, { bigint: true, throwIfNoEntry: false }));
  return isSameFile(a, b) ? undefined : other;
}
