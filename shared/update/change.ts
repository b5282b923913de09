/** Makes a change of a file's bytes out of a function on its text. */
import { isUtf8 } from "node:buffer";
import { Refusal } from "../system/errors.ts";
import { assertSize } from "../system/snapshot.ts";

/** Gets null for an absent file, and returns null to leave the file as it is. @throws {MutateError} {Refusal} */
export type Change = (now: Buffer | null) => Buffer | null;

/** Wraps an error that the caller's `mutate` threw, to distinguish it from a file system error. */
export class MutateError extends Error {}

export function textChange(target: string, mutate: (text: string | null) => string | null): Change {
  return (now) => {
    const text = now && decode(now, target);
    let next: string | null;
    try {
      next = mutate(text);
    } catch (cause) {
      throw new MutateError("mutate threw", { cause });
    }
    if (next === null || next === text) return null;
    const bytes = Buffer.from(next);
    // No later update could read it.
    assertSize(bytes.length, target);
    return bytes;
  };
}

/** @throws {Refusal} if the bytes are too many, or not UTF-8 text */
export function decode(bytes: Buffer, target: string): string {
  assertSize(bytes.length, target);
  if (!isUtf8(bytes)) throw new Refusal("is not UTF-8 text", "Convert it to UTF-8.", target);
  const nul = bytes.indexOf(0);
  if (nul === -1) return bytes.toString("utf8");
  const why = `is not UTF-8 text: byte ${nul + 1} is NUL`;
  throw new Refusal(why, "Convert it from UTF-16, or remove that byte.", target);
}
