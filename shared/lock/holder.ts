/**
 * Who holds a lock. A holder of this package writes a record into the sidecar. Any other holder only the kernel knows, which
 * on Linux names it in /proc. The search never throws and ends within its caller's time: it serves a message, never a
 * decision.
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
  /** Tells this process from a later one with the same pid: see `ownStartToken`. */
  start: string;
  hook: string;
  session_id?: string;
  acquired_at: string;
}

const MAX_RECORD_BYTES = 4096;
/** Finding out who holds a lock takes no longer than this. */
const FIND_HOLDER_MS = 100;

/** Writes the record of this process, which also refreshes the mtime. @throws the system's error */
export function writeRecord(fd: number, hook: string, sessionId: string | undefined): void {
  const record: HolderRecord = {
    pid: process.pid,
    start: ownStartToken(),
    hook,
    ...(isSessionId(sessionId) ? { session_id: sessionId } : {}),
    acquired_at: new Date().toISOString(),
  };
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  // A holder that crashed has left its record. (Truncating an empty file costs as much as writing into it.)
  if (fs.fstatSync(fd).size > 0) fs.ftruncateSync(fd, 0);
  const written = fs.writeSync(fd, bytes, 0, bytes.length, 0);
  if (written !== bytes.length) throw systemError("ENOSPC", "the holder record was cut short");
}

/** The record in a sidecar; null if there is none, or it is not one. */
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
 * Who holds the flock of a sidecar, or undefined if that cannot be known within `budgetMs` milliseconds.
 * The record counts if its process still runs; otherwise /proc does.
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

/** A holder for a sentence: `node (pid 42, for 7 s)`. */
export function nameOf({ pid, command, held_ms }: Partial<LockHolder>): string {
  if (pid === undefined) return "an unknown process";
  const since = held_ms === undefined ? "" : `, for ${Math.round(held_ms / 1000)} s`;
  return `${command ?? "a process"} (pid ${pid}${since})`;
}

/**
 * The process that has the locked descriptor open. /proc/locks names the process that called flock, which is the
 * right one for most holders but may be gone (a `flock` program that locked an inherited descriptor), so it only
 * says where to look first.
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
      // Another file system may have a file of the same number; the numbers of devices are not to be compared, for
      // some file systems show others in /proc than in stat.
      if (fs.statSync(`${dir}/fd/${fd}`, { bigint: true }).dev === sidecar.dev) return true;
    }
  } catch {
    // The process has ended, or is another user's.
  }
  return false;
}

/** Empty for a descriptor that was closed after it was listed. */
function readSmall(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
