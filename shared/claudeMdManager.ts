/** Manages CLAUDE.md: each function makes one change of its text, in one locked update. */
import fs from "node:fs";
import path from "node:path";
import { CREATED, type ProjectTextResult } from "./claudeMd/document.ts";
import { stripKernelBlock } from "./claudeMd/kernel.ts";
import {
  claudeMdPaths,
  findBlockAbove,
  hasManagedBlock,
  isUserFile,
  resolveProjectClaudeMd,
  secondFileOf,
} from "./claudeMd/place.ts";
import {
  ensureMemoryText,
  migrateText,
  type ProjectTextOptions,
  type SessionBlockOptions,
  type SessionInfo,
  stripOrphanRoutingText,
  updateProjectText,
  updateRoutingText,
  updateSessionText,
} from "./claudeMd/projectText.ts";
import { removeManagedBlock } from "./claudeMd/removeManaged.ts";
import { hasRouting } from "./claudeMd/routing.ts";
import { memoryTextOf, withoutMovedBlock } from "./claudeMd/secondFile.ts";
import { isBeginning, isNamedLikeUs } from "./claudeMd/session.ts";
import { hideOldLockFile } from "./git/infoExclude.ts";
import { type WorkTree, workTreeOf } from "./git/workTree.ts";
import { configDir } from "./journal/sessionFolder.ts";
import { foreignHolderOf, NOT_NEEDED, requestOf } from "./lock/lease.ts";
import { readProjectSettings, type Settings } from "./settings.ts";
import { isCode, messageOf } from "./system/errors.ts";
import { giveToOwnerAbove, inFolder, isThere } from "./system/files.ts";
import { readRegularFile } from "./system/snapshot.ts";
import { resolveTarget } from "./system/targetPath.ts";
import { addedLine } from "./text/edits.ts";
import { abandon, type UpdateResult } from "./update/result.ts";
import { type UpdateOptions, updateFile } from "./update/updateFile.ts";

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

const UNTOUCHED = { lock: NOT_NEEDED, rounds: 0, changes: [] };
const DISABLED: TextUpdate = { ...UNTOUCHED, outcome: "disabled" };
const ELSEWHERE: TextUpdate = { ...UNTOUCHED, outcome: "elsewhere" };
const UNREAD = "CLAUDE.md is left alone until that file can be read.";

type Transform = (text: string | null, wanted: ProjectTextOptions) => ProjectTextResult;

/** Brings all blocks of a project's CLAUDE.md up to date, in one locked update. */
export function updateAllBlocks(
  projectDir: string,
  { session, source, isPactEnabled, tree = workTreeOf(projectDir) }: SessionStart,
  options: UpdateOptions = {},
): ClaudeMdUpdate {
  const wanted = { session, mayReplaceSession: isBeginning(source), isPactEnabled };
  const ofSession = { ...options, sessionId: session.id };
  const update = updateClaudeMd(projectDir, updateProjectText, ofSession, wanted, tree);
  if (update.outcome === "elsewhere") return update.blockIn ? update : removeFromUserFile(update, options);
  if (update.target !== undefined) hideOldLockFile(update.target, tree);
  return update;
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
    wanted.session ? updateSessionText(text, wanted) : { text: text ?? "", changes: [] };
  return statusOf(updateClaudeMd(projectDir, transform, options, { session }));
}

/**
 * Removes the obsolete kernel block from the user's own CLAUDE.md, which is not the project's and may be a link to
 * anywhere.
 * @returns status for a person: the change or the problem; null if there is neither
 */
