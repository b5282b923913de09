/** Follows one journal: reads what writers have appended since the last call, also after the file was moved or truncated. */
import fs from "node:fs";
import { LineSplitter } from "../../shared/journal/lineSplitter.ts";
import { type JournalEvent, parseEvent } from "../../shared/journal/sessionJournal.ts";

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
const CHUNK_BYTES = 64 * 1024;

export class JournalFollower {
  #path: string;
  #keepOpen: boolean;
  #fd: number | undefined;
  /** The device and inode of the file that the offset is in. */
  #identity = "";
  #offset = 0;
  #lines = new LineSplitter();

  /** @param keepOpen between calls, so that the last events of a file are read even after it was moved away */
  constructor(path: string, keepOpen: boolean) {
    this.#path = path;
    this.#keepOpen = keepOpen;
  }

  /** Skips the events that are in the file now. @throws the system's error */
  skipToEnd(): void {
    if (this.#open()) this.#offset = fs.fstatSync(this.#fd as number).size;
    if (!this.#keepOpen) this.close();
  }

  /**
   * The events that writers have appended since the last call. A file that was moved away is read to its end before the
   * one that took its place. A file that has become shorter is read from its start.
   * @throws the system's error
   */
  *newEvents(): Generator<JournalEvent> {
    if (!this.#open()) return;
    yield* this.#readOn();
    if (this.#isReplaced()) {
      // What a writer appended before the new file came.
      yield* this.#readOn();
      this.close();
      if (this.#open()) yield* this.#readOn();
    }
    if (!this.#keepOpen) this.close();
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** @returns false while the file does not exist */
  #open(): boolean {
    if (this.#fd !== undefined) return true;
    try {
      this.#fd = fs.openSync(this.#path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    } catch {
      return false;
    }
    const identity = identityOf(fs.fstatSync(this.#fd));
    if (identity !== this.#identity) this.#startOver();
    this.#identity = identity;
    return true;
  }

  /** Whether there is a new file in its place: until then, writers may still append to a file that was moved away. */
  #isReplaced(): boolean {
    const named = fs.lstatSync(this.#path, { throwIfNoEntry: false });
    return named !== undefined && identityOf(named) !== this.#identity;
  }

  #startOver(): void {
    this.#offset = 0;
    this.#lines = new LineSplitter();
  }

  *#readOn(): Generator<JournalEvent> {
    const fd = this.#fd as number;
    if (fs.fstatSync(fd).size < this.#offset) this.#startOver();
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const read = fs.readSync(fd, chunk, 0, chunk.length, this.#offset);
      if (read === 0) return;
      this.#offset += read;
      for (const line of this.#lines.push(chunk.subarray(0, read))) {
        const event = parseEvent(line);
        if (event) yield event;
      }
    }
  }
}

function identityOf({ dev, ino }: fs.Stats): string {
  return `${dev}:${ino}`;
}
