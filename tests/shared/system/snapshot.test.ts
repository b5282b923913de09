import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Refusal } from "../../../shared/system/errors.ts";
import { isStill, openSnapshot, readAgain, type Snapshot } from "../../../shared/system/snapshot.ts";
import { tempDir, tempFile } from "../../helpers/tempDir.ts";

function snapshotOf(file: string): Snapshot {
  const snapshot = openSnapshot(file);
  if (!snapshot) throw new Error("there is no file");
  onTestFinished(() => fs.closeSync(snapshot.fd));
  return snapshot;
}

test("an absent file has no snapshot", () => {
  expect(openSnapshot(path.join(tempDir(), "absent"))).toBeNull();
});

test.each([0, 1, 4096, 300_000])("a snapshot holds all %i bytes of a file", (size) => {
  const bytes = Buffer.alloc(size, "abc\n");
  expect(snapshotOf(tempFile(bytes)).bytes.equals(bytes)).toBe(true);
});

test("readAgain reads a file that was rewritten in place, longer or shorter", () => {
  const file = tempFile("one\n");
  const snapshot = snapshotOf(file);
  fs.appendFileSync(file, "two\n");
  expect(readAgain(snapshot).toString()).toBe("one\ntwo\n");
  fs.writeFileSync(file, "");
  expect(readAgain(snapshot).toString()).toBe("");
  expect(snapshot.bytes.toString()).toBe("one\n");
});

test.each<[string, boolean, (file: string) => void]>([
  ["untouched", true, () => {}],
  ["touched", true, (file) => fs.utimesSync(file, 0, 0)],
  ["appended to", false, (file) => fs.appendFileSync(file, "x")],
  ["rewritten in place with the same length", false, (file) => fs.writeFileSync(file, "TEXT\n")],
  ["deleted", false, (file) => fs.unlinkSync(file)],
  [
    "replaced by one with the same bytes",
    false,
    (file) => {
      fs.writeFileSync(`${file}.new`, "text\n");
      fs.renameSync(`${file}.new`, file);
    },
  ],
  [
    "replaced by a link to itself",
    false,
    (file) => {
      fs.renameSync(file, `${file}.real`);
      fs.symlinkSync(`${file}.real`, file);
    },
  ],
  ["given another mode", false, (file) => fs.chmodSync(file, 0o600)],
])("for a file that was %s, isStill returns %s", (_how, same, change) => {
  const file = tempFile("text\n");
  fs.chmodSync(file, 0o644);
  const snapshot = snapshotOf(file);
  change(file);
  expect(isStill(file, snapshot)).toBe(same);
});

test.each<[string, (file: string) => void]>([
  ["a folder", (file) => fs.mkdirSync(file)],
  ["a pipe, without waiting for a writer", (file) => execFileSync("mkfifo", [file])],
  [
    "a file that is too large",
    (file) => {
      fs.writeFileSync(file, "");
      fs.truncateSync(file, 4 * 1024 * 1024 + 1);
    },
  ],
])("openSnapshot refuses %s", (_what, make) => {
  const file = path.join(tempDir(), "CLAUDE.md");
  make(file);
  expect(() => openSnapshot(file)).toThrow(Refusal);
});

test("openSnapshot does not follow a link", () => {
  const file = tempFile("text\n");
  fs.symlinkSync(file, `${file}.link`);
  expect(() => openSnapshot(`${file}.link`)).toThrow(/ELOOP/);
});

test("where each look gives another inode number, isStill compares the bytes, the mode and the owner", () => {
  const file = tempFile("text\n");
  const snapshot = snapshotOf(file);
  const lstat = fs.lstatSync;
  let number = 0n;
  const look = (path: fs.PathLike) => Object.assign(lstat(path, { bigint: true }), { ino: number++ });
  vi.spyOn(fs, "lstatSync").mockImplementation(look as typeof lstat);
  onTestFinished(() => void vi.restoreAllMocks());
  expect(isStill(file, snapshot)).toBe(true);
  fs.writeFileSync(`${file}.new`, "TEXT\n");
  fs.renameSync(`${file}.new`, file);
  expect(isStill(file, snapshot)).toBe(false);
});

test("the message about a file that is too large gives the limit", () => {
  const file = tempFile("");
  fs.truncateSync(file, 4 * 1024 * 1024 + 1);
  expect(() => openSnapshot(file)).toThrow("is larger than 4 MB");
});
