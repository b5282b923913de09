/**
 * The only file that knows how `flock(2)` is reached: Node has no call for it. In this order:
 * our own native binding; the `fs-ext` addon; on macOS and the BSDs the open flag O_EXLOCK; the `flock` program of util-linux, which locks a
 * descriptor that it inherits (the lock belongs to the open file description, so it stays with us when the
 * program ends).
 */
import fs from "node:fs";
import os from "node:os";
import { childProcess, fsExt } from "../system/dependencies.ts";
import { isCode, systemError } from "../system/errors.ts";
import { kindOf } from "../system/files.ts";
import { native, succeeded } from "../system/native.ts";
import { monotonicMs } from "../system/time.ts";

export type BackendName = "native" | "addon" | "exlock" | "flock" | "none";

export interface FlockBackend {
  name: Exclude<BackendName, "none">;
  /** Whether it can wait for the lock, and is then handed it at once. */
  readonly waits: boolean;
  /**
   * Opens a file, creating it if absent, and takes its exclusive flock.
   * @param waitMs how long to wait for it, if the backend can; it may return earlier
   * @returns the descriptor, or null if another process holds the lock
   * @throws the system's error; `ENOTREG` for what the system would open although it is not a regular file
   */
  openLocked(path: string, waitMs?: number): number | null;
}

const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = fs.constants;
const OPEN_FLAGS = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (O_NOCTTY ?? 0);
/** `<sys/file.h>` of Linux: LOCK_EX and LOCK_NB. */
const LOCK_NOW = 2 | 4;
/** `<fcntl.h>` of macOS and the BSDs; Node does not name it. */
const O_EXLOCK = 0x20;
/** Fixed places, not PATH: a relative entry of PATH would run a program out of the project. */
const FLOCK_PROGRAMS = [
  "/usr/bin/flock",
  "/bin/flock",
  "/usr/local/bin/flock",
  "/run/current-system/sw/bin/flock",
];
/** Apart from waiting, the program ends within milliseconds; this only bounds one that hangs. */
const FLOCK_PROGRAM_TIMEOUT_MS = 2000;
const PROGRAM_REFUSED = 1;

/**
 * The backend of this machine, or null if there is none. `PACT_HOOKS_FLOCK` (`native`, `addon`, `exlock`, `flock`,
 * `none`) allows one only; a word that it does not know allows none.
 */
export function findBackend(): FlockBackend | null {
  const allowed = process.env.PACT_HOOKS_FLOCK;
  for (const [name, find] of Object.entries(FINDERS)) {
    const backend = !allowed || allowed === name ? find() : null;
    if (backend) return backend;
  }
  return null;
}

const FINDERS = { native: findNative, addon: findAddon, exlock: findExlock, flock: findProgram };

function findNative(): FlockBackend | null {
  const binding = native();
  if (!binding) return null;
  const tryLock = (fd: number) => {
    const result = binding.flock(fd, LOCK_NOW);
    return result !== -os.constants.errno.EAGAIN && succeeded(result) === 0;
  };
  return { name: "native", waits: false, openLocked: (path) => openThenLock(path, tryLock) };
}

let addon: ReturnType<typeof fsExt> | null | undefined;

function findAddon(): FlockBackend | null {
  if (addon === undefined) addon = loadAddon();
  if (addon === null) return null;
  const { flockSync } = addon;
  const tryLock = (fd: number) => {
    try {
      flockSync(fd, "exnb");
      return true;
    } catch (error) {
      if (isCode(error, "EAGAIN", "EWOULDBLOCK")) return false;
      throw error;
    }
  };
  return { name: "addon", waits: false, openLocked: (path) => openThenLock(path, tryLock) };
}

function loadAddon(): ReturnType<typeof fsExt> | null {
  try {
    return fsExt();
  } catch {
    // Not installed, or built for another Node or C library: each counts as absent.
    return null;
  }
}

function findExlock(): FlockBackend | null {
  if (process.platform !== "darwin" && !process.platform.endsWith("bsd")) return null;
  const openLocked = (path: string) => {
    try {
      return openRegular(path, OPEN_FLAGS | O_EXLOCK);
    } catch (error) {
      if (isCode(error, "EAGAIN", "EWOULDBLOCK")) return null;
      throw error;
    }
  };
  return { name: "exlock", waits: false, openLocked };
}

/** BusyBox's flock has no `-w` and exits at once; from then on, the caller polls. */
let programWaits = true;

function findProgram(): FlockBackend | null {
  const program = FLOCK_PROGRAMS.find(isExecutable);
  if (!program) return null;
  const tryLock = (fd: number, waitMs: number) => {
    const howLong = waitMs > 0 && programWaits ? ["-x", "-w", (waitMs / 1000).toFixed(3)] : ["-xn"];
    const askedAt = monotonicMs();
    const { status, signal, error, stderr } = childProcess().spawnSync(program, [...howLong, "3"], {
      stdio: ["ignore", "ignore", "pipe", fd],
      cwd: "/",
      // The program speaks English, and sees nothing of the session's environment.
      env: { LC_ALL: "C" },
      timeout: Math.ceil(waitMs) + FLOCK_PROGRAM_TIMEOUT_MS,
    });
    // We were suspended together with the program: the kernel did not refuse the lock, but did not grant it either.
    if (error && !isCode(error, "ETIMEDOUT")) throw error;
    if (status === 0) return true;
    if (status === PROGRAM_REFUSED && monotonicMs() - askedAt < waitMs) programWaits = false;
    if (status === PROGRAM_REFUSED || error) return false;
    const said = stderr.toString().trim() || `${program} ended with ${signal ?? status}`;
    throw systemError(codeFromText(said), said);
  };
  return {
    name: "flock",
    get waits() {
      return programWaits;
    },
    openLocked: (path, waitMs = 0) => openThenLock(path, (fd) => tryLock(fd, waitMs)),
  };
}

function openThenLock(path: string, tryLock: (fd: number) => boolean): number | null {
  const fd = openRegular(path, OPEN_FLAGS);
  let locked = false;
  try {
    locked = tryLock(fd);
  } finally {
    if (!locked) fs.closeSync(fd);
  }
  return locked ? fd : null;
}

/** Checks before opening, because merely opening a device or a pipe can have effects. The system refuses other kinds. */
function openRegular(path: string, flags: number): number {
  const before = fs.lstatSync(path, { throwIfNoEntry: false });
  if (before?.isFIFO() || before?.isCharacterDevice() || before?.isBlockDevice())
    throw notRegular(path, before);
  const fd = fs.openSync(path, flags, 0o600);
  let isOurs = false;
  try {
    const opened = fs.fstatSync(fd);
    if (!opened.isFile()) throw notRegular(path, opened);
    // Otherwise we would write our holder record into the other file.
    if (opened.nlink > 1)
      throw systemError("EMLINK", `${path} is another file, too: it has ${opened.nlink} hard links`);
    isOurs = true;
    return fd;
  } finally {
    if (!isOurs) fs.closeSync(fd);
  }
}

function notRegular(path: string, stat: fs.Stats): NodeJS.ErrnoException {
  return systemError("ENOTREG", `${path} is ${kindOf(stat)}, not a regular file`);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The `flock` program gives its error as text only. */
function codeFromText(text: string): string {
  if (/no locks available/i.test(text)) return "ENOLCK";
  if (/not supported/i.test(text)) return "ENOTSUP";
  if (/not implemented/i.test(text)) return "ENOSYS";
  if (/cannot allocate memory/i.test(text)) return "ENOMEM";
  if (/bad file descriptor/i.test(text)) return "EBADF";
  return "EIO";
}
