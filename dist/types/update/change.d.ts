/** Gets null for an absent file, and returns null to leave the file as it is. @throws {MutateError} {Refusal} */
export type Change = (now: Buffer | null) => Buffer | null;
/** Wraps an error that the caller's `mutate` threw, to distinguish it from a file system error. */
export declare class MutateError extends Error {
}
export declare function textChange(target: string, mutate: (text: string | null) => string | null): Change;
/** @throws {Refusal} if the bytes are too many, or not UTF-8 text */
export declare function decode(bytes: Buffer, target: string): string;
