/** Reads the payload: the first JSON object on standard input, which may stay open after it. */
import fs from "node:fs";
import { isCode, messageOf } from "../system/errors.ts";
import { IS_LINUX } from "../system/platform.ts";

const MAX_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** How long a hook waits for the rest of half an object. Claude Code kills SessionEnd after 1.5 s. */
const MAX_WAIT_MS = 1000;
/** How long it waits for a payload to begin. A program that prints one has to start first. */
const MAX_SILENCE_MS = 5000;

/** The bytes of a payload, or why there is none, in words. */
export type Received = { text: string } | { problem: string };

/**
 * Calls `use` once: mostly at once, with what the first read gives. Only for an object that comes in pieces does it wait, as
 * a stream, because such a read has no time limit otherwise.
 */
export function receivePayload(use: (received: Received) => void): void {
  const first = readNow();
  if (!Buffer.isBuffer(first)) use(first);
  // Nothing is the end of input.
  else if (first.length === 0 || isWhole(first)) use({ text: textOf(first) });
  else receiveRest(first, use);
}

/** What one read gives; nothing if a pipe has nothing yet. */
function readNow(): Buffer | { problem: string } {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    return chunk.subarray(0, fs.readSync(withoutBlocking(), chunk));
  } catch (error) {
    if (isCode(error, "EOF")) return chunk.subarray(0, 0);
    if (isCode(error, "EAGAIN")) return NOTHING_YET;
    return { problem: `standard input cannot be read (${messageOf(error)})` };
  }
}

/** A second descriptor of the same pipe: a read of the first one would have no time limit. Only Linux can open one. */
function withoutBlocking(): number {
  if (!IS_LINUX || !fs.fstatSync(0).isFIFO()) return 0;
  return fs.openSync("/proc/self/fd/0", fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
}

/** Not whole, and not the end: white space before an object. */
const NOTHING_YET = Buffer.from(" ");

function receiveRest(first: Buffer, use: (received: Received) => void): void {
  const chunks = [first];
  let size = first.length;
  const finish = (received: Received) => {
    clearTimeout(timer);
    process.stdin.removeAllListeners().pause();
    use(received);
  };
  const giveUp = (what: string, ms: number) =>
    finish({ problem: `the payload ${what} within ${ms / 1000} s` });
  const waitForRest = () => setTimeout(giveUp, MAX_WAIT_MS, "is not complete", MAX_WAIT_MS);
  const waitForFirst = () => setTimeout(giveUp, MAX_SILENCE_MS, "did not arrive", MAX_SILENCE_MS);
  let timer = first === NOTHING_YET ? waitForFirst() : waitForRest();
  process.stdin
    .on("data", (chunk: Buffer) => {
      if (chunks.length === 1 && first === NOTHING_YET) {
        clearTimeout(timer);
        timer = waitForRest();
      }
      size += chunk.length;
      if (size > MAX_BYTES) return finish({ problem: "the payload is larger than 1 MB" });
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (isWhole(bytes)) finish({ text: textOf(bytes) });
    })
    .on("end", () => finish({ text: textOf(Buffer.concat(chunks)) }))
    .on("error", (error) => finish({ problem: `standard input cannot be read (${messageOf(error)})` }));
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];
const SPACE = [0x20, 0x09, 0x0a, 0x0d];

/** Whether nothing that could still come makes a difference: a whole object is there, or what begins is none. */
function isWhole(bytes: Buffer): boolean {
  const begin = bytes.findIndex((byte) => !SPACE.includes(byte));
  return begin !== -1 && (bytes[begin] !== OPEN || endOfObject(bytes, begin) !== undefined);
}

/** The text of the object, without what follows it; all of the text if that is no whole object. */
function textOf(bytes: Buffer): string {
  const begin = bytes.findIndex((byte) => !SPACE.includes(byte));
  const end = bytes[begin] === OPEN ? endOfObject(bytes, begin) : undefined;
  return bytes.toString("utf8", 0, end);
}

/** Where the object that begins at `begin` ends; undefined if it goes on. In UTF-8, no part of a letter is one of the signs. */
function endOfObject(bytes: Buffer, begin: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = begin; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return undefined;
}
