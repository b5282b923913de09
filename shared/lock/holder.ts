/**
 * Who holds a lock. A holder of this package writes a record into the sidecar; of any other process only the kernel
 * knows, and on Linux tells it in /proc. Nothing here may fail, or take longer than its caller allows: it serves
 * a message, never a decision.
 */
import fs from "node:fs";
import path from "node:path";
import { isSessionId } from "../journal/sessionFolder.ts";
import { childProcess } from "../system/dependencies.ts";
import { isCode, systemError } from "../system/errors.ts";
import { monotonicMs } from "../system/time.ts";

/** What a holder writes into the sidecar while it holds the lock. */
export interface HolderRecord {
  pid: number;
  /** Tells this process from a later one with the same pid: see `startToken`. */
  start: string;
  hook: string;
  session_id?: string;
  acquired_at: string;
}

/** A holder as the journal shows it. Only the name of its command: arguments may hold secrets. */
export interface LockHolder {
  pid: number;
  command?: string;
  /** How long it has held the lock, in milliseconds; known only from a record. */
  held_ms?: number;
  source: "record" | "proc";
  alive: boolean;
}

const MAX_RECORD_BYTES = 4096;
const IS_LINUX = process.platform === "linux";

let ownStart: string | undefined;

/** Writes the record of this process, which also refreshes the mtime. @throws the system's error */
export function writeRecord(fd: number, hook: string, sessionId: string | undefined): void {
  ownStart ??= startToken(process.pid) ?? "";
  const record: HolderRecord = {
    pid: process.pid,
    start: ownStart,
    hook,
    ...(isSessionId(sessionId) ? { session_id: sessionId } : {}),
    acquired_at: new Date().toISOString(),
  };
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  // A crash has left its record. (To cut an empty file costs as much as to write into it.)
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
  const alive = isAlive(record);
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
 * The record is believed if its process still runs; else Linux is asked.
 */
export function findHolder(sidecar: string, budgetMs: number): LockHolder | undefined {
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

/** A descriptor may be closed between the listing and the look. */
function readSmall(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isAlive({ pid, start }: HolderRecord): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, "EPERM")) return false;
  }
  return isSameStart(start, startToken(pid));
}

/**
 * When a process started, as a token to compare: on Linux in clock ticks since boot (field 22 of /proc/PID/stat),
 * elsewhere in seconds since 1970. Undefined if the process is gone or a zombie.
 */
function startToken(pid: number): string | undefined {
  try {
    if (!IS_LINUX) return String(Math.round(startTimeMs(pid) / 1000));
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name, in parentheses, may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function isSameStart(recorded: string, now: string | undefined): boolean {
  if (IS_LINUX) return recorded === now;
  // Node and `ps` round the same moment differently.
  return Math.abs(Number(recorded) - Number(now)) <= 2;
}

/** Our own start costs no process. */
function startTimeMs(pid: number): number {
  return pid === process.pid ? performance.timeOrigin : Date.parse(ps(pid, "lstart"));
}

function commandOf(pid: number): string | undefined {
  try {
    if (!IS_LINUX) return ps(pid, "comm") || undefined;
    const name = fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    // What Node 24 calls itself, which tells nobody anything.
    return name === "MainThread" ? path.basename(fs.readlinkSync(`/proc/${pid}/exe`)) : name || undefined;
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  const options = { encoding: "utf8", env: { LC_ALL: "C" }, timeout: 100, stdio: "pipe" } as const;
  return childProcess()
    .execFileSync("/bin/ps", ["-p", String(pid), "-o", `${column}=`], options)
    .trim();
}
