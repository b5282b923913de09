/** Manages CLAUDE.md: every change is one locked update of its text. */
import fs from "node:fs";
import path from "node:path";
import type { ProjectTextResult } from "./claudeMd/document.ts";
import { stripKernelBlock } from "./claudeMd/kernel.ts";
import { claudeMdPaths, resolveProjectClaudeMd } from "./claudeMd/place.ts";
import {
  ensureMemoryText,
  migrateText,
  type ProjectTextOptions,
  type SessionInfo,
  stripOrphanRoutingText,
  updateProjectText,
  updateRoutingText,
  updateSessionText,
} from "./claudeMd/projectText.ts";
import { routingText } from "./claudeMd/routing.ts";
import { configDir } from "./journal/sessionFolder.ts";
import { NOT_NEEDED, requestOf } from "./lock/lease.ts";
import { readProjectSettings } from "./settings.ts";
import { isCode, messageOf } from "./system/errors.ts";
import { inFolder, isThere } from "./system/files.ts";
import { abandon, type UpdateResult } from "./update/result.ts";
import { type UpdateOptions, updateFile } from "./update/updateFile.ts";

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

const DISABLED: TextUpdate = { outcome: "disabled", lock: NOT_NEEDED, rounds: 0, changes: [] };

type Transform = (text: string | null, wanted: ProjectTextOptions) => ProjectTextResult;

/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. */
export function updateAllBlocks(
  projectDir: string,
  session: SessionInfo,
  options: UpdateOptions = {},
): ClaudeMdUpdate {
  return updateClaudeMd(projectDir, updateProjectText, { ...options, sessionId: session.id }, session);
}

/** Ensures a managed block with its memory sections. @returns status for a person, or null if nothing happened */
export function ensureProjectMemory(projectDir: string, options?: UpdateOptions): string | null {
  return statusOf(updateClaudeMd(projectDir, ensureMemoryText, options));
}

/** Moves a legacy file's memory and session into a managed block. @returns status for a person, or null */
export function migrateToManagedStructure(projectDir: string, options?: UpdateOptions): string | null {
  return statusOf(updateClaudeMd(projectDir, migrateText, options));
}

/** Removes routing markers outside any well-formed pair. @returns status for a person, or null */
export function stripOrphanRoutingMarkers(projectDir: string, options?: UpdateOptions): string | null {
  return statusOf(updateClaudeMd(projectDir, stripOrphanRoutingText, options));
}

/** Brings the routing block up to date. @returns status for a person, or null */
export function updatePactRouting(projectDir: string, options?: UpdateOptions): string | null {
  return statusOf(updateClaudeMd(projectDir, updateRoutingText, options));
}

/** Brings the session block up to date. @returns status for a person, or null */
export function updateSessionInfo(
  projectDir: string,
  session: SessionInfo,
  options?: UpdateOptions,
): string | null {
  const transform: Transform = (text, wanted) =>
    wanted.session ? updateSessionText(text, wanted.session) : { text: text ?? "", changes: [] };
  return statusOf(updateClaudeMd(projectDir, transform, options, session));
}

/**
 * Removes the obsolete kernel block from the user's own CLAUDE.md, which is not the project's and may be a link to
 * anywhere.
 * @returns status for a person: the change or the problem; null if there is neither
 */
export function stripOrphanKernelBlock(options?: UpdateOptions): string | null {
  const lockOptions = { ...options, projectDir: undefined, journal: options };
  try {
    const file = inFolder(configDir(), "CLAUDE.md");
    // Only an absent file means that there is nothing to do; statSync throws every other error.
    if (!fs.statSync(file, { throwIfNoEntry: false })) return null;
    return statusOf(
      applyText(fs.realpathSync.native(file), (text) => stripKernelBlock(text ?? ""), lockOptions),
    );
  } catch (error) {
    return `could not be checked (${messageOf(error)})`;
  }
}

function updateClaudeMd(
  projectDir: string,
  transform: Transform,
  options: UpdateOptions = {},
  session?: SessionInfo,
): ClaudeMdUpdate {
  const lockTo = { ...options, projectDir };
  let file: string;
  try {
    file = resolveProjectClaudeMd(projectDir);
  } catch (error) {
    const [, file] = claudeMdPaths(projectDir);
    return { ...abandon(error, file, requestOf(lockTo)), changes: [], path: file, hadRouting: false };
  }
  const { settings, problems } = readProjectSettings(projectDir);
  const wanted: ProjectTextOptions = {
    ...(session && settings.sessionBlock ? { session } : {}),
    routingBlock: settings.routingBlock,
    projectRouting: settings.projectRouting,
  };
  const lockOptions = {
    timeoutMs: settings.lockTimeoutSeconds * 1000,
    ttlMs: settings.lockTtlSeconds * 1000,
    ...lockTo,
  };
  let hadRouting = false;
  const update = (text: string | null) => {
    hadRouting = text?.replaceAll("\r\n", "\n").includes(routingText()) ?? false;
    return transform(text, wanted);
  };
  const done = settings.enabled ? applyText(file, update, lockOptions) : DISABLED;
  const message = [...problems, done.message].filter(Boolean).join(" ");
  return { ...done, ...(message ? { message } : {}), path: file, hadRouting };
}

/** Updates a file's text under the lock with a pure function. Never creates an empty file. */
function applyText(
  file: string,
  transform: (text: string | null) => ProjectTextResult,
  options: UpdateOptions,
): TextUpdate {
  let done: ProjectTextResult = { text: "", changes: [] };
  let doneOn: string | null | undefined;
  const mutate = (text: string | null) => {
    // `updateFile` calls this again under the lock, mostly with the same text: reuse the result.
    if (text !== doneOn) done = transform(text);
    doneOn = text;
    return done.text === (text ?? "") ? null : done.text;
  };
  const result = prepareFolder(file, mutate, options) ?? updateFile(file, mutate, options);
  const message = [result.message, done.problem && `${file} is unchanged: ${done.problem}`]
    .filter(Boolean)
    .join(" ");
  const written = result.outcome === "written";
  return {
    ...result,
    changes: written ? done.changes : [],
    ...(message ? { message } : {}),
    ...(written && done.previousSession ? { previousSession: done.previousSession } : {}),
  };
}

/**
 * Creates the folder of a new CLAUDE.md, private as our files are, unless there is nothing to write.
 * @returns the outcome if there is nothing to write or creating the folder fails; undefined to go on
 */
function prepareFolder(
  file: string,
  mutate: (text: null) => string | null,
  options: UpdateOptions,
): UpdateResult | undefined {
  const folder = path.dirname(file);
  if (!isAbsent(folder)) return undefined;
  if (mutate(null) === null) return { outcome: "unchanged", lock: NOT_NEEDED, rounds: 0 };
  try {
    fs.mkdirSync(folder, 0o700);
  } catch (error) {
    // EEXIST: another session created it first, or it is a dangling link, which the update refuses.
    if (!isCode(error, "EEXIST")) return abandon(error, file, requestOf(options));
  }
  return undefined;
}

/** Whether the folder is absent. False if that check fails: the update then reports the error. */
function isAbsent(folder: string): boolean {
  try {
    return !isThere(folder);
  } catch {
    return false;
  }
}

function statusOf({ outcome, changes, message }: TextUpdate): string | null {
  const done = outcome === "written" ? changes.join("; ") || "updated" : "";
  return [done, message].filter(Boolean).join(". ") || null;
}
