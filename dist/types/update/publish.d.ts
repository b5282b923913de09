import { type Snapshot } from "../system/snapshot.ts";
/** A file that the target's name has lost, with the bytes that the new version is made from. The caller closes it. */
export interface Displaced extends Snapshot {
    /** Where the file is now, if it has a name. */
    file?: string;
    /** The file lies beside the target until all that it holds is merged. */
    isBeside?: true;
    /** Where what another program wrote into it was saved, because it could not be merged. */
    savedAs?: string;
}
export interface Published {
    /** Files that a program may still write into, or that nobody has read. */
    displaced: Displaced[];
    /** What to keep as the backup. */
    previous?: Pick<Displaced, "bytes" | "file">;
    /** The target could not be replaced: it is the same file as before. */
    isInPlace: boolean;
}
/**
 * Publishes a staged file.
 * @param old the target as we read it; null if it was absent
 * @param beforeInPlace is called before the target itself is written
 * @returns null if another program has created an absent target, or changed one that cannot be replaced
 * @throws the system's error; `ENOENT` if another writer has fenced us, or the target is gone
 */
export declare function publish(staged: string, target: string, old: Snapshot | null, beforeInPlace: () => void): Published | null;
/** Moves a displaced file out of our claim if another program has not finished writing it. Never throws. */
export declare function saveUnfinished(displaced: Displaced, staged: string, target: string): void;
