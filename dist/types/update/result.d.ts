import { type Lease, type LockRequest } from "../lock/lease.ts";
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
/** Others were faster in every round. */
export declare class Contention extends Error {
}
/** Turns what ended an update into its outcome, and an event. */
export declare function abandon(error: unknown, target: string, request: LockRequest, { lock, rounds }?: {
    lock: Lease;
    rounds: number;
}): UpdateResult;
