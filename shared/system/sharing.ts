/**
 * Windows refuses to open, replace or remove a file that another process has open, unless that process allows it. Virus
 * scanners, indexers and editors hold files for moments, so a refusal is retried.
 */
import fs from "node:fs";
import { isCode, systemError } from "./errors.ts";
import { IS_WINDOWS } from "./platform.ts";
import { monotonicMs, sleepMs } from "./time.ts";

/** Longer than a virus scanner mostly takes for a small file. */
const RETRY_MS = 500;
const MAX_PAUSE_MS = 20;

/** Opens a file only if no process has it open, and until it is closed none can open it. libuv calls this UV_FS_O_EXLOCK. */
export const SHARE_NOTHING = 0x10000000;

/** Whether another process's open file may be the reason. Never true on other systems. */
export function isSharingError(error: unknown): boolean {
  return IS_WINDOWS && isCode(error, "EPERM", "EACCES", "EBUSY");
}

/** Repeats a call for half a second while another process's open file may be why it fails. @throws its last error */
export function retryWhileShared<T>(call: () => T): T {
  let untilMs: number | undefined;
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!isSharingError(error)) throw error;
      untilMs ??= monotonicMs() + RETRY_MS;
      if (monotonicMs() >= untilMs) throw error;
      sleepMs(1 + Math.random() * MAX_PAUSE_MS);
    }
  }
}

/**
 * Does what `O_NOFOLLOW` does, which Windows lacks. There, a process that swaps the file for a link at this very moment is
 * not noticed.
 * @param look looks at the name
 * @throws `ELOOP` for a link
 */
export function assertNoLink(file: string, look = () => fs.lstatSync(file, { throwIfNoEntry: false })): void {
  if (IS_WINDOWS && look()?.isSymbolicLink()) throw systemError("ELOOP", `${file} is a symbolic link`);
}
