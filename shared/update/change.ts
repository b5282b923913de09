/** A change of a file's bytes, made of a function on its text. */
import { isUtf8 } from "node:buffer";
import { Refusal } from "../system/errors.ts";

/** Null is an absent file, and as a result "leave it as it is". @throws {MutateError} {Refusal} */
export type Change = (now: Buffer | null) => Buffer | null;

/** What a caller's `mutate` threw, as opposed to the file system. */
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
    return next === null || next === text ? null : Buffer.from(next);
  };
}

function decode(bytes: Buffer, target: string): string {
  if (!isUtf8(bytes)) throw new Refusal("is not UTF-8 text", "Convert it to UTF-8.", target);
  const nul = bytes.indexOf(0);
  if (nul === -1) return bytes.toString("utf8");
  const why = `is not UTF-8 text: byte ${nul + 1} is NUL`;
  throw new Refusal(why, "Convert it from UTF-16, or remove that byte.", target);
}
