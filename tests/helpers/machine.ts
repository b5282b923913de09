/** What this machine and this user can do. Tests that need more are skipped, with the reason. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { onTestFinished, type TestContext } from "vitest";
import { findBackend } from "../../shared/lock/flock.ts";
import { native } from "../../shared/system/native.ts";
import { PYTHON } from "./child.ts";
import { tempDir } from "./tempDir.ts";

export const IS_ROOT = process.getuid?.() === 0;
/** The user "nobody", who has no rights. */
export const NOBODY = { uid: 65534, gid: 65534 };
/** A command that runs a program as that user. */
export const AS_NOBODY = ["setpriv", `--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, "--clear-groups"];
/** Root can become "nobody"; that user must be able to read node and the built code, too. */
export const CAN_BE_NOBODY = IS_ROOT && runsAsNobody();
export const HAS_STRACE = runs("strace", "-f", "-e", "inject=link:error=EPERM", "true");
export const HAS_FLOCK_PROGRAM = runs("flock", "--version");
export const HAS_PYTHON = runs(PYTHON, "-c", "import fcntl");
/** Debian's packages acl and attr. */
export const HAS_ATTRIBUTE_PROGRAMS = runs("setfacl", "--version") && runs("setfattr", "--version");
export const IS_LINUX = process.platform === "linux";
export const IS_WINDOWS = process.platform === "win32";
/** A mount namespace of one's own. */
export const CAN_UNSHARE = runs("unshare", "-m", "mount", "-t", "tmpfs", "none", "/proc");

/** Calls a function as the user "nobody", in this process. Only root can. */
export function asNobody<T>(run: () => T): T {
  process.setegid?.(NOBODY.gid);
  process.seteuid?.(NOBODY.uid);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** The backends of flock that work here. */
export const BACKENDS = ["native", "addon", "exlock", "flock"].filter((name) => {
  const before = process.env.PACT_HOOKS_FLOCK;
  process.env.PACT_HOOKS_FLOCK = name;
  const found = findBackend() !== null;
  if (before === undefined) delete process.env.PACT_HOOKS_FLOCK;
  else process.env.PACT_HOOKS_FLOCK = before;
  return found;
});

/** Root may mount what only one process sees, in a namespace of its own. */
export const CAN_MOUNT = runs("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt");
/** The backends that a test of the lock goes through. The run without the binding repeats only its own first choice. */
export const EACH_BACKEND = process.env.PACT_HOOKS_NATIVE === "off" ? BACKENDS.slice(0, 1) : BACKENDS;

/** For `beforeEach`: skips what only the binding gives. */
export function needsBinding({ skip }: TestContext): void {
  skip(native() === null, "needs the native binding");
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function runsAsNobody(): boolean {
  const library = fileURLToPath(new URL("../../dist/index.mjs", import.meta.url));
  const script = `require("node:fs").accessSync(${JSON.stringify(library)})`;
  return spawnSync(process.execPath, ["-e", script], { ...NOBODY, stdio: "ignore", cwd: "/" }).status === 0;
}

/** Allows one backend in this process and those that it starts, for one test. */
export function useBackend(name: string): void {
  const before = process.env.PACT_HOOKS_FLOCK;
  process.env.PACT_HOOKS_FLOCK = name;
  onTestFinished(() => {
    if (before === undefined) delete process.env.PACT_HOOKS_FLOCK;
    else process.env.PACT_HOOKS_FLOCK = before;
  });
}

/** Mounts a file system in memory, with limits (`size=64k`, `nr_inodes=10`), for one test. */
export function mountTmpfs({ skip }: TestContext, options: string, type = "tmpfs"): string {
  const dir = tempDir();
  const mounted = IS_ROOT && IS_LINUX && runs("mount", "-t", type, "-o", options, type, dir);
  skip(!mounted, `needs the right to mount a ${type}`);
  onTestFinished(() => void execFileSync("umount", ["-l", dir]));
  fs.chmodSync(dir, 0o755);
  return dir;
}

export function remountReadOnly(dir: string): void {
  execFileSync("mount", ["-o", "remount,ro", dir]);
}

/** strace, with calls that fail or wait: `link,linkat:error=EPERM`. It runs a program and lists these calls in `log`. */
export function injecting(
  { skip }: TestContext,
  inject: string,
  log = "/dev/null",
  onPath?: string,
): string[] {
  skip(!HAS_STRACE, "needs strace");
  const calls = inject.slice(0, inject.indexOf(":"));
  const only = onPath === undefined ? [] : ["-P", onPath];
  return ["strace", "-f", "-qq", "-o", log, ...only, "-e", `trace=${calls}`, "-e", `inject=${inject}`];
}

/** Sets a flag of the file system (`i` immutable, `a` append-only) for one test. */
export function setFlag({ skip }: TestContext, flag: "a" | "i", name: string): void {
  const chattr = (sign: string) => spawnSync("chattr", [`${sign}${flag}`, name]).status;
  skip(chattr("+") !== 0, "needs root, and a file system with flags");
  onTestFinished(() => void chattr("-"));
}
