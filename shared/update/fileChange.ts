/** Previews or makes one change of a file, which may remove the file. */
import fs from "node:fs";
import path from "node:path";
import { type LockOptions, NOT_NEEDED, requestOf } from "../lock/lease.ts";
import { messageOf, Refusal } from "../system/errors.ts";
import { isThere, makeFolders } from "../system/files.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { resolveTarget, type TargetPath } from "../system/targetPath.ts";
import { decode } from "./change.ts";
import { removeFile } from "./removeFile.ts";
import { abandon } from "./result.ts";
import { type UpdateResult, updateFile } from "./updateFile.ts";

export interface FileChange {
  file: string;
  /** The real file must lie inside. Default: the file's own folder. */
  projectDir?: string | undefined;
  /**
   * @param text null for a file that does not exist
   * @returns the new text, or null for no change; an empty text removes the file if `leftBehindLink` is given
   * @throws {Refusal} if the text must not be changed
   */
  change(text: string | null): string | null;
  /** The text to leave instead of removing the file, if `file` is a link. If absent, no file is ever removed. */
  leftBehindLink?: string;
  /** Whether a file that holds nothing but ours came with us. Default: it did. If not, the file stays, and is empty. */
  isOurFile?(text: string): boolean;
}

export interface Preview {
  file: string;
  before: string;
  after: string;
  /** The file does not exist yet. */
  created: boolean;
  /** The change removes the file. */
  removed: boolean;
}

/** The result of making a change; `removed`: the file is gone. */
export type ChangeResult = Omit<UpdateResult, "outcome"> & { outcome: UpdateResult["outcome"] | "removed" };

/** @returns null if there is nothing to change @throws {Refusal} if the file must not be changed */
export function previewChange(wanted: FileChange): Preview | null {
  const before = readText(wanted);
  const after = wanted.change(before);
  if (after === null || after === before) return null;
  const removed = after === "" && isRemovable(wanted, before ?? "");
  const left = after === "" && !removed ? (wanted.leftBehindLink ?? "") : after;
  return { file: wanted.file, before: before ?? "", after: left, created: before === null, removed };
}

/** Makes a change under the lock. Never throws: a failure is an outcome with a message for a person. */
export function makeChange(wanted: FileChange, lock: LockOptions): ChangeResult {
  const { file, projectDir } = wanted;
  const options = { ...lock, projectDir };
  try {
    const messages: (string | undefined)[] = [];
    const told = (done: ChangeResult): ChangeResult => {
      const message = [done.message, ...messages].filter(Boolean).join(" ");
      return message ? { ...done, message } : done;
    };
    for (let tries = 1; ; tries++) {
      const preview = previewChange(wanted);
      if (!preview) return told({ outcome: "unchanged", lock: NOT_NEEDED, rounds: 0 });
      if (preview.created) makeFolderOf(wanted);
      const mayRemove = (text: string) => wanted.change(text) === "" && isOurs(wanted, text);
      const removal = preview.removed ? removeFile(realTargetOf(wanted), mayRemove, options) : undefined;
      messages.push(...(removal?.messages ?? []));
      if (removal?.isRemoved) return told({ outcome: "removed", lock: NOT_NEEDED, rounds: 1 });
      let isEmptied = false;
      const change = (text: string | null) => {
        const after = wanted.change(text);
        // Since the preview, another writer has removed the rest.
        isEmptied = tries < MAX_TRIES && after === "" && !!text && isRemovable(wanted, text);
        return isEmptied ? null : textLeft(wanted, after);
      };
      const done = updateFile(file, change, options);
      if (!isEmptied) return told(done);
    }
  } catch (error) {
    return abandon(named(file, error), file, requestOf(options));
  }
}

/** After this many a file that we cannot remove is left empty. */
const MAX_TRIES = 10;

/** A project's folder is its team's, with the rights that the umask gives. The user's own is private. */
function makeFolderOf({ file, projectDir }: FileChange): void {
  const folder = path.dirname(file);
  if (projectDir === undefined) makeFolders(folder);
  else if (!isThere(folder)) fs.mkdirSync(folder);
}

/** Why a change was not made, for a person. */
export function whyNot(file: string, error: unknown): string {
  return messageOf(named(file, error));
}

function named(file: string, error: unknown): unknown {
  return error instanceof Refusal ? error.of(file) : error;
}

const textLeft = ({ leftBehindLink }: FileChange, text: string | null) =>
  text === "" ? (leftBehindLink ?? "") : text;

const isOurs = ({ isOurFile }: FileChange, text: string) => isOurFile?.(text) ?? true;

function isRemovable(wanted: FileChange, text: string): boolean {
  const isLink = fs.lstatSync(wanted.file, { throwIfNoEntry: false })?.isSymbolicLink();
  return wanted.leftBehindLink !== undefined && !isLink && isOurs(wanted, text);
}

function readText(wanted: FileChange): string | null {
  if (!fs.statSync(path.dirname(wanted.file), { throwIfNoEntry: false })) return null;
  const content = readRegularFile(realTargetOf(wanted).path);
  return content && decode(content.bytes, wanted.file);
}

function realTargetOf({ file, projectDir }: FileChange): TargetPath {
  return resolveTarget(file, projectDir);
}
