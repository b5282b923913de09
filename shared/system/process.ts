/** Facts about a process: whether it still runs, when it started, and its command's name. */
import fs from "node:fs";
import path from "node:path";
import { childProcess } from "./dependencies.ts";
import { isCode } from "./errors.ts";
import { IS_LINUX, IS_WINDOWS } from "./platform.ts";

export function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Whether the process with this pid and start token still runs. A later process with the same pid does not count. */
export function isRunning(pid: number, start: string): boolean {
  // Windows tells no other process's start.
  return isAlive(pid) && (IS_WINDOWS || isSameStart(start, startToken(pid)));
}

/** Whether a process with this pid runs: perhaps a later one. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

let ownStart: string | undefined;

/** The start token of this process; empty if unknown. */
export function ownStartToken(): string {
  ownStart ??= startToken(process.pid) ?? "";
  return ownStart;
}

/**
 * The time a process started, as a token to compare. Linux counts in clock ticks since boot (field 22 of
 * /proc/PID/stat); other systems count in seconds since 1970.
 * @returns undefined if the process is gone or a zombie
 */
export function startToken(pid: number): string | undefined {
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

/** Milliseconds since 1970. Node knows our own start time, so only other processes cost a run of `ps`. */
function startTimeMs(pid: number): number {
  return pid === process.pid ? performance.timeOrigin : Date.parse(`${ps(pid, "lstart")} UTC`);
}

/** The name of a process's command, without its arguments; undefined if unknown. */
export function commandOf(pid: number): string | undefined {
  try {
    // macOS gives the path of the program.
    if (!IS_LINUX) return path.basename(ps(pid, "comm")) || undefined;
    const name = fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    // Node 24 calls each of its processes MainThread, Node 26 node-MainThread: use the program's file name.
    return name.endsWith("MainThread")
      ? path.basename(fs.readlinkSync(`/proc/${pid}/exe`))
      : name || undefined;
  } catch {
    return undefined;
  }
}

/** Prints times in UTC: in its own zone, `ps` would need our TZ, and an hour in autumn would have two meanings. */
function ps(pid: number, column: string): string {
  if (IS_WINDOWS) throw new Error("Windows has no ps");
  const env = { LC_ALL: "C", TZ: "UTC0" };
  const options = { encoding: "utf8", env, timeout: 100, stdio: "pipe" } as const;
  return childProcess()
    .execFileSync("/bin/ps", ["-p", String(pid), "-o", `${column}=`], options)
    .trim();
}
