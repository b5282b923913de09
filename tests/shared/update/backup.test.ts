import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import {
  isBackupName,
  keepBackup,
  PROJECT_BACKUP,
  replacedName,
  USER_BACKUP,
} from "../../../shared/update/backup.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { mountTmpfs } from "../../helpers/machine.ts";
import { modeOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

function setUp(dir = tempDir()) {
  const displaced = tempFile("one\n");
  const backup = path.join(dir, "session", "CLAUDE.md.before");
  return { displaced, bytes: fs.readFileSync(displaced), backup };
}

test("a backup is the displaced file itself, in a private folder", () => {
  const { displaced, bytes, backup } = setUp();
  const { ino } = fs.statSync(displaced);
  expect(keepBackup(displaced, bytes, backup)).toBe(true);
  expect(fs.existsSync(displaced)).toBe(false);
  expect(fs.statSync(backup).ino).toBe(ino);
  expect(modeOf(path.dirname(backup))).toBe(0o700);
});

test("a backup on another file system is a private copy of what was read", (context) => {
  const { displaced, bytes, backup } = setUp(mountTmpfs(context, "size=64k"));
  fs.chmodSync(displaced, 0o644);
  fs.writeFileSync(displaced, "two\n");
  expect(keepBackup(displaced, bytes, backup)).toBe(true);
  expect(fs.readFileSync(backup, "utf8")).toBe("one\n");
  expect(modeOf(backup)).toBe(0o600);
});

test.each<[string, (displaced: string) => string | undefined]>([
  ["has no name", () => undefined],
  ["a fence has removed", (displaced) => `${displaced}.gone`],
])("a backup of a file that %s is a copy", (_what, nameOf) => {
  const { displaced, bytes, backup } = setUp();
  expect(keepBackup(nameOf(displaced), bytes, backup)).toBe(true);
  expect(fs.readFileSync(backup, "utf8")).toBe("one\n");
});

test.each(["EXDEV", "ENOENT", "EPERM", "EACCES", "EBUSY"])(
  "a backup of a file that cannot be moved is a copy: %s",
  (code) => {
    const { displaced, bytes, backup } = setUp();
    failAt(backup, code);
    expect(keepBackup(displaced, bytes, backup)).toBe(true);
    expect([displaced, backup].map((file) => fs.readFileSync(file, "utf8"))).toEqual(["one\n", "one\n"]);
  },
);

test("a disk that fails at a backup leaves none", () => {
  const { displaced, bytes, backup } = setUp();
  failAt(backup, "EIO");
  expect(() => keepBackup(displaced, bytes, backup)).toThrow("EIO");
  expect(fs.existsSync(backup)).toBe(false);
});

/** Lets the move of a file to a name fail. */
function failAt(name: string, code: string): void {
  let isFirst = true;
  beforeCall(fs, "renameSync", (_from, to) => {
    if (to !== name || !isFirst) return;
    isFirst = false;
    throw systemError(code, "no move");
  });
}

test("a backup that does not fit on the disk throws, and leaves no file behind", (context) => {
  const { displaced, backup } = setUp(mountTmpfs(context, "size=64k"));
  expect(() => keepBackup(displaced, Buffer.alloc(100 * 1024, "text\n"), backup)).toThrow(/ENOSPC/);
  expect(fs.readdirSync(path.dirname(backup))).toEqual([]);
});

test("an existing backup stays", () => {
  const { displaced, bytes, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  fs.writeFileSync(backup, "first\n");
  expect(keepBackup(displaced, bytes, backup)).toBe(false);
  expect(fs.readFileSync(backup, "utf8")).toBe("first\n");
  expect(fs.existsSync(displaced)).toBe(true);
});

test.each<[string, (backup: string) => void]>([
  ["a folder", (backup) => fs.mkdirSync(backup)],
  ["a symbolic link", (backup) => fs.symlinkSync("nowhere", backup)],
])("%s in the place of a backup stays, and throws", (what, make) => {
  const { displaced, bytes, backup } = setUp();
  fs.mkdirSync(path.dirname(backup));
  make(backup);
  const before = fs.lstatSync(backup).ino;
  expect(() => keepBackup(displaced, bytes, backup)).toThrow(`${what} is in its place`);
  expect(fs.lstatSync(backup).ino).toBe(before);
});

test("a backup that cannot be created throws the system's error", () => {
  const { displaced, bytes, backup } = setUp();
  fs.writeFileSync(path.dirname(backup), "a file where the folder should be");
  expect(() => keepBackup(displaced, bytes, backup)).toThrow(/EEXIST|ENOTDIR/);
});

test("the names of backups, and of what a killed writer of one leaves, are known", () => {
  const names = [
    PROJECT_BACKUP,
    USER_BACKUP,
    replacedName(1),
    replacedName(12),
    `${PROJECT_BACKUP}.2043175918`,
  ];
  expect(names.filter(isBackupName)).toEqual(names);
  expect(
    ["CLAUDE.md", "CLAUDE.md.before.txt", "notes.md", "CLAUDE.md.replaced-"].filter(isBackupName),
  ).toEqual([]);
});
