/** Temporary folders, and what lies in a folder. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished, TestRunner } from "vitest";

/** Makes a folder for one test, which is removed after the test. */
export function tempDir(): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-test-")));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes a file into a temporary folder of its own. */
export function tempFile(content: string | Buffer, name = "CLAUDE.md"): string {
  const file = path.join(tempDir(), name);
  fs.writeFileSync(file, content);
  return file;
}

/** The names in a folder, without the sidecars of locks. */
export function entriesOf(dir: string): string[] {
  return fs
    .readdirSync(dir)
    .filter((name) => !/^\..*\.lock(\.holder)?$/.test(name))
    .sort();
}

/** The paths of all files and folders below a folder, sorted, with slashes on every system. */
export function listing(dir: string): string[] {
  const names = fs.readdirSync(dir, { recursive: true, encoding: "utf8" });
  return names.map((name) => name.replaceAll(path.sep, "/")).sort();
}

/** The sidecar that locks a target. */
export function sidecarOf(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.lock`);
}

/** Who may do what with a file. On Windows, that is not in its mode: skips the test there. */
export function modeOf(file: string, mask = 0o777): number {
  if (process.platform === "win32")
    TestRunner.getCurrentTest()?.context.skip("modes say nothing there of who may do what");
  return fs.statSync(file).mode & mask;
}
