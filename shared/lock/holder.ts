/**
 * Finds out who holds a lock. A holder of this package writes a record into the sidecar. Only the kernel knows other
 * holders, and on Linux names them in /proc. The search never throws and keeps to its caller's time limit: its result
 * serves messages, never decisions.
 */
import fs from "node:fs";
import type { LockHolder } from "../journal/events.ts";
import { isSessionId } from "../journal/sessionFolder.ts";
import { systemError } from "../system/errors.ts";
import { commandOf, IS_LINUX, isPid, isRunning, ownStartToken } from "../system/process.ts";
import { monotonicMs } from "../system/time.ts";

/** What a holder writes into the sidecar while it holds the lock. */
export interface HolderRecord {
  pid: number;
  /** Distinguishes this process from a later one with the same pid: see `ownStartToken`. */
  start: string;
  hook: string;
  session_id?: string;
  acquired_at: string;
}

const MAX_RECORD_BYTES = 4096;
/** The longest that a search for the holder may take. */
const FIND_HOLDER_MS = 100;

/**
 * Writes this process's record into the sidecar, which also refreshes the mtime.
 * @param size the sidecar's size in bytes: a crashed holder leaves its record
 * @throws the system's error
 */
export function writeRecord(fd: number, size: number, hook: string, sessionId: string | undefined): void {
  const record: HolderRecord = {
    pid: process.pid,
    start: ownStartToken(),
    hook,
    ...(isSessionId(sessionId) ? { session_id: sessionId } : {}),
    acquired_at: new Date().toISOString(),
  };
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  // Truncating an empty file would cost as much as a write.
  if (size > 0) fs.ftruncateSync(fd, 0);
  const written = fs.writeSync(fd, bytes, 0, bytes.length, 0);
  if (written !== bytes.length) throw systemError("ENOSPC", "the holder record was truncated");
}

/** Reads the record in a sidecar. @returns null if the sidecar holds no valid record */
export function readRecord(fd: number): HolderRecord | null {
  const buffer = Buffer.alloc(MAX_RECORD_BYTES);
  try {
    const record = JSON.parse(buffer.toString("utf8", 0, fs.readSync(fd, buffer, 0, buffer.length, 0)));
    // The sidecar lies in the project, whose files are not trusted.
    const valid =
      isPid(record?.pid) && typeof record.start === "string" && !Number.isNaN(Date.parse(record.acquired_at));
    return valid ? record : null;
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
    ...(command === undefined ? {} : { command }),
    ...(alive && heldMs >= 0 ? { held_ms: heldMs } : {}),
    source: "record",
    alive,
  };
}

/**
 * Finds the process that holds the flock of a sidecar: the one in the record if it still runs, else the one in /proc.
 * @param budgetMs the longest that the search may take, in milliseconds
 * @returns undefined if the holder is still unknown by then
 */
export function findHolder(sidecar: string, budgetMs = FIND_HOLDER_MS): LockHolder | undefined {
  const deadline = monotonicMs() + budgetMs;
  try {
    const fd = fs.openSync(
      sidecar,
      fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
    );
    try {
      const record = readRecord(fd);
      const recorded = record && holderOfRecord(record);
      if (recorded?.alive) return recorded;
      const pid = IS_LINUX ? findInProc(fs.fstatSync(fd, { bigint: true }), deadline) : undefined;
      if (pid === undefined) return undefined;
      const command = commandOf(pid);
      return { pid, ...(command === undefined ? {} : { command }), source: "proc", alive: true };
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** A holder, in words for a message: `node (pid 42, for 7 s)`. */
export function nameOf({ pid, command, held_ms }: Partial<LockHolder>): string {
  if (pid === undefined) return "an unknown process";
  const since = held_ms === undefined ? "" : `, for ${Math.round(held_ms / 1000)} s`;
  return `${command ?? "a process"} (pid ${pid}${since})`;
}

/**
 * Finds the process that has the locked descriptor open. /proc/locks names the process that called flock, so we check
 * that one first. It may be gone: a `flock` program locks the descriptor that it inherits, then exits.
 */
function findInProc(sidecar: fs.BigIntStats, deadline: number): number | undefined {
  const flockOfInode = new RegExp(`FLOCK +\\S+ +\\S+ +(-?\\d+) +[0-9a-f]+:[0-9a-f]+:${sidecar.ino} `);
  const caller = Number(flockOfInode.exec(fs.readFileSync("/proc/locks", "utf8"))?.[1]);
  const others = fs.readdirSync("/proc").map(Number).filter(isPid);
  for (const pid of isPid(caller) ? [caller, ...others] : others) {
    if (monotonicMs() > deadline) return undefined;
    if (holdsFlock(pid, sidecar, flockOfInode, deadline)) return pid;
  }
  return undefined;
}

function holdsFlock(pid: number, sidecar: fs.BigIntStats, flockOfInode: RegExp, deadline: number): boolean {
  const dir = `/proc/${pid}`;
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
