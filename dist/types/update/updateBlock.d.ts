import { type LockOptions } from "../lock/lease.ts";
import { type BlockMarkers, type BlockOptions } from "../text/block.ts";
import { type ChangeResult } from "./fileChange.ts";
import { type UpdateResult } from "./result.ts";
/**
 * Adds a block to a file, or brings it up to date, in one locked update. All other bytes stay. If the block is up to date,
 * nothing is written.
 * @param target the file; created if it is absent and its folder is not
 * @returns what happened; failures of the file system, and texts that we do not change, are outcomes with a message
 * @throws {TypeError} for markers or a body that no text could hold, before any file is touched
 */
export declare function updateBlock(target: string, block: BlockOptions, options?: LockOptions): UpdateResult;
/**
 * Removes a block from a file, in one locked update. If nothing else has changed the file since `updateBlock`, every byte is
 * as it was before; a file that `updateBlock` created, and that holds nothing else, is removed.
 * @returns `removed` if the file is gone
 * @throws {TypeError} for markers that no text could hold, before any file is touched
 */
export declare function removeBlock(target: string, markers: BlockMarkers | BlockOptions, options?: LockOptions): ChangeResult;
