import { type UpdateResult } from "./result.ts";
import { type UpdateOptions } from "./update.ts";
export type { UpdateResult } from "./result.ts";
export type { UpdateOptions } from "./update.ts";
/** After this many rounds a writer gives up its update. */
export declare const MAX_ROUNDS = 10;
/**
 * Reads `target`, applies `mutate`, and publishes the result, under the lock if we can acquire it.
 * @param mutate gets null for an absent file; returns null, or the text that it got, to leave the file as it is. May be
 *   called more than once.
 * @returns what happened; failures of the file system are outcomes, not errors
 * @throws only what `mutate` throws, with the target untouched
 */
export declare function updateFile(target: string, mutate: (text: string | null) => string | null, options?: UpdateOptions): UpdateResult;
