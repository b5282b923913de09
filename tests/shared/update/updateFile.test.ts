import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { withFileLock } from "../../../shared/fileLock.ts";
import { native } from "../../../shared/system/native.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { CAN_BE_NOBODY, IS_ROOT, NOBODY, useBackend } from "../../helpers/machine.ts";
import { entriesOf, modeOf, sidecarOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const MANY = 0o7777;

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

function append(line: string): (text: string | null) => string {
  return (text) => `${text ?? ""}${line}\n`;
}

/** Modes as cases: each with its octal digits for the test's name. */
function octal(...modes: number[]): [string, number][] {
  return modes.map((mode) => [mode.toString(8), mode]);
}

/** Expects no other file in the target's folder, and a free lock. */
function expectTidy(target: string): void {
  expect(entriesOf(path.dirname(target))).toEqual(fs.existsSync(target) ? [path.basename(target)] : []);
  expect(withFileLock(target, ({ outcome }) => outcome, { timeoutMs: 0 })).toBe("locked");
}

describe("an update", () => {
  test("publishes the text that mutate returns, under the lock", () => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    const result = updateFile(target, append("two"));
    expect(result).toStrictEqual({
      outcome: "written",
      target,
      lock: expect.objectContaining({ outcome: "locked" }),
      rounds: 1,
    });
    expect(read(target)).toBe("one\ntwo\n");
    expect(events()).toEqual([]);
    expectTidy(target);
  });

  test("creates an absent file with the rights that the umask gives", () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const result = updateFile(target, append("one"));
    expect([result.outcome, result.isInPlace, result.message]).toEqual(["written", undefined, undefined]);
    expect(read(target)).toBe("one\n");
    expect(fs.statSync(target).mode & MANY).toBe(0o666 & ~process.umask());
    expect(fs.statSync(target).nlink).toBe(1);
    expectTidy(target);
  });

  test.each(octal(0o644, 0o600, 0o755, 0o664, 0o4755))("keeps the mode %s", (_octal, mode) => {
    useJournal();
    const target = tempFile("one\n");
    fs.chmodSync(target, mode);
    updateFile(target, append("two"));
    expect(modeOf(target, MANY)).toBe(mode);
  });

  test.for([
    [1234, 5678],
    [1234, 0],
    [0, 5678],
  ] as const)("keeps user %i and group %i", ([uid, gid], { skip }) => {
    skip(!IS_ROOT, "needs to be root, to give a file away");
    useJournal();
    const target = tempFile("one\n");
    fs.chownSync(target, uid, gid);
    expect(updateFile(target, append("two")).outcome).toBe("written");
    expect(fs.statSync(target)).toMatchObject({ uid, gid });
  });

  test("keeps the BOM, the line endings, and the lack of a last one", () => {
    useJournal();
    const target = tempFile("\ufeffone\r\ntwo\n\t \rthree");
    updateFile(target, (text) => `${text}!`);
    expect(fs.readFileSync(target)).toEqual(Buffer.from("\ufeffone\r\ntwo\n\t \rthree!"));
  });

  test("follows a link within the project, keeps the link, and locks beside the real file", () => {
    useJournal();
    const dir = tempDir();
    const real = path.join(dir, "docs/AGENTS.md");
    fs.mkdirSync(path.dirname(real));
    fs.writeFileSync(real, "one\n");
    const target = path.join(dir, "CLAUDE.md");
    fs.symlinkSync("docs/AGENTS.md", target);
    const mutate = (text: string | null) => {
      expect(fs.readdirSync(dir).sort()).toEqual(["CLAUDE.md", "docs"]);
      return append("two")(text);
    };
    expect(updateFile(target, mutate, { projectDir: dir }).outcome).toBe("written");
    expect(fs.readlinkSync(target)).toBe("docs/AGENTS.md");
    expect(read(real)).toBe("one\ntwo\n");
    expect(fs.existsSync(sidecarOf(real))).toBe(true);
  });

  test("publishes without the lock too, and reports that the lock failed open", () => {
    const { events } = useJournal();
    useBackend("none");
    const target = tempFile("one\n");
    const { outcome, lock } = updateFile(target, append("two"));
    expect([outcome, lock.outcome, lock.reason]).toEqual(["written", "fail_open", "no_backend"]);
    expect(read(target)).toBe("one\ntwo\n");
    expect(events()).toMatchObject([{ type: "lock_fail_open", reason: "no_backend" }]);
  });
});