export function stripOrphanKernelBlock(options?: UpdateOptions): string | null {
  const lockOptions = { ...options, projectDir: undefined, journal: options?.journal ?? options };
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
  sessionBlock: SessionBlockOptions = {},
  tree: WorkTree | null = workTreeOf(projectDir),
): ClaudeMdUpdate {
  const lockTo = { ...options, projectDir };
  const { settings, problems, isWhole } = readProjectSettings(projectDir, tree);
  const about = { isFirst: false, needsRouting: settings.routingBlock, ownWords: settings.ownWords };
  let file: string;
  try {
    file = resolveProjectClaudeMd(projectDir);
  } catch (error) {
    const [, file] = claudeMdPaths(projectDir);
    return { ...abandon(error, file, requestOf(lockTo)), changes: [], path: file, ...about };
  }
  const told = (update: TextUpdate) => {
    const message = [...problems, update.message].filter(Boolean).join(" ");
    return { ...update, ...(message ? { message } : {}), path: file, ...about };
  };
  if (!settings.enabled) return told(DISABLED);
  // With the defaults instead, this session would take out what the next one puts back.
  if (!isWhole) return told({ ...UNTOUCHED, outcome: "abandoned", message: UNREAD });
  if (isUserFile(file)) return told(ELSEWHERE);
  const blockIn = findBlockAbove(projectDir, tree);
  if (blockIn && !hasManagedBlock(file, projectDir)) {
    const text = readText(blockIn, path.dirname(blockIn));
    about.needsRouting &&= !hasRouting(text);
    return { ...told(ELSEWHERE), blockIn };
  }
  const second = secondFileOf(projectDir, file);
  const wanted: ProjectTextOptions = {
    ...sessionBlockOf(settings, sessionBlock),
    routingBlock: settings.routingBlock,
    projectRouting: settings.projectRouting,
    moreMemory: second === undefined ? [] : memoryTextOf(readText(second, projectDir)),
  };
  const lockOptions = {
    timeoutMs: settings.lockTimeoutSeconds * 1000,
    ttlMs: settings.lockTtlSeconds * 1000,
    ...lockTo,
  };
  const update = (text: string | null) => {
    about.needsRouting = settings.routingBlock && !hasRouting(text ?? "");
    return transform(text, wanted);
  };
  const done = applyText(file, update, lockOptions);
  about.isFirst = done.changes.includes(CREATED.managed);
  if (second && transform === updateProjectText && isSound(done)) {
    const remove = (text: string | null) => withoutMovedBlock(text ?? "", readText(file, projectDir));
    const removed = applyText(second, remove, { ...lockOptions, backup: undefined });
    done.changes = [...done.changes, ...removed.changes];
    if (removed.message) done.message = [done.message, removed.message].filter(Boolean).join(" ");
  }
  return told(done);
}

/** Not if a problem kept the file from being updated: its text may not stay as it is. */
const isSound = ({ outcome, message }: TextUpdate) =>
  outcome === "written" || (outcome === "unchanged" && !message);

/** With the session block off, one of ours is removed. A function that has no session leaves the block alone. */
function sessionBlockOf(settings: Settings, { session, ...rest }: SessionBlockOptions): SessionBlockOptions {
  if (!session) return {};
  if (settings.sessionBlock) return { session, ...rest };
  const isOurRoot = (root: string) => root === session.pluginRoot || isNamedLikeUs(root);
  return { ...rest, removeSessionBlock: true, isOurRoot };
}

/** The text of a file of the project; empty if it cannot be read. */
function readText(file: string, projectDir: string): string {
  try {
    return readRegularFile(resolveTarget(file, projectDir).path)?.bytes.toString("utf8") ?? "";
  } catch {
    return "";
  }
}

/** An older version wrote a block into the user's own file. What people have written into the block stays. */
function removeFromUserFile(update: ClaudeMdUpdate, options: UpdateOptions): ClaudeMdUpdate {
  // Absent, or a link to nothing.
  if (!fs.existsSync(update.path)) return update;
  const real = fs.realpathSync.native(update.path);
  const remove = (text: string | null) => removeManagedBlock(text ?? "");
  const { outcome, changes, message } = applyText(real, remove, {
    ...options,
    projectDir: undefined,
    journal: options.journal ?? options,
  });
  const status = statusOf({ ...UNTOUCHED, outcome, changes, message });
  return status === null ? update : { ...update, changes, message: `Your own CLAUDE.md: ${status}.` };
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
  const problem = done.problem && `${file} is unchanged: ${done.problem}`;
  const message = [result.message, problem].filter(Boolean).join(" ");
  const written = result.outcome === "written";
  const added = written && foreignHolderOf(result.lock) ? addedLine(doneOn ?? "", done.text) : undefined;
  const changes = written ? done.changes : [];
  return { ...result, changes, ...(added !== undefined && { added }), ...(message && { message }) };
}

/**
 * Creates the folder of a new CLAUDE.md, with the rights that the umask gives, unless there is nothing to write.
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
    fs.mkdirSync(folder);
    giveToOwnerAbove(folder);
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
