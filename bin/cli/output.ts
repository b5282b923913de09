/**
 * Writes answers to standard output, and messages to standard error: the one place where text leaves, and where it is made
 * safe for a terminal.
 */
import fs from "node:fs";
import { isCode, quietly } from "../../shared/system/errors.ts";
import { sleepMs } from "../../shared/system/time.ts";
import { printable } from "../../shared/text/characters.ts";
import { columnsOf, type Format, forTerminal, paint, wrap } from "./terminal.ts";

const [STDOUT, STDERR] = [1, 2];
let isClosed = false;
let failure: unknown;

/**
 * Writes whole lines to standard output at once, so that a long list neither fills the memory nor outlives its reader. A
 * foreign text that may hold a line end must be `printable`. Never throws: a full disk must not keep a command from finishing
 * its work.
 * @returns false once nothing more can be written: the reader has gone (`| head`), or there is an `outputError`
 */
export function print(text: string): boolean {
  try {
    if (!isClosed) writeAll(STDOUT, forTerminal(text));
  } catch (error) {
    isClosed = true;
    if (!isCode(error, "EPIPE")) failure = error;
  }
  return !isClosed;
}

/** The system's error that cut the output short, or undefined. A reader that has gone is no error. */
export function outputError(): unknown {
  return failure;
}

/** Prints one line, with its control characters escaped. */
export function printLine(line: string, format?: Format): boolean {
  const safe = printable(line);
  return print(`${format ? paint(format, safe) : safe}\n`);
}

/**
 * Writes a message to standard error, with its control characters escaped, and wrapped if that is a terminal. Never throws.
 * @param more lines of our own, which follow the message
 */
export function note(message: string, more = ""): void {
  const line = `pact-hooks: ${printable(message)}`;
  const lines = process.stderr.isTTY ? wrap(line, columnsOf(process.stderr)) : line;
  writeToStderr(forTerminal(`${lines}\n${more}`));
}

/** Shows a text on the terminal that is standard error, in place of the one before. Never throws. */
export function showStatus(text: string): void {
  writeToStderr(`\r\u001b[K${forTerminal(text)}`);
}

/** Never throws: a message that cannot be written has no other way out. */
function writeToStderr(text: string): void {
  quietly(() => writeAll(STDERR, text));
}

/** @throws the system's error */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(fd, bytes, written);
    } catch (error) {
      // A full pipe that another process has made non-blocking.
      if (!isCode(error, "EAGAIN")) throw error;
      sleepMs(1);
    }
  }
}
