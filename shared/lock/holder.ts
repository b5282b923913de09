/**
 * Finds out who holds a lock. A holder of this package writes a record into the sidecar, as the first line. Only the kernel
 * knows other holders, and on Linux names them in /proc. The sidecar lies in the project and is not trusted: where the
 * kernel names a holder, the kernel is right. The search never throws and keeps to its caller's time limit.
 */
import fs from "node:fs";
import type { LockHolder } from "../journal/events.ts";
import { isSessionId } from "../journal/sessionFolder.ts";
import { ifPresent, quietly, systemError } from "../system/errors.ts";
import { IS_LINUX, IS_WINDOWS } from "../system/platform.ts";
import { commandOf, isAlive, isPid, isRunning, ownStartToken, startToken } from "../system/process.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { monotonicMs, timestamp } from "../system/time.ts";

/** A process: the start token distinguishes it from a later one with the same pid. */
export interface ProcessId {
  pid: number;
  start: string;
}

/** What a holder writes into the sidecar while it holds the lock. */
export interface HolderRecord extends ProcessId {
  hook: string;
  session_id?: string;
  acquired_at: string;
}

const MAX_READ_BYTES = 4096;
/** The longest that a search for the holder may take. */
const FIND_HOLDER_MS = 100;

/**
 * Writes this process's record into the sidecar, which also refreshes the mtime.
 * @param size the sidecar's size in bytes: a crashed holder leaves its record
 * @returns the record's line
 * @throws the system's error
 */
export function writeRecord(fd: number, size: number, hook: string, sessionId: string | undefined): Buffer {
  const record: HolderRecord = {
    pid: process.pid,
    start: ownStartToken(),
    hook,
    ...(isSessionId(sessionId) ? { session_id: sessionId } : {}),
    acquired_at: timestamp(),
  };
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  // Truncating an empty file would cost as much as a write.
  if (size > 0) fs.ftruncateSync(fd, 0);
  const written = fs.writeSync(fd, bytes, 0, bytes.length, 0);
  if (written !== bytes.length) throw systemError("ENOSPC", "the holder record was truncated");
  return bytes;
}

/** Where a holder's record is, too, on Windows: there, no process can read a sidecar that another one holds. */
export function copyOf(sidecar: string): string {
  return `${sidecar}.holder`;
}

/** Writes that copy. The lock is as good without it, so a failure is ignored. */
export function writeCopy(sidecar: string, record: Buffer): void {
  quietly(() => {
    // A new file, because a link in its place would be followed.
    ifPresent(() => fs.unlinkSync(copyOf(sidecar)));
    fs.writeFileSync(copyOf(sidecar), record, { flag: "wx" });
  });
}

function readCopy(sidecar: string): LockHolder | undefined {
  const copy = readRegularFile(copyOf(sidecar), MAX_READ_BYTES)?.bytes.toString("utf8") ?? "";
  const record = parseRecord(copy.trimEnd());
  return record && isAlive(record.pid) ? holderOfRecord(record) : undefined;
}

