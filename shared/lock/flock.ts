/**
 * The only file that knows how `flock(2)` is reached: Node has no call for it. In this order:
 * our own native binding; the `fs-ext` addon; an open flag on macOS, the BSDs and Windows; the `flock` program of util-linux,
 * which locks a descriptor that it inherits (the lock belongs to the open file description, so it stays with us when the
 * program ends). Windows has no flock. There, the flag makes every other open fail until its holder closes the file or ends.
 */
import fs from "node:fs";
import { childProcess, fsExt, os } from "../system/dependencies.ts";
import { isCode, systemError } from "../system/errors.ts";
import { kindOf, openOrCreate } from "../system/files.ts";
import { native, succeeded } from "../system/native.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { codeFromText, excludeProgram, findProgram, PROGRAM_OPTIONS } from "../system/programs.ts";
import { assertNoLink, SHARE_NOTHING } from "../system/sharing.ts";
import { monotonicMs } from "../system/time.ts";
import { type BackendName, LockFailure } from "./lease.ts";

export interface FlockBackend {
  name: Exclude<BackendName, "none">;
  /** Whether it can wait for the lock, and is then handed it at once. */
  readonly waits: boolean;
  /**
   * Opens a file, creating it if absent, and takes its exclusive flock.
   * @param waitMs how long to wait for it, if the backend can; it may return earlier
   * @param beforeCreate called before the file is created
   * @returns the descriptor, or null if another process holds the lock
   * @throws the system's error; `ENOTREG` for what the system would open although it is not a regular file
   * @throws {LockFailure} if the backend turns out not to work on this machine
   */
  openLocked(path: string, waitMs?: number, beforeCreate?: () => void): number | null;
}

const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
const OPEN_FLAGS = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
/** As the umask says: others who may write the folder take turns, too. */
const SHARED_FILE = 0o666;
/** `<sys/file.h>` of Linux: LOCK_EX and LOCK_NB. */
const LOCK_NOW = 2 | 4;
/** Elsewhere, `<fcntl.h>` of macOS and the BSDs; Node does not name it. */
const O_EXLOCK = IS_WINDOWS ? SHARE_NOTHING : 0x20;
/** What an open with that flag fails with while another process holds the lock. */
const IS_HELD = IS_WINDOWS ? ["EBUSY"] : ["EAGAIN", "EWOULDBLOCK"];
/** Apart from waiting, the program ends within milliseconds; this only bounds one that hangs. */
const FLOCK_PROGRAM_TIMEOUT_MS = 2000;
const PROGRAM_REFUSED = 1;
/** `flock` may be a link to a BusyBox or toybox that was built without it. Some of these exit with 1, like a refusal. */
const NOT_FOUND = 127;
const NO_SUCH_APPLET = /applet not found|unknown command/i;
/** The file is gone, is built for another machine, or may not be run. */
const CANNOT_RUN = ["ENOENT", "ENOEXEC", "EACCES"];

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

const FINDERS = { native: findNative, addon: findAddon, exlock: findExlock, flock: findFlockProgram };

function findNative(): FlockBackend | null {
  const binding = native();
  if (!binding) return null;
  const tryLock = (fd: number) => {
    const result = binding.flock(fd, LOCK_NOW);
    return result === 0 || (result !== -os().constants.errno.EAGAIN && succeeded(result) === 0);
  };
  return pollingBackend("native", tryLock);
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
  return pollingBackend("addon", tryLock);
}

function pollingBackend(name: "native" | "addon", tryLock: (fd: number) => boolean): FlockBackend {
  return {
    name,
    waits: false,
    openLocked: (path, _waitMs, beforeCreate) => openThenLock(path, tryLock, beforeCreate),
  };
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
  if (!IS_WINDOWS && process.platform !== "darwin" && !process.platform.endsWith("bsd")) return null;
  const openLocked = (path: string, _waitMs?: number, beforeCreate?: () => void) => {
    try {
      return openRegular(path, OPEN_FLAGS | O_EXLOCK, beforeCreate);
    } catch (error) {
      if (isCode(error, ...IS_HELD)) return null;
      throw error;
    }
  };
  return { name: "exlock", waits: false, openLocked };
}

/** BusyBox's flock has no `-w` and exits at once; from then on, the caller polls. */
let programWaits = true;

function findFlockProgram(): FlockBackend | null {
  if (!findProgram("flock")) return null;
  return {
    name: "flock",
    get waits() {
      return programWaits;
    },
    openLocked: (path, waitMs = 0, beforeCreate) =>
      openThenLock(path, (fd) => runProgram(fd, waitMs), beforeCreate),
  };
}

/** @returns whether the program got the lock @throws {LockFailure} if no program of this machine is a flock */
function runProgram(fd: number, waitMs: number): boolean {
  for (;;) {
    const program = findProgram("flock");
    if (!program) throw new LockFailure("no_backend", "no flock program of this machine can be run");
    const howLong = waitMs > 0 && programWaits ? ["-x", "-w", (waitMs / 1000).toFixed(3)] : ["-xn"];
    const askedAt = monotonicMs();
    const { status, signal, error, stderr } = childProcess().spawnSync(program, [...howLong, "3"], {
      stdio: ["ignore", "ignore", "pipe", fd],
      ...PROGRAM_OPTIONS,
      timeout: Math.ceil(waitMs) + FLOCK_PROGRAM_TIMEOUT_MS,
    });
    const said = stderr?.toString().trim() || `${program} ended with ${signal ?? status}`;
    if (isCode(error, ...CANNOT_RUN) || status === NOT_FOUND || NO_SUCH_APPLET.test(said)) {
      excludeProgram(program);
      continue;
    }
    // We were suspended together with the program: the kernel did not refuse the lock, but did not grant it either.
    if (error && !isCode(error, "ETIMEDOUT")) throw error;
    if (status === 0) return true;
    if (status === PROGRAM_REFUSED && monotonicMs() - askedAt < waitMs) programWaits = false;
    if (status === PROGRAM_REFUSED || error) return false;
    throw systemError(codeFromText(said), said);
  }
}

function openThenLock(
  path: string,
  tryLock: (fd: number) => boolean,
  beforeCreate?: () => void,
): number | null {
  const fd = openRegular(path, OPEN_FLAGS, beforeCreate);
  let locked = false;
  try {
    locked = tryLock(fd);
  } finally {
    if (!locked) fs.closeSync(fd);
  }
  return locked ? fd : null;
}

/** Checks before opening, because merely opening a device or a pipe can have effects. The system refuses other kinds. */
function openRegular(path: string, flags: number, beforeCreate?: () => void): number {
  const before = fs.lstatSync(path, { throwIfNoEntry: false });
  const isSpecial = before?.isFIFO() || before?.isCharacterDevice() || before?.isBlockDevice();
  // Windows opens a folder, too.
  if (before && (isSpecial || (IS_WINDOWS && before.isDirectory()))) throw notRegular(path, before);
  assertNoLink(path, () => before);
  if (!before) beforeCreate?.();
  const fd = openOrCreate(path, flags, SHARED_FILE, before !== undefined);
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
