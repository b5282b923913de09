/** Updates while the system fails: full disks, failing calls, crashes. The old file stays whole. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { withFileLock } from "../../../shared/fileLock.ts";
import { monotonicMs } from "../../../shared/system/time.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import {
  CAN_BE_NOBODY,
  IS_ROOT,
  injecting,
  mountTmpfs,
  NOBODY,
  remountReadOnly,
  setFlag,
} from "../../helpers/machine.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const OLD = "old text\n".repeat(100);

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

function limitedTo(kilobytes: number): string[] {
  return ["bash", "-c", `ulimit -f ${kilobytes}; exec "$@"`, "bash"];
}

describe("the old file stays whole", () => {
  // The kernel writes a part and reports no error. Without the loop in stage.ts, the update publishes a truncated file.
  test("under a limit on the file size, and the message blames the disk space", async () => {
    const { events } = useJournal();
    const target = tempFile(OLD);
    const params = { target, text: "new text\n", repeat: 10_000 };
    const result = await startProgram("update", params, { under: limitedTo(8) }).message("result");
    expect(result).toMatchObject({
      outcome: "abandoned",
      message: expect.stringMatching(/unchanged.*disk space/),
    });
    expect(read(target)).toBe(OLD);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
    expect(events("write_abandoned")).toMatchObject([{ target, reason: "no_space", code: "EFBIG" }]);
  });

  test.for([
    ["a file system with too little space for the new version", 10_000],
    ["a full file system", 1],
  ] as const)("on %s, and the message blames the disk space", async ([_what, repeat], context) => {
    const { events } = useJournal();
    const dir = mountTmpfs(context, "size=64k");
    const target = path.join(dir, "CLAUDE.md");
    fs.writeFileSync(target, OLD);
    if (repeat === 1) fs.writeFileSync(path.join(dir, "filler"), Buffer.alloc(60 * 1024));
    const params = { target, text: "new text\n", repeat };
    const result = await startProgram("update", params).message("result");
    expect(result).toMatchObject({
      outcome: "abandoned",
      message: expect.stringMatching(/unchanged.*disk space/),
    });
    expect(read(target)).toBe(OLD);
    expect(entriesOf(dir).filter((name) => name.includes("claim"))).toEqual([]);
    expect(events("write_abandoned")).toMatchObject([{ target, reason: "no_space", code: "ENOSPC" }]);
    // An update succeeds as soon as there is space again.
    fs.rmSync(path.join(dir, "filler"), { force: true });
    expect(updateFile(target, () => "short\n").outcome).toBe("written");
  });

  test("on a file system with no inode left", (context) => {
    useJournal();
    const dir = mountTmpfs(context, "nr_inodes=2");
    const target = path.join(dir, "CLAUDE.md");
    fs.writeFileSync(target, OLD);
    expect(updateFile(target, () => "new")).toMatchObject({
      outcome: "abandoned",
      lock: { reason: "no_space" },
    });
    expect(read(target)).toBe(OLD);
  });
});

test("an update on a read-only file system is abandoned with a message", (context) => {
  const { events } = useJournal();
  const dir = mountTmpfs(context, "size=64k");
  const target = path.join(dir, "CLAUDE.md");
  fs.writeFileSync(target, OLD);
  remountReadOnly(dir);
  expect(updateFile(target, () => "new")).toMatchObject({
    outcome: "abandoned",
    message: expect.any(String),
  });
  expect(events("write_abandoned")).toMatchObject([{ reason: "read_only", code: "EROFS" }]);
});

test("an update in a folder that this user may not write is abandoned with a message", async ({ skip }) => {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  const { events } = useJournal();
  const target = tempFile(OLD);
  fs.chmodSync(path.dirname(target), 0o755);
  fs.chownSync(target, NOBODY.uid, NOBODY.gid);
  const result = await startProgram("update", { target, line: "new" }, NOBODY).message("result");
  expect(result).toMatchObject({ outcome: "abandoned", message: expect.stringContaining("folder writable") });
  expect(read(target)).toBe(OLD);
  expect(events("write_abandoned")).toMatchObject([{ reason: "permission", code: "EACCES" }]);
});

test("an update that would take the file from its owner is refused", async ({ skip }) => {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  const { events } = useJournal();
  const target = tempFile(OLD);
  fs.chmodSync(path.dirname(target), 0o777);
  fs.chmodSync(target, 0o666);
  const result = await startProgram("update", { target, line: "new" }, NOBODY).message("result");
  expect(result).toMatchObject({
    outcome: "refused",
    message: expect.stringContaining("Change its owner to this user: chown"),
  });
  expect(read(target)).toBe(OLD);
  expect(fs.statSync(target).uid).toBe(0);
  expect(events("write_refused")).toHaveLength(1);
});

test("an update is abandoned when the disk fails while the file is given to its owner", async (context) => {
  context.skip(!IS_ROOT, "needs to be root, to give a file away");
  const { events } = useJournal();
  const target = tempFile(OLD);
  fs.chownSync(target, NOBODY.uid, NOBODY.gid);
  const under = injecting(context, "fchown:error=EIO");
  const result = await startProgram("update", { target, line: "new" }, { under }).message("result");
  expect(result).toMatchObject({ outcome: "abandoned" });
  expect(read(target)).toBe(OLD);
  expect(events("write_abandoned")).toMatchObject([{ reason: "io", code: "EIO" }]);
});

describe("a file system that refuses to change modes", () => {
  test("gets no chmod for a mode that a new file has anyway", async (context) => {
    useJournal();
    const target = tempFile(OLD);
    fs.chmodSync(target, 0o600);
    const under = injecting(context, "fchmod:error=ENOSYS");
    const result = await startProgram("update", { target, line: "new" }, { under }).message("result");
    expect(result).toMatchObject({ outcome: "written" });
    expect(read(target)).toBe(`${OLD}new\n`);
  });

  test("makes an update refuse a file whose mode differs from a new file's", async (context) => {
    const { events } = useJournal();
    const target = tempFile(OLD);
    fs.chmodSync(target, 0o640);
    // Without the binding, `cp` sets the mode as an access control list.
    const under = injecting(context, "fchmod,fsetxattr:error=EPERM");
    const result = await startProgram("update", { target, line: "new" }, { under }).message("result");
    expect(result).toMatchObject({
      outcome: "refused",
      message: expect.stringContaining("which its new version could not keep"),
    });
    expect(read(target)).toBe(OLD);
    expect(events("write_refused")).toHaveLength(1);
  });
});

describe("a file system without hard links", () => {
  test("still gets a new file", async (context) => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const under = injecting(context, "?link,linkat:error=EPERM");
    const result = await startProgram("update", { target, line: "new" }, { under }).message("result");
    expect(result).toMatchObject({ outcome: "written", rounds: 1 });
    expect(read(target)).toBe("new\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("keeps a file that another program creates meanwhile", async (context) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const under = injecting(context, "?link,linkat:error=EOPNOTSUPP");
    const child = startProgram("update", { target, line: "new", pauseAt: 2 }, { under });
    await child.message("paused");
    fs.writeFileSync(target, "theirs\n");
    child.end();
    expect(await child.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("theirs\nnew\n");
    expect(events()).toMatchObject([{ type: "outside_edit", resolution: "reread" }]);
  });
});

// Every system call that changes a file, and how many times an update makes it.
const CALLS: [string, number][] = [
  ["mkdir,mkdirat", 1],
  ["pwrite64", 1],
  ["fsync,fdatasync", 1],
  ["ftruncate", 2],
  ["chown,fchown,fchownat", 1],
  ["chmod,fchmod,fchmodat", 1],
  ["rename,renameat,renameat2", 1],
  ["rmdir,unlinkat", 1],
];
const FAULTS = CALLS.flatMap(([calls, times]) =>
  ["error=EIO", "error=ENOSPC", "signal=SIGKILL"].flatMap((fault) =>
    Array.from({ length: times }, (_, i) => [calls, fault, i + 1] as const),
  ),
);

describe("an update", () => {
  test.for(FAULTS)("is all or nothing when %s meets %s at call %i", async ([calls, fault, when], context) => {
    const { events } = useJournal();
    const target = tempFile("old\n");
    const optional = calls.replace(/\w+/g, "?$&");
    const under = injecting(context, `${optional}:${fault}:when=${when}`);
    const child = startProgram("update", { target, line: "new" }, { under });
    const { signal } = await child.exited;
    const result = child.lines.map((line) => JSON.parse(line))[0]?.result;
    const text = read(target);
    // The update changes all or nothing, and its result tells the truth.
    expect(["old\n", "old\nnew\n"]).toContain(text);
    if (result) expect(text.includes("new")).toBe(result.outcome === "written");
    else expect([fault, signal]).toEqual(["signal=SIGKILL", "SIGKILL"]);
    const failures = result?.lock.outcome === "fail_open" ? 1 : 0;
    expect(events("lock_fail_open")).toHaveLength(failures);
    expect(events("write_abandoned")).toHaveLength(result?.outcome === "abandoned" ? 1 : 0);
    // The next update repairs everything.
    const again = updateFile(target, (now) => (now?.includes("new") ? now : `${now}new\n`));
    expect(again.message).toBeUndefined();
    expect(read(target)).toBe("old\nnew\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });
});

describe("a flag that forbids changes", () => {
  test("of the file is told, with what to do", (context) => {
    useJournal();
    const target = tempFile(OLD);
    setFlag(context, "i", target);
    const { outcome, message } = updateFile(target, () => "new\n");
    expect([outcome, message]).toEqual([
      "refused",
      expect.stringMatching(/flag that forbids changes.*chattr -i/),
    ]);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("of an append-only file is told, and no session promises that the next one can do it", (context) => {
    useJournal();
    const target = tempFile(OLD);
    setFlag(context, "a", target);
    const { outcome, message } = updateFile(target, () => "new\n");
    expect([outcome, message]).toEqual(["abandoned", expect.stringContaining("A flag (see lsattr)")]);
    expect(message).not.toContain("next session");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("of a folder in which one may only create leaves one claim, however many sessions there are", (context) => {
    useJournal();
    const target = tempFile(OLD);
    const dir = path.dirname(target);
    setFlag(context, "a", dir);
    expect(updateFile(target, () => "new\n")).toMatchObject({ outcome: "written", isInPlace: true });
    for (let session = 1; session <= 3; session++) {
      const { outcome, message } = updateFile(target, () => `newer ${session}\n`);
      expect([outcome, message]).toEqual([
        "refused",
        expect.stringMatching(/create files and not remove them.*lsattr/),
      ]);
    }
    expect(read(target)).toBe("new\n");
    expect(entriesOf(dir).length).toBe(2);
  });
});

test("an update gives up when its time is over, not only after ten rounds", () => {
  useJournal();
  const target = tempFile(OLD);
  const rewrite = (text: string | null) => {
    fs.appendFileSync(target, "theirs\n");
    return `${text}ours\n`;
  };
  expect(updateFile(target, rewrite, { deadlineMs: monotonicMs() })).toMatchObject({
    outcome: "abandoned",
    rounds: 1,
  });
});

test("an update waits for the lock no longer than its time, and goes on without the lock", () => {
  const { events } = useJournal();
  const target = tempFile(OLD);
  const options = { timeoutMs: 400, deadlineMs: monotonicMs() };
  const { outcome } = withFileLock(target, () => updateFile(target, () => "new\n", options));
  expect([outcome, read(target)]).toEqual(["written", "new\n"]);
  expect(events("lock_fail_open")).toMatchObject([{ reason: "timeout", timeout_ms: 0 }]);
});
