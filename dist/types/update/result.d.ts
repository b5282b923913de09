import { type Lease, type LockRequest } from "../lock/lease.ts";
export interface UpdateResult {
    /** `refused`: we never write such a target. `abandoned`: we tried and gave up. Both leave the target untouched, or the message says otherwise. */
    outcome: "written" | "unchanged" | "abandoned" | "refused";
    lock: Lease;
    /** The real file, with links followed; absent if they lead to no place that we write. */
    target?: string;
    /** How often we read the target under a claim. */
    rounds: number;
    /** The file could not be replaced, and was written itself. */
    isInPlace?: true;
    /** Tells a person why we wrote nothing, or what else happened. */
    message?: string;
}
/** Other programs were faster each time, or something of theirs is in the way. */
export declare class Contention extends Error {
}
/** The target may hold a part of the new text: neither that nor the old one could be written whole. */
export declare class TornError extends Error {
}
/** Turns the error that ended an update into a result, and journals it. */
export declare function abandon(error: unknown, target: string, request: LockRequest, { lock, rounds }?: {
    lock: Lease;
    rounds: number;
}): UpdateResult;
