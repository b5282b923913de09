/**
 * Skips a test at the moment when it uses what Windows, or Wine, lacks: a program, a signal, a symbolic link, a mode that
 * forbids something, a name. So no list has to say which tests do. The setup of every test file on Windows loads it.
 */
import child from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import path from "node:path";
import { TestRunner } from "vitest";

/** What Windows may have under these names is no program of Unix: Git's shell, for example, spells paths in its own way. */
const UNIX_PROGRAM = /^(?:\/|\.\/|(?:bash|flock|script|sh|sleep)$)/;
/** Those that end a process there without asking it are as good as on Unix. */
const SIGNALS = [0, "SIGKILL", undefined];
const NO_NAME = /[<>:"|?*]|\p{Cc}|[. ]$/u;

type Any = (...args: never[]) => unknown;

/** Ends the test that runs, as skipped; does nothing outside of a test. */
function skipTest(reason: string): void {
  TestRunner.getCurrentTest()?.context.skip(reason);
}

/** Looks at the arguments of each call, and at what it returned or threw. */
function watch<K extends string>(
  owner: Record<K, Any>,
  name: K,
  before: (...args: never[]) => void,
  after: (failed: unknown, ...args: never[]) => void = () => {},
): void {
  const call = owner[name];
  const watched = (...args: never[]) => {
    before(...args);
    try {
      const result = call.apply(owner, args) as { error?: unknown; pid?: number } | undefined;
      after(result?.error, ...args);
      return result;
    } catch (error) {
      after(error, ...args);
      throw error;
    }
  };
  owner[name] = Object.assign(watched, call);
}

const ofProgram = (program: string) => {
  if (UNIX_PROGRAM.test(program)) skipTest(`needs ${path.posix.basename(program)}`);
};
const ofMissing = (error: unknown, program: string) => {
  const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  if (isMissing && !fs.existsSync(program)) skipTest(`needs ${program}`);
};
const programs = child as unknown as Record<"spawnSync" | "execFileSync" | "spawn", Any>;
for (const name of ["spawnSync", "execFileSync"] as const) watch(programs, name, ofProgram, ofMissing);
watch(programs, "spawn", ofProgram);

watch(process as unknown as Record<"kill", Any>, "kill", (_pid: number, signal?: string | number) => {
  if (!SIGNALS.includes(signal)) skipTest(`needs the signal ${signal}`);
});

const files = fs as unknown as Record<"symlinkSync" | "chmodSync" | "mkdirSync" | "renameSync", Any>;
if (!canLink()) watch(files, "symlinkSync", () => skipTest("needs symbolic links"));
watch(files, "chmodSync", (file: string, mode: number) => {
  const isFolder = fs.statSync(file, { throwIfNoEntry: false })?.isDirectory();
  const forbids = isFolder ? (mode & 0o300) !== 0o300 : (mode & 0o400) === 0;
  if (forbids) skipTest("modes forbid nothing there but to write a file");
});
const ofFolder = (folder: string) => {
  if (folder === "/dev/fd") skipTest("nothing counts a process's open files there");
};
watch(fs as unknown as Record<"readdirSync", Any>, "readdirSync", ofFolder);

const ofName = (error: unknown, ...names: string[]) => {
  const isNone = names.some((name) => typeof name === "string" && NO_NAME.test(path.basename(name)));
  if (error && isNone) skipTest("no file has such a name there");
};
for (const name of ["mkdirSync", "renameSync"] as const) watch(files, name, () => {}, ofName);
watch(
  fs as unknown as Record<"writeFileSync", Any>,
  "writeFileSync",
  () => {},
  (error, name: string) => ofName(error, name),
);

syncBuiltinESMExports();

/** Under Wine, a link that was made is not there. On Windows, only some users may make one. */
function canLink(): boolean {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-test-"));
  const link = path.join(dir, "link");
  try {
    fs.symlinkSync(os.tmpdir(), link);
    return fs.lstatSync(link).isSymbolicLink();
  } catch {
    return false;
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}