describe("an update with nothing to do", () => {
  test.each<[string, (text: string | null) => string | null]>([
    ["null", () => null],
    ["the same text", (text) => text],
    ["null for this text alone", (text) => (text === null ? "new" : null)],
  ])("makes no lock, no claim and no new mtime if mutate returns %s", (_what, mutate) => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    fs.utimesSync(target, 1000, 1000);
    fs.chmodSync(path.dirname(target), 0o700);
    const { mtimeNs } = fs.statSync(path.dirname(target), { bigint: true });
    expect(updateFile(target, mutate)).toMatchObject({
      outcome: "unchanged",
      lock: { outcome: "not_needed" },
    });
    expect(fs.statSync(target).mtimeMs).toBe(1_000_000);
    expect(fs.statSync(path.dirname(target), { bigint: true }).mtimeNs).toBe(mtimeNs);
    expect(fs.existsSync(sidecarOf(target))).toBe(false);
    expect(events()).toEqual([]);
  });

  test("creates no file", () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    expect(updateFile(target, () => null).outcome).toBe("unchanged");
    expect(fs.existsSync(target)).toBe(false);
  });

  test("reports it unchanged if another writer makes the change while we wait for the lock", () => {
    useJournal();
    const target = tempFile("one\n");
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      if (calls === 1) fs.appendFileSync(target, "two\n");
      return text?.includes("two") ? text : append("two")(text);
    };
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "unchanged", lock: { outcome: "locked" } });
    expect(read(target)).toBe("one\ntwo\n");
    expectTidy(target);
  });

  test("still removes the claim that a crashed writer left", async () => {
    useJournal();
    const target = tempFile("one\n");
    const crashed = startProgram("update", { target, line: "two", pauseAt: 2 });
    await crashed.message("paused");
    crashed.kill("SIGKILL");
    await crashed.exited;
    expect(entriesOf(path.dirname(target))).toHaveLength(2);
    expect(updateFile(target, () => null).outcome).toBe("unchanged");
    expectTidy(target);
  });
});

describe("an error that mutate throws", () => {
  test.each([1, 2])("in call %i reaches the caller, and leaves the target unchanged", (when) => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    const error = Object.assign(new Error("its own"), { code: "ENOENT" });
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      if (calls === when) throw error;
      return append("two")(text);
    };
    expect(() => updateFile(target, mutate)).toThrow(error);
    expect(calls).toBe(when);
    expect(read(target)).toBe("one\n");
    expect(events()).toEqual([]);
    expectTidy(target);
  });
});

