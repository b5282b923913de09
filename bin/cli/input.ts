/** Reads what a command takes from standard input, or from a file instead. */
import fs from "node:fs";
import { isCode, messageOf } from "../../shared/system/errors.ts";
import { sleepMs } from "../../shared/system/time.ts";
import { UsageError } from "./command.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * Reads all bytes, but no more than are allowed: a stream may never end.
 * @param what names the input in a message: "the event"
 * @param file instead of standard input
 * @throws {UsageError} if it cannot be read, or is larger than 1 MB
 */
export function readInput(what: string, file?: string): Buffer {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let size = 0;
  try {
    const fd = file === undefined ? 0 : fs.openSync(file, "r");
    for (let read = -1; read !== 0 && size < bytes.length; size += read) read = readSome(fd, bytes, size);
    if (fd !== 0) fs.closeSync(fd);
  } catch (error) {
    throw new UsageError(`could not read ${file ?? "standard input"}: ${messageOf(error)}`);
  }
  if (size > MAX_BYTES) throw new UsageError(`${what} is larger than 1 MB`);
  return bytes.subarray(0, size);
}

/** @returns the number of bytes; 0 at the end @throws the system's error */
function readSome(fd: number, bytes: Buffer, at: number): number {
  for (;;) {
    try {
      return fs.readSync(fd, bytes, { offset: at });
    } catch (error) {
      // Windows reports the end of a pipe as an error.
      if (isCode(error, "EOF")) return 0;
      // An empty pipe that another process has made non-blocking.
      if (!isCode(error, "EAGAIN")) throw error;
      sleepMs(1);
    }
  }
}
