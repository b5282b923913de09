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

test("is the file itself, in a private folder", () => {
  const { target, snapshot, backup } = setUp();
  expect(keepBackup(target, snapshot, backup)).toBe(true);
  expect(fs.statSync(backup).ino).toBe(fs.statSync(target).ino);
  expect(fs.statSync(path.dirname(backup)).mode & 0o777).toBe(0o700);
});

test("is a private copy of what was read where that is another file system", (context) => {
  const { target, snapshot, backup } = setUp(mountTmpfs(context, "size=64k"));
  fs.chmodSync(target, 0o644);
  fs.writeFileSync(target, "two\n");
  expect(keepBackup(target, snapshot, backup)).toBe(true);
  expect(fs.readFileSync(backup, "utf8")).toBe("one\n");
  expect(fs.statSync(backup).mode & 0o777).toBe(0o600);
});

test("is none where there is no space for the whole of it", (context) => {
  const { snapshot, backup, target } = setUp(mountTmpfs(context, "size=64k"));
  snapshot.bytes = Buffer.alloc(100 * 1024, "text\n");
  expect(() => keepBackup(target, snapshot, backup)).toThrow(/ENOSPC/);
  expect(fs.readdirSync(path.dirname(backup))).toEqual([]);
});

test.each<[string, (backup: string) => void]>([
  ["a file", (backup) => fs.writeFileSync(backup, "first\n")],
  ["a link that leads nowhere", (backup) => fs.symlinkSync("nowhere", backup)],
])("%s that is there already stays", (_what, make) => {
  const { target, snapshot, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  make(backup);
  const before = fs.lstatSync(backup).ino;
  expect(keepBackup(target, snapshot, backup)).toBe(false);
  expect(fs.lstatSync(backup).ino).toBe(before);
});

test("one that is there already stays, also when the file has been deleted meanwhile", () => {
  const { target, snapshot, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  fs.writeFileSync(backup, "first\n");
  fs.unlinkSync(target);
  expect(keepBackup(target, snapshot, backup)).toBe(false);
  expect(fs.readFileSync(backup, "utf8")).toBe("first\n");
});

test("is not made of a file that has taken the place of the one that was read", () => {
  const { target, snapshot, backup } = setUp();
  fs.writeFileSync(`${target}.new`, "theirs\n");
  fs.renameSync(`${target}.new`, target);
  expect(keepBackup(target, snapshot, backup)).toBe(false);
  expect(fs.existsSync(backup)).toBe(false);
});

test("that cannot be made is the system's error", () => {
  const { target, snapshot, backup } = setUp();
  fs.writeFileSync(path.dirname(backup), "a file where the folder should be");
  expect(() => keepBackup(target, snapshot, backup)).toThrow(/EEXIST|ENOTDIR/);
});
