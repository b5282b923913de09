import { type LockOptions } from "../lock/lease.ts";
import { type UpdateResult } from "./updateFile.ts";
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
export type ChangeResult = Omit<UpdateResult, "outcome"> & {
    outcome: UpdateResult["outcome"] | "removed";
};
/** @returns null if there is nothing to change @throws {Refusal} if the file must not be changed */
export declare function previewChange(wanted: FileChange): Preview | null;
/** Makes a change under the lock. Never throws: a failure is an outcome with a message for a person. */
export declare function makeChange(wanted: FileChange, lock: LockOptions): ChangeResult;
/** Why a change was not made, for a person. */
export declare function whyNot(file: string, error: unknown): string;
