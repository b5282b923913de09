/** A change that installing or uninstalling makes in one file: looked at beforehand, or made. */
import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import path from "node:path";
import { messageOf } from "../system/errors.ts";
import { makeFolders } from "../system/folders.ts";
import { closeSnapshot, openSnapshot } from "../system/snapshot.ts";
import { resolveTarget, type TargetPath, TargetRefused } from "../system/targetPath.ts";
import { removeFile } from "../update/removeFile.ts";
import { abandon, NOT_NEEDED } from "../update/result.ts";
import { type UpdateOptions, type UpdateResult, updateFile } from "../update/updateFile.ts";
import { LeftAlone } from "./leftAlone.ts";

export interface FileChange {
  file: string;
  /** The real file must lie inside; the file's own folder if not given. */
  projectDir?: string | undefined;
  /**
   * @param text null for a file that does not exist
   * @returns the new text, null for "leave it"; an empty one where `goes` is true removes the file
   * @throws {LeftAlone}
   */
  change(text: string | null): string | null;
  /** What a file that came with us, but is named by a link, is left with. Without it no file is removed. */
  leftBehindLink?: string;
}

export interface Preview {
  file: string;
  before: string;
  after: string;
  /** There is no file before, or after. */
  created: boolean;
  removed: boolean;
}

/** What making a change came to. */
export type ChangeResult = Omit<UpdateResult, "outcome"> & { outcome: UpdateResult["outcome"] | "removed" };

/** @returns null if there is nothing to change @throws {TargetRefused} {LeftAlone} */
export function previewChange(wanted: FileChange): Preview | null {
  const before = readText(wanted);
  const after = wanted.change(before);
  if (after === null || after === before) return null;
  const removed = after === "" && isRemovable(wanted);
  const left = after === "" && !removed ? (wanted.leftBehindLink ?? "") : after;
  return { file: wanted.file, before: before ?? "", after: left, created: before === null, removed };
}

/** Makes a change, through the lock. Never throws: what is wrong is an outcome, with a message for a person. */
export function makeChange(wanted: FileChange, hook: string): ChangeResult {
  const { file, projectDir } = wanted;
  const options: UpdateOptions = { hook, projectDir };
  try {
    const preview = previewChange(wanted);
    if (!preview) return { outcome: "unchanged", lock: NOT_NEEDED, rounds: 0 };
    if (preview.removed && removeFile(targetOf(wanted), (text) => wanted.change(text) === "", options)) {
      return { outcome: "removed", lock: NOT_NEEDED, rounds: 1 };
    }
    if (preview.created) makeFolders(path.dirname(file));
    return updateFile(file, (text) => textLeft(wanted, wanted.change(text)), options);
  } catch (error) {
    if (error instanceof LeftAlone || error instanceof TargetRefused) {
      return { outcome: "refused", lock: NOT_NEEDED, rounds: 0, message: whyLeftAlone(file, error) };
    }
    return abandon(error, file, options);
  }
}

/** Why a change is not made, for a person. */
export function whyLeftAlone(file: string, error: unknown): string {
  if (error instanceof LeftAlone) return `${file} ${error.message}; it is left alone. ${error.advice}`;
  return messageOf(error);
}

const textLeft = ({ leftBehindLink }: FileChange, text: string | null) =>
  text === "" ? (leftBehindLink ?? "") : text;

function isRemovable(wanted: FileChange): boolean {
  const named = path.join(fs.realpathSync(path.dirname(wanted.file)), path.basename(wanted.file));
  return wanted.leftBehindLink !== undefined && targetOf(wanted).path === named;
}

function readText(wanted: FileChange): string | null {
  if (!fs.existsSync(path.dirname(wanted.file))) return null;
  const snapshot = openSnapshot(targetOf(wanted).path);
  closeSnapshot(snapshot);
  if (snapshot && !isUtf8(snapshot.bytes)) throw new LeftAlone("is not UTF-8 text", "Convert it to UTF-8.");
  return snapshot === null ? null : snapshot.bytes.toString("utf8");
}

function targetOf({ file, projectDir }: FileChange): TargetPath {
  return resolveTarget(file, projectDir);
}
