import { type Lease, type LockOptions } from "./fileLock.ts";
export interface UpdateOptions extends LockOptions {
    /** Where to keep the file as it was before, unless something is kept there already. */
    backup?: string | undefined;
}
export interface UpdateResult {
    /** `refused`: a target that is never written. `abandoned`: the write was tried and given up. Both: target untouched. */
    outcome: "written" | "unchanged" | "abandoned" | "refused";
    lock: Lease;
    /** The real file, after links; absent if these lead nowhere that is written. */
    target?: string;
    /** How often the target was read under a claim. */
    rounds: number;
    /** For a person: why nothing was written, or what else happened. */
    message?: string;
}
/** The lease of an update that found nothing to change. */
export declare const NOT_NEEDED: Lease;
/**
 * Reads `target`, applies `mutate`, and publishes the result, under the lock where it can be had.
 * @param mutate gets null for an absent file; returns null, or what it got, for "leave it as it is". May be called
 *   more than once.
 * @returns what happened; failures of the file system are outcomes, not errors
 * @throws only what `mutate` throws, with the target untouched
 */
export declare function updateFile(target: string, mutate: (text: string | null) => string | null, options?: UpdateOptions): UpdateResult;
/** Turns what ended an update into its outcome, and an event. */
export declare function abandon(error: unknown, target: string, options: LockOptions, { lock, rounds }?: {
    lock: Lease;
    rounds: number;
}): UpdateResult;
