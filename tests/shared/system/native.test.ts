/** The native binding, on the real kernel, and what it was built from. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { native, succeeded } from "../../../shared/system/native.ts";
import { attributesOf, setAttributes } from "../../helpers/attributes.ts";
import { HAS_PYTHON } from "../../helpers/machine.ts";
import { modeOf, tempDir } from "../../helpers/tempDir.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { EAGAIN, EBADF, EINVAL, ENAMETOOLONG, ENOENT } = os.constants.errno;
const LOCK_NOW = 6;
const UNLOCK = 8;
const hasBinary = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);

test("the binaries are those that the recorded source builds", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/buildNative.mjs", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("every machine that has a binary loads it", () => {
  expect(native() !== null).toBe(hasBinary);
});

describe.runIf(hasBinary)("the binding", () => {
  const binding = native() as NonNullable<ReturnType<typeof native>>;
  const fileWith = (text: string, dir = tempDir()) => {
    const file = path.join(dir, text.slice(0, 20));
    fs.writeFileSync(file, text);
    return file;
  };
  const opened = (file: string, flags: string) => {
    const fd = fs.openSync(file, flags);
    onTestFinished(() => fs.closeSync(fd));
    return fd;
  };

  test("takes and frees a lock of flock(2)", () => {
    const file = fileWith("lock");
    const [one, other] = [opened(file, "r+"), opened(file, "r+")];
    expect([binding.flock(one, LOCK_NOW), binding.flock(other, LOCK_NOW)]).toEqual([0, -EAGAIN]);
    expect([binding.flock(one, UNLOCK), binding.flock(other, LOCK_NOW)]).toEqual([0, 0]);
  });

  test("exchanges two files, which keep their inodes", () => {
    const dir = tempDir();
    const [a, b] = [fileWith("a", dir), fileWith("b", dir)];
    const inodes = [a, b].map((file) => fs.statSync(file).ino);
    expect(binding.exchange(a, b)).toBe(0);
    expect([a, b].map((file) => fs.readFileSync(file, "utf8"))).toEqual(["b", "a"]);
    expect([a, b].map((file) => fs.statSync(file).ino)).toEqual(inodes.toReversed());
    expect(binding.exchange(a, path.join(dir, "missing"))).toBe(-ENOENT);
    expect(fs.readFileSync(a, "utf8")).toBe("b");
  });

  test("exchanges files with names of any length that the kernel takes, and of any characters", () => {
    const dir = tempDir();
    const deep = path.join(dir, ...Array.from({ length: 18 }, () => "ä".repeat(100)));
    expect(Buffer.byteLength(deep)).toBeGreaterThan(3600);
    fs.mkdirSync(deep, { recursive: true });
    const [a, b] = [fileWith("a", deep), fileWith("b", dir)];
    expect(binding.exchange(a, b)).toBe(0);
    expect(fs.readFileSync(b, "utf8")).toBe("a");
    expect(binding.exchange("x".repeat(4096), b)).toBe(-ENAMETOOLONG);
  });

  test("tells whether a process has a file open for writing", () => {
    const file = fileWith("text");
    const fd = opened(file, "r");
    expect(binding.writers(fd)).toBe(0);
    const writer = fs.openSync(file, "a");
    expect(binding.writers(fd)).toBe(1);
    fs.closeSync(writer);
    expect(binding.writers(fd)).toBe(0);
  });

  test("leaves no lease behind: the next writer neither waits nor signals", () => {
    const file = fileWith("text");
    const fd = opened(file, "r");
    expect(binding.writers(fd)).toBe(0);
    fs.appendFileSync(file, " more");
    expect(fs.readFileSync(file, "utf8")).toBe("text more");
  });

  test("does not count the writer that asks", () => {
    expect(binding.writers(opened(fileWith("text"), "r+"))).toBe(-EINVAL);
  });

  test.runIf(HAS_PYTHON)(
    "gives a file the attributes and access list of another, and no others",
    ({ skip }) => {
      const dir = tempDir();
      const [from, to] = [fileWith("from", dir), fileWith("to", dir)];
      const why = setAttributes(from, {
        "user.mine": "\0value",
        "user.empty": "",
        "system.posix_acl_access": "ACCESS_LIST",
      });
      skip(why !== undefined, `this file system keeps no attributes: ${why}`);
      setAttributes(to, { "user.surplus": "x" });
      expect(binding.copyAttributes(opened(from, "r"), opened(to, "r+"))).toBe(0);
      expect(attributesOf(to)).toBe(attributesOf(from));
      expect(attributesOf(to)).toContain("posix_acl_access");
      expect(modeOf(to)).toBe(modeOf(from));
    },
  );

  test.each<[string, unknown]>([
    ["no descriptor", undefined],
    ["a negative one", -1],
    ["one that is not open", 99_999],
    ["a fraction", 1.5],
    ["no number", Number.NaN],
    ["one beyond 32 bits", 2 ** 32],
    ["a text", "1"],
    ["an object", {}],
  ])("answers EBADF to %s", (_what, value) => {
    const fd = value as number;
    const good = opened(fileWith("text"), "r");
    expect([binding.flock(fd, LOCK_NOW), binding.writers(fd)]).toEqual([-EBADF, -EBADF]);
    expect([binding.copyAttributes(fd, good), binding.copyAttributes(good, fd)]).toEqual([-EBADF, -EBADF]);
  });

  test.each<[string, unknown]>([
    ["no path", undefined],
    ["a number", 1],
    ["a path with NUL", "a\0b"],
  ])("answers EINVAL to %s", (_what, value) => {
    const file = fileWith("text");
    expect(binding.exchange(value as string, file)).toBe(-EINVAL);
    expect(binding.exchange(file, value as string)).toBe(-EINVAL);
  });

  test("takes no more arguments than it knows", () => {
    const call = binding.flock as (...values: unknown[]) => number;
    expect(call(-1, 6, 1, 2, 3, 4, 5)).toBe(-EBADF);
  });
});

test("a negative result becomes the system's error", () => {
  expect(succeeded(1)).toBe(1);
  expect(() => succeeded(-os.constants.errno.EXDEV)).toThrow(expect.objectContaining({ code: "EXDEV" }));
  expect(() => succeeded(-9999)).toThrow(expect.objectContaining({ code: "errno 9999" }));
});
