import fs from "node:fs";
import { isCode, quietly } from "../../shared/system/errors.ts";
import { sleepMs } from "../../shared/system/time.ts";
import { printable } from "../../shared/text/characters.ts";
import { type Format, paint } from "./terminal.ts";

const [STDOUT, STDERR] = [1, 2];
let isClosed = false;
let failure: unknown;

/**
 * Writes to standard output at once, so that a long list neither fills the memory nor outlives its reader. What comes from
 * files and journals must be `printable`. Never throws: a full disk must not keep a command from what else it does.
 * @returns false once nothing more can be written, because the reader has gone (`| head`) or of an `outputError`
 */
export function print(text: string): boolean {
  try {
    if (!isClosed) writeAll(STDOUT, text);
  } catch (error) {
    isClosed = true;
    if (!isCode(error, "EPIPE")) failure = error;
  }
  return !isClosed;
}

/** Why the answer is not whole: the system's error. A reader that has gone wanted no more. */
export function outputError(): unknown {
  return failure;
}

/** Prints one line, whatever is in it. */
export function printLine(line: string, format?: Format): boolean {
  const safe = printable(line);
  return print(`${format ? paint(format, safe) : safe}\n`);
}

/** Prints a text of several lines, whatever is in them. */
export function printLines(text: string): boolean {
  return print(`${text.split("\n").map(printable).join("\n")}\n`);
}

/**
 * Tells the person what is not the answer: on standard error, where nobody may listen.
 * @param more lines of our own, which follow
 */
export function note(message: string, more = ""): void {
  writeToStderr(`pact-hooks: ${printable(message)}\n${more}`);
}

/** Never throws: if standard error is closed, there is no one left to tell. */
export function writeToStderr(text: string): void {
  quietly(() => writeAll(STDERR, text));
}

/** @throws the system's error */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(fd, bytes, written);
    } catch (error) {
      // A pipe that is full, and that its other end has set not to wait.
      if (!isCode(error, "EAGAIN")) throw error;
      sleepMs(1);
    }
  }
}
