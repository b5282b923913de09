/** Sidecars of locks, and the processes that hold them. */
import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Child, start, startProgram, startPython } from "./child.ts";
import { tempDir } from "./tempDir.ts";

export const HOUR = 3600;

export function newTarget(): string {
  return path.join(tempDir(), "CLAUDE.md");
}

/** Sets a file's mtime to so many seconds from now. */
export function dated(file: string, seconds: number): void {
  const then = Date.now() / 1000 + seconds;
  fs.utimesSync(file, then, then);
}

/** Makes the record or the witnesses in a sidecar say so many seconds from now. */
export function redated(sidecar: string, seconds: number): void {
  const then = new Date(Date.now() + seconds * 1000).toISOString();
  const text = fs.readFileSync(sidecar, "utf8");
  fs.writeFileSync(sidecar, text.replaceAll(/("(?:acquired|seen)_at"):"[^"]*"/g, `$1:"${then}"`));
}

/**
 * Holds a file open until the test ends, so that the kernel cannot reuse its inode number. An open file is locked on Windows,
 * whose numbers do not come back so soon.
 * @returns that number
 */
export function pinned(file: string): number {
  if (process.platform === "win32") return inodeOf(file);
  const fd = fs.openSync(file, "r");
  onTestFinished(() => fs.closeSync(fd));
  return fs.fstatSync(fd).ino;
}

export function inodeOf(file: string): number {
  return fs.statSync(file).ino;
}

/** Starts a process of this package that holds the lock. */
export async function startHolder(target: string): Promise<Child> {
  const holder = startProgram("holdLock", { target, hold: true });
  expect(await holder.message("entered")).toMatchObject({ outcome: "locked" });
  return holder;
}

const PYTHON_HOLDER = `
import fcntl, sys
f = open(sys.argv[1], "a+")
fcntl.flock(f, fcntl.LOCK_EX)
print('{"held":true}', flush=True)
sys.stdin.read()`;

/** Starts a program that knows nothing of records, and holds the flock until its standard input ends. */
export async function startForeign(sidecar: string, kind: "flock" | "python" = "python"): Promise<Child> {
  const holder =
    kind === "python"
      ? startPython(PYTHON_HOLDER, [sidecar, "--token=SECRET"])
      : start("flock", ["--no-fork", sidecar, "sh", "-c", "echo '{\"held\":true}'; read x"]);
  await holder.message("held");
  return holder;
}

/** The lines of a sidecar that name a process which held it. */
export function witnessesIn(sidecar: string): { pid: number; start: string; seen_at: string }[] {
  return fs
    .readFileSync(sidecar, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{") && line.includes('"seen_at"'))
    .map((line) => JSON.parse(line));
}

/** Whether a process has the file open. */
export function hasOpen(pid: number, file: string): boolean {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
  } catch {
    return false;
  }
}

/** Whether a process other than this one has the file open. */
export function isOpenElsewhere(file: string): boolean {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).some((pid) => pid !== process.pid && hasOpen(pid, file));
}