/** Reads the lines in a sidecar that are not blank. Empty if it cannot be read. */
export function readLines(fd: number): string[] {
  const buffer = Buffer.alloc(MAX_READ_BYTES);
  try {
    const text = buffer.toString("utf8", 0, fs.readSync(fd, buffer, 0, buffer.length, 0));
    return text.split("\n").filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}

/** Reads the record in a sidecar. @returns null if the sidecar holds no valid record */
export function readRecord(fd: number): HolderRecord | null {
  return parseRecord(readLines(fd)[0] ?? "");
}

/** Parses the first line of a sidecar. @returns null if it is no valid record */
export function parseRecord(line: string): HolderRecord | null {
  const record = parseProcess(line) as HolderRecord | null;
  return record && !Number.isNaN(Date.parse(record.acquired_at)) ? record : null;
}

/** Parses a line of a sidecar that names a process. */
export function parseProcess(line: string): (ProcessId & Record<string, unknown>) | null {
  try {
    const value = JSON.parse(line);
    return isPid(value?.pid) && typeof value.start === "string" ? value : null;
  } catch {
    return null;
  }
}

/** The holder that a record names, whether or not it still runs. */
export function holderOfRecord(record: HolderRecord): LockHolder {
  const alive = isRunning(record.pid, record.start);
  const command = alive ? commandOf(record.pid) : undefined;
  const heldMs = Date.now() - Date.parse(record.acquired_at);
  return {
    pid: record.pid,
    command,
    held_ms: alive && heldMs >= 0 ? heldMs : undefined,
    source: "record",
    alive,
  };
}

/**
 * Finds the process that holds the flock of a sidecar, for a message.
 * @param budgetMs the longest that the search may take, in milliseconds
 * @returns undefined if the holder is still unknown by then
 */
export function findHolder(sidecar: string, budgetMs = FIND_HOLDER_MS): LockHolder | undefined {
  try {
    if (IS_WINDOWS) return readCopy(sidecar);
    const fd = fs.openSync(
      sidecar,
      fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
    );
    try {
      const record = readRecord(fd);
      const found = findProcess(fd, record, [], budgetMs);
      return found && describeHolder(found, record);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** A holder that `findProcess` found, for a message. */
export function describeHolder(found: ProcessId, record: HolderRecord | null): LockHolder {
  if (record && found === record) return holderOfRecord(record);
  return { pid: found.pid, command: commandOf(found.pid), source: "proc", alive: true };
}

/**
 * Finds the process that holds the flock of an open sidecar.
 * @param record the sidecar's record, which a crashed holder may have left
 * @param others processes to check before the rest
 * @returns `record` itself if its process holds the lock, or runs and the kernel names no other; undefined if unknown
 */
export function findProcess(
  fd: number,
  record: HolderRecord | null,
  others: readonly ProcessId[] = [],
  budgetMs = FIND_HOLDER_MS,
): ProcessId | undefined {
  const deadline = monotonicMs() + budgetMs;
  const named: ProcessId[] = [record ?? [], others].flat().filter(({ pid, start }) => isRunning(pid, start));
  const recorded = record && named.includes(record) ? record : undefined;
  if (!IS_LINUX) return recorded;
  try {
    const sidecar = fs.fstatSync(fd, { bigint: true });
    const callers = callersOf(sidecar.ino);
    const pid = findInProc(sidecar, [...named.map((one) => one.pid), ...callers], deadline);
    if (pid) {
      const start = startToken(pid);
      if (start === undefined) return undefined;
      return named.find((one) => one.pid === pid && one.start === start) ?? { pid, start };
    }
    // The kernel shows the files of another user's process to root only, but its pid to everyone.
    if (callers.some((caller) => caller !== record?.pid && isAlive(caller))) return undefined;
  } catch {
    // There is no /proc here.
  }
  return recorded;
}

/** A holder, in words for a message: `node (pid 42, for 7 s)`. */
export function nameOf({ pid, command, held_ms }: Partial<LockHolder>): string {
  if (pid === undefined) return "an unknown process";
  const since = held_ms === undefined ? "" : `, for ${Math.round(held_ms / 1000)} s`;
  return `${command ?? "a process"} (pid ${pid}${since})`;
}

/** The processes that called flock for a lock on this inode, of whichever file system. Only those that we may see. */
export function callersOf(ino: bigint): number[] {
  // A line with an arrow is a process that waits for the lock.
  const held = new RegExp(`^\\d+: FLOCK +\\S+ +\\S+ +(-?\\d+) +[0-9a-f]+:[0-9a-f]+:${ino} `, "gm");
  return [...fs.readFileSync("/proc/locks", "utf8").matchAll(held)]
    .map(([, pid]) => Number(pid))
    .filter(isPid);
}

/**
 * Finds the process that has the locked descriptor open. The one that called flock may be gone: a `flock` program locks
 * the descriptor that it inherits, then exits.
 */
function findInProc(sidecar: fs.BigIntStats, first: number[], deadline: number): number | undefined {
  const others = fs.readdirSync("/proc").map(Number).filter(isPid);
  for (const pid of [...first, ...others]) {
    if (monotonicMs() > deadline) return undefined;
    if (holdsFlock(pid, sidecar, deadline)) return pid;
  }
  return undefined;
}

function holdsFlock(pid: number, sidecar: fs.BigIntStats, deadline: number): boolean {
  const dir = `/proc/${pid}`;
  const flockOfInode = new RegExp(`FLOCK +\\S+ +\\S+ +-?\\d+ +[0-9a-f]+:[0-9a-f]+:${sidecar.ino} `);
  try {
    for (const fd of fs.readdirSync(`${dir}/fdinfo`)) {
      if (monotonicMs() > deadline) return false;
      if (!flockOfInode.test(readSmall(`${dir}/fdinfo/${fd}`))) continue;
      // A file on another file system may have the same inode number, so compare devices too. Take both from stat, because
      // some file systems report another device number in /proc.
      if (fs.statSync(`${dir}/fd/${fd}`, { bigint: true }).dev === sidecar.dev) return true;
    }
  } catch {
    // The process has ended, or belongs to another user.
  }
  return false;
}

/** Empty if the process has closed the descriptor since we listed it. */
function readSmall(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
