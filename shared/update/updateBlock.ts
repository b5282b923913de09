/** Keeps a block of lines between two marker lines in a file that others write, too. */
import path from "node:path";
import { type LockOptions, requestOf } from "../lock/lease.ts";
import { Refusal } from "../system/errors.ts";
import {
  assertBlock,
  assertMarkers,
  type BlockMarkers,
  type BlockOptions,
  withBlock,
  withoutBlock,
} from "../text/block.ts";
import { type ChangeResult, type FileChange, makeChange } from "./fileChange.ts";
import { abandon, type UpdateResult } from "./result.ts";
import { updateFile } from "./updateFile.ts";

/**
 * Adds a block to a file, or brings it up to date, in one locked update. All other bytes stay. If the block is up to date,
 * nothing is written.
 * @param target the file; created if it is absent and its folder is not
 * @returns what happened; failures of the file system, and texts that we do not change, are outcomes with a message
 * @throws {TypeError} for markers or a body that no text could hold, before any file is touched
 */
export function updateBlock(target: string, block: BlockOptions, options: LockOptions = {}): UpdateResult {
  assertBlock(block);
  try {
    return updateFile(target, (text) => withBlock(text, block), options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const file = path.resolve(target);
    return abandon(error.of(file), file, requestOf(options));
  }
}

/**
 * Removes a block from a file, in one locked update. If nothing else has changed the file since `updateBlock`, every byte is
 * as it was before; a file that `updateBlock` created, and that holds nothing else, is removed.
 * @returns `removed` if the file is gone
 * @throws {TypeError} for markers that no text could hold, before any file is touched
 */
export function removeBlock(
  target: string,
  markers: BlockMarkers | BlockOptions,
  options: LockOptions = {},
): ChangeResult {
  return makeChange(blockRemoval(target, markers, options.projectDir), options);
}

/** @internal @throws {TypeError} */
export function blockRemoval(file: string, markers: BlockMarkers, projectDir?: string): FileChange {
  assertMarkers(markers);
  return {
    file: path.resolve(file),
    projectDir,
    change: (text) => text && withoutBlock(text, markers),
    leftBehindLink: "",
    // In a file that was there and empty, the block has no final line ending.
    isOurFile: (text) => text.endsWith("\n"),
  };
}
