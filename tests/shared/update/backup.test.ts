import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSnapshot, type Snapshot } from "../../../shared/system/snapshot.ts";
import { keepBackup } from "../../../shared/update/backup.ts";
import { mountTmpfs } from "../../helpers/machine.ts";
import { tempDir, tempFile } from "../../helpers/tempDir.ts";

function setUp(dir = tempDir()) {
  const target = tempFile("one\n");
  const snapshot = openSnapshot(target) as Snapshot;
  onTestFinished(() => fs.closeSync(snapshot.fd));
  const backup = path.join(dir, "session", "CLAUDE.md.before");
  return { target, snapshot, backup };
}

test("a backup is a hard link to the target, in a private folder", () => {
  const { target, snapshot, backup } = setUp();
  expect(keepBackup(target, snapshot, backup, true)).toBe(true);
  expect(fs.statSync(backup).ino).toBe(fs.statSync(target).ino);
  expect(fs.statSync(path.dirname(backup)).mode & 0o777).toBe(0o700);
});

test("a backup on another file system is a private copy of what was read", (context) => {
  const { target, snapshot, backup } = setUp(mountTmpfs(context, "size=64k"));
  fs.chmodSync(target, 0o644);
  fs.writeFileSync(target, "two\n");
  expect(keepBackup(target, snapshot, backup, true)).toBe(true);
  expect(fs.readFileSync(backup, "utf8")).toBe("one\n");
  expect(fs.statSync(backup).mode & 0o777).toBe(0o600);
});

test("a backup that does not fit on the disk throws, and leaves no file behind", (context) => {
  const { snapshot, backup, target } = setUp(mountTmpfs(context, "size=64k"));
  snapshot.bytes = Buffer.alloc(100 * 1024, "text\n");
  expect(() => keepBackup(target, snapshot, backup, true)).toThrow(/ENOSPC/);
  expect(fs.readdirSync(path.dirname(backup))).toEqual([]);
});

test.each<[string, (backup: string) => void]>([
  ["a file", (backup) => fs.writeFileSync(backup, "first\n")],
  ["a dangling link", (backup) => fs.symlinkSync("nowhere", backup)],
])("an existing backup that is %s stays", (_what, make) => {
  const { target, snapshot, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  make(backup);
  const before = fs.lstatSync(backup).ino;
  expect(keepBackup(target, snapshot, backup, true)).toBe(false);
  expect(fs.lstatSync(backup).ino).toBe(before);
});

test("an existing backup stays even when the target has been deleted", () => {
  const { target, snapshot, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  fs.writeFileSync(backup, "first\n");
  fs.unlinkSync(target);
  expect(keepBackup(target, snapshot, backup, true)).toBe(false);
  expect(fs.readFileSync(backup, "utf8")).toBe("first\n");
});

test("a file that has replaced the one that was read is not backed up", () => {
  const { target, snapshot, backup } = setUp();
  fs.writeFileSync(`${target}.new`, "theirs\n");
  fs.renameSync(`${target}.new`, target);
  expect(keepBackup(target, snapshot, backup, true)).toBe(false);
  expect(fs.existsSync(backup)).toBe(false);
});

test("a backup that cannot be created throws the system's error", () => {
  const { target, snapshot, backup } = setUp();
  fs.writeFileSync(path.dirname(backup), "a file where the folder should be");
  expect(() => keepBackup(target, snapshot, backup, true)).toThrow(/EEXIST|ENOTDIR/);
});
