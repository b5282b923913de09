/**
 * The manager of CLAUDE.md: every change of it is one locked update of its text.
 */
import fs from "node:fs";
import path from "node:path";
import { isCode } from "./errors.ts";
import type { LockOptions } from "./fileLock.ts";
import { type ProjectTextOptions, type ProjectTextResult, updateProjectText } from "./projectText.ts";
import { routingText } from "./routingBlock.ts";
import { abandon, type UpdateResult, updateFile } from "./updateFile.ts";

export interface ClaudeMdUpdate extends UpdateResult {
  /** CLAUDE.md as it is named, before links are followed. */
  path: string;
  /** What was done, in words; empty if nothing was. */
  changes: string[];
  /** Whether the file had our current routing text before: if not, the model may not have read it. */
  hadRouting: boolean;
  /** The session whose block was replaced, as the file named it. */
  previousSession?: ProjectTextResult["previousSession"];
}

/**
 * Where a project's CLAUDE.md is: `.claude/CLAUDE.md` if there is one, else `CLAUDE.md` if there is one, else
 * `.claude/CLAUDE.md`, to be created. A link counts, wherever it leads.
 */
export function resolveProjectClaudeMd(projectDir: string): string {
  const inner = path.join(projectDir, ".claude", "CLAUDE.md");
  const outer = path.join(projectDir, "CLAUDE.md");
  return !isThere(inner) && isThere(outer) ? outer : inner;
}

function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Not reachable, which the update will say.
    return false;
  }
}

/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. Never throws for what the file is. */
export function updateProjectClaudeMd(
  projectDir: string,
  wanted: ProjectTextOptions,
  options: LockOptions = {},
): ClaudeMdUpdate {
  const file = resolveProjectClaudeMd(projectDir);
  const lockOptions = { ...options, projectDir };
  let done: ProjectTextResult = { text: "", changes: [] };
  let hadRouting = false;
  const mutate = (text: string | null) => {
    done = updateProjectText(text, wanted);
    hadRouting = text?.replaceAll("\r\n", "\n").includes(routingText()) ?? false;
    return done.text;
  };
  const result = ensureFolder(file, lockOptions) ?? updateFile(file, mutate, lockOptions);
  const written = result.outcome === "written";
  const message = [result.message, done.problem && `${file}: ${done.problem}`].filter(Boolean).join(" ");
  return {
    ...result,
    path: file,
    changes: written ? done.changes : [],
    hadRouting,
    ...(message ? { message } : {}),
    ...(written && done.previousSession ? { previousSession: done.previousSession } : {}),
  };
}

/** Makes the folder of a new CLAUDE.md; private, as its files are. @returns the outcome if that fails */
function ensureFolder(file: string, options: LockOptions): UpdateResult | undefined {
  try {
    fs.mkdirSync(path.dirname(file), 0o700);
  } catch (error) {
    if (!isCode(error, "EEXIST")) return abandon(error, file, options);
  }
  return undefined;
}