describe("an update refuses, and does not change,", () => {
  test.each<[string, Buffer | string, RegExp]>([
    ["a Latin-1 file", Buffer.from("caf\xe9\n", "latin1"), /not UTF-8/],
    ["a UTF-16 file with a BOM", Buffer.from("\ufeffone\n", "utf16le"), /not UTF-8/],
    ["a UTF-16 file without a BOM", Buffer.from("one\n", "utf16le"), /not UTF-8/],
    ["a file with a NUL", "one\0two\n", /not UTF-8/],
    ["a file that ends in a torn character", Buffer.from("é").subarray(0, 1), /not UTF-8/],
  ])("%s, with a message and an event", (_what, content, message) => {
    const { events } = useJournal();
    const target = tempFile(content);
    const result = updateFile(target, () => "new");
    expect(result).toMatchObject({ outcome: "refused", message: expect.stringMatching(message) });
    expect(fs.readFileSync(target)).toEqual(Buffer.from(content));
    expect(events()).toMatchObject([{ type: "write_refused", target }]);
    expectTidy(target);
  });

  test("a folder, whose whole path is journaled", () => {
    const { events } = useJournal();
    expect(updateFile("", () => "new").outcome).toBe("refused");
    expect(events("write_refused")).toMatchObject([{ target: process.cwd() }]);
  });

  test("a read-only file, even as root", () => {
    useJournal();
    const target = tempFile("one\n");
    fs.chmodSync(target, 0o444);
    const { outcome, message } = updateFile(target, append("two"));
    expect([outcome, message]).toEqual(["refused", expect.stringContaining("read-only")]);
    expect(read(target)).toBe("one\n");
  });

  test("a file that becomes read-only while we wait for the lock", () => {
    useJournal();
    const target = tempFile("one\n");
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      if (calls === 1) fs.chmodSync(target, 0o444);
      return append("two")(text);
    };
    expect(updateFile(target, mutate).outcome).toBe("refused");
    expect(read(target)).toBe("one\n");
    expectTidy(target);
  });

  test.for<[string, number, (target: string) => void]>([
    ["that another user owns and lets us write", 0o666, () => {}],
    ["that we may not write", 0o644, () => {}],
    ["that we may not read", 0o600, () => {}],
  ])("a file %s", async ([_what, mode], { skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    useJournal();
    const target = tempFile("one\n");
    fs.chmodSync(path.dirname(target), 0o777);
    fs.chmodSync(target, mode);
    const result = await startProgram("update", { target, line: "two" }, NOBODY).message("result");
    expect(result).toMatchObject({ outcome: "refused", message: expect.stringMatching(/left unchanged/) });
    expect(read(target)).toBe("one\n");
    expect(fs.statSync(target).uid).toBe(0);
    expectTidy(target);
  });

  test("a link that leads outside the project", () => {
    useJournal();
    const outside = tempFile("one\n", "AGENTS.md");
    const target = path.join(tempDir(), "CLAUDE.md");
    fs.symlinkSync(outside, target);
    expect(updateFile(target, append("two")).outcome).toBe("refused");
    expect(read(outside)).toBe("one\n");
    expect(fs.readdirSync(path.dirname(outside))).toEqual(["AGENTS.md"]);
  });
});

test.skipIf(native())(
  "where the kernel does not tell who has a file open, an update reads a file that was truncated before the lock only after a second of rest",
  () => {
    useJournal();
    const target = tempFile("one\ntwo\n");
    const untouchedMs: number[] = [];
    const mutate = (text: string | null) => {
      // Most of the second has already passed, which keeps the test short.
      const touched = (Date.now() - 970) / 1000;
      if (text === "one\ntwo\n") {
        fs.writeFileSync(target, "one\n");
        fs.utimesSync(target, touched, touched);
      } else untouchedMs.push(Date.now() - Number(fs.statSync(target, { bigint: true }).mtimeMs));
      return append("three")(text);
    };
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 1 });
    expect(untouchedMs).toEqual([expect.any(Number)]);
    expect(untouchedMs[0]).toBeGreaterThanOrEqual(1000);
    expect(read(target)).toBe("one\nthree\n");
  },
);

test.each(octal(0o444, 0o555))(
  "a file with the read-only mode %s is refused before there is a claim or a lock",
  (_octal, mode) => {
    useJournal();
    const target = tempFile("one\n");
    fs.chmodSync(target, mode);
    expect(updateFile(target, append("two"))).toMatchObject({
      outcome: "refused",
      lock: { outcome: "not_needed" },
      rounds: 0,
      target,
    });
    expect(fs.existsSync(sidecarOf(target))).toBe(false);
  },
);

test("the message about a NUL gives its position", () => {
  useJournal();
  const { message } = updateFile(tempFile("one\0two\n"), append("three"));
  expect(message).toContain("byte 4 is NUL");
});

test("no outcome leaves a descriptor open", () => {
  useJournal();
  const open = () => fs.readdirSync("/dev/fd").length;
  const target = tempFile("one\n");
  const before = open();
  const fail = () => {
    throw new Error("its own");
  };
  expect(() => updateFile(target, fail)).toThrow("its own");
  const outcomes = [append("two"), (text: string | null) => text, () => "\0", append("three")].map(
    (mutate) => updateFile(target, mutate).outcome,
  );
  fs.rmSync(target);
  fs.mkdirSync(target);
  outcomes.push(updateFile(target, append("four")).outcome);
  expect(outcomes).toEqual(["written", "unchanged", "written", "refused", "refused"]);
  expect(open()).toBe(before);
});
