import fs from "node:fs";
import { isCode } from "../../shared/system/errors.ts";
import { sleepMs } from "../../shared/system/time.ts";

let isReaderGone = false;

/**
 * Writes to standard output at once, so that a long list neither fills the memory nor outlives its reader.
 * @returns false once nobody reads any more (`| head`)
 * @throws the system's error, such as ENOSPC
 */
export function print(text: string): boolean {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length && !isReaderGone; ) {
    try {
      written += fs.writeSync(1, bytes, written);
    } catch (error) {
      if (isCode(error, "EPIPE")) isReaderGone = true;
      else if (isCode(error, "EAGAIN")) sleepMs(1);
      else throw error;
    }
  }
  return !isReaderGone;
}

/** Tells the person what is not the answer: on standard error, where nobody may listen. */
export function note(text: string): void {
  try {
    fs.writeSync(2, `${text}\n`);
  } catch {
    // There is nobody left to tell.
  }
}
