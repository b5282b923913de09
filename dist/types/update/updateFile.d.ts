import { type LockOptions } from "../lock/lease.ts";
import { type UpdateResult } from "./result.ts";
export type { UpdateResult } from "./result.ts";
export interface UpdateOptions extends LockOptions {
    /** Where to keep the file as it was before, unless something is kept there already. */
    backup?: string | undefined;
}
/** After as many tries an update is given up. */
export declare const MAX_ROUNDS = 10;
/**
 * Reads `target`, applies `mutate`, and publishes the result, under the lock where it can be had.
 * @param mutate gets null for an absent file; returns null, or what it got, for "leave it as it is". May be called
 *   more than once.
 * @returns what happened; failures of the file system are outcomes, not errors
 * @throws only what `mutate` throws, with the target untouched
 */
export declare function updateFile(target: string, mutate: (text: string | null) => string | null, options?: UpdateOptions): UpdateResult;
