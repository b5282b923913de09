import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { withFileLock } from "../../../shared/fileLock.ts";
import { findHolder, holderOfRecord, nameOf, readRecord, writeRecord } from "../../../shared/lock/holder.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { start, startProgram, startPython } from "../../helpers/child.ts";
import { useClock } from "../../helpers/clock.ts";
import { useJournal } from "../../helpers/journal.ts";
import { CAN_BE_NOBODY, HAS_FLOCK_PROGRAM, IS_LINUX, mountTmpfs, NOBODY } from "../../helpers/machine.ts";
import { startForeign } from "../../helpers/sidecar.ts";
import { sidecarOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

/** Ample time, because these tests check which holder is found, not how fast. */
const BUDGET_MS = 10_000;

function openFile(file: string): number {
  const fd = fs.openSync(file, "r+");
  onTestFinished(() => fs.closeSync(fd));
  return fd;
}

function ownRecord() {
  const fd = openFile(tempFile("", "sidecar"));
  writeRecord(fd, 0, "test", "session-1");
  const record = readRecord(fd);
  if (!record) throw new Error("no record");
  return { fd, record };
}

/** A process whose child has ended, and stays a zombie. */
const ZOMBIE = `
import os, time
pid = os.fork()
if pid == 0: os._exit(0)
print('{"pid":%d}' % pid, flush=True)
time.sleep(60)
`;

/** Starts two processes in the same tick of the clock. The second one holds the lock, until standard input ends. */
const TWINS = `
import fcntl, os, signal, sys
def fork(lock):
    pid = os.fork()
    if pid: return pid
    f = open(sys.argv[1])
    if lock: fcntl.flock(f, fcntl.LOCK_EX)
    os.write(ready, b"x")
    signal.pause()
start = lambda pid: open("/proc/%d/stat" % pid).read().rsplit(")")[1].split()[19]
while True:
    done, ready = os.pipe()
    pids = [fork(False), fork(True)]
    os.read(done, 1), os.read(done, 1)
    if start(pids[0]) == start(pids[1]): break
    for pid in pids: os.kill(pid, signal.SIGKILL), os.waitpid(pid, 0)
print('{"twins":%s}' % pids, flush=True)
sys.stdin.read()
for pid in pids: os.kill(pid, signal.SIGKILL)
`;

describe("the holder record", () => {
  test("names the holder while the lock is held, and is empty afterwards", () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const read = () => fs.readFileSync(sidecarOf(target), "utf8");
    const held = withFileLock(target, read, { hook: "test", sessionId: "session-1" });
    expect(JSON.parse(held)).toEqual({
      pid: process.pid,
      start: expect.stringMatching(/^\d+$/),
      hook: "test",
      session_id: "session-1",
      acquired_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(read()).toBe("");
  });

  test("refreshes the mtime of the sidecar", () => {
    const file = tempFile("", "sidecar");
    fs.utimesSync(file, 0, 0);
    writeRecord(openFile(file), 0, "test", undefined);
    expect(fs.statSync(file).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  test("replaces a longer record whole", () => {
    const file = tempFile("x".repeat(2000), "sidecar");
    const fd = openFile(file);
    writeRecord(fd, 2000, "test", undefined);
    expect(readRecord(fd)).toMatchObject({ pid: process.pid, hook: "test" });
    expect(fs.readFileSync(file, "utf8")).toMatch(/^\{.*\}\n$/);
  });

  test("leaves out an invalid session id, however long", () => {
    const file = tempFile("", "sidecar");
    const fd = openFile(file);
    for (const invalid of ["a b", "x\n".repeat(5000)]) {
      writeRecord(fd, 1, "test", invalid);
      expect(Object.keys(readRecord(fd) ?? {})).toEqual(["pid", "start", "hook", "acquired_at"]);
    }
  });

  const at = new Date().toISOString();
  test.each([
    "",
    "not JSON",
    "null",
    "7",
    "[]",
    '{"pid":1}',
    JSON.stringify({ pid: -1, start: "1", acquired_at: at }),
    JSON.stringify({ pid: "1; rm", start: "1", acquired_at: at }),
    JSON.stringify({ pid: 1.5, start: "1", acquired_at: at }),
    JSON.stringify({ pid: 1, start: 1, acquired_at: at }),
    JSON.stringify({ pid: 1, start: "1", acquired_at: "yesterday" }),
    JSON.stringify({ pid: 1, start: "1", acquired_at: at, hook: "x".repeat(5000) }),
  ])("is ignored if the sidecar contains %j", (content) => {
    expect(readRecord(openFile(tempFile(content, "sidecar")))).toBeNull();
  });

  test("is absent if the sidecar cannot be read", () => {
    const folder = fs.openSync(tempDir(), "r");
    onTestFinished(() => fs.closeSync(folder));
    expect(readRecord(folder)).toBeNull();
  });

  test("of a running process gives its command and how long it has held the lock", () => {
    expect(holderOfRecord(ownRecord().record)).toEqual({
      pid: process.pid,
      command: expect.stringMatching(/^node/),
      held_ms: expect.any(Number),
      source: "record",
      alive: true,
    });
  });

  test("of an earlier process with the same pid names a dead holder", () => {
    const { record } = ownRecord();
    const earlier = { ...record, start: String(Number(record.start) - 1000) };
    expect(holderOfRecord(earlier)).toEqual({ pid: process.pid, source: "record", alive: false });
  });

  test("of an exited process or a zombie names a dead holder", async () => {
    const shell = startPython(ZOMBIE, []);
    const zombie = await shell.message("pid");
    if (IS_LINUX) await waitUntil(() => fs.readFileSync(`/proc/${zombie}/stat`, "utf8").includes(") Z "));
    const { record } = ownRecord();
    expect(holderOfRecord({ ...record, pid: zombie }).alive).toBe(false);
    shell.kill("SIGKILL");
    await shell.exited;
    expect(holderOfRecord({ ...record, pid: shell.pid }).alive).toBe(false);
  });
});

describe("findHolder", () => {
  test("finds no holder of a free sidecar, an absent one, or a link", () => {
    const file = tempFile("", "sidecar");
    expect(findHolder(file, BUDGET_MS)).toBeUndefined();
    expect(findHolder(`${file}.absent`, BUDGET_MS)).toBeUndefined();
    writeRecord(openFile(file), 0, "test", undefined);
    expect(findHolder(file, BUDGET_MS)).toMatchObject({ pid: process.pid });
    fs.symlinkSync(file, `${file}.link`);
    expect(findHolder(`${file}.link`, BUDGET_MS)).toBeUndefined();
  });

  test("finds no holder of a free sidecar with the record of an earlier process, and leaves no descriptor open", () => {
    const { fd, record } = ownRecord();
    const file = tempFile(JSON.stringify({ ...record, start: "1" }), "sidecar");
    const open = () => fs.readdirSync("/dev/fd").length;
    const before = open();
    expect(findHolder(file, BUDGET_MS)).toBeUndefined();
    expect(open()).toBe(before);
    expect(readRecord(fd)).toEqual(record);
  });

  test("returns the holder that the record names", async () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const holder = startProgram("holdLock", { target, hold: true });
    await holder.message("entered");
    const found = findHolder(sidecarOf(target), BUDGET_MS);
    expect(found).toMatchObject({ pid: holder.pid, command: "node", source: "record", alive: true });
  });

  describe.runIf(IS_LINUX && HAS_FLOCK_PROGRAM)("without a valid record, on Linux,", () => {
    test("finds the process that has the descriptor, not the exited one that called flock", async () => {
      const file = tempFile("", "sidecar");
      const shell = start("bash", [
        "-c",
        'exec 9>"$1"; flock 9; echo \'{"held":1}\'; read x',
        "SECRET",
        file,
      ]);
      await shell.message("held");
      const found = findHolder(file, BUDGET_MS);
      expect(found).toEqual({ pid: shell.pid, command: "bash", source: "proc", alive: true });
    });

    test("finds the real holder when the record names an earlier process", async () => {
      const { record } = ownRecord();
      const stale = { ...record, start: "1" };
      const file = tempFile(JSON.stringify(stale), "sidecar");
      const holder = start("flock", ["--no-fork", file, "sh", "-c", "echo '{\"held\":1}'; read x"]);
      await holder.message("held");
      const found = findHolder(file, BUDGET_MS);
      expect(found).toMatchObject({ pid: holder.pid, source: "proc" });
    });

    test("does not take another process for the holder that started at the same moment", async () => {
      const file = tempFile("", "sidecar");
      const twins = startPython(TWINS, [file]);
      const [twin, holder] = await twins.message("twins");
      const start = fs.readFileSync(`/proc/${twin}/stat`, "utf8").replace(/.*\) /s, "").split(" ")[19];
      fs.writeFileSync(
        file,
        JSON.stringify({ pid: twin, start, hook: "", acquired_at: "2026-01-01T00:00:00Z" }),
      );
      expect(findHolder(file, BUDGET_MS)).toMatchObject({ pid: holder, source: "proc" });
      twins.end();
      await twins.exited;
    });

    test("names no holder that ends meanwhile", async () => {
      const file = tempFile("", "sidecar");
      const holder = start("flock", ["--no-fork", file, "sh", "-c", "echo '{\"held\":1}'; read x"]);
      await holder.message("held");
      const stat = `/proc/${holder.pid}/stat`;
      beforeCall(fs, "readFileSync", (name) => {
        if (name !== stat) return;
        holder.kill("SIGKILL");
        // A zombie until this process has time to hear of its end.
        while (!fs.readFileSync(stat, "latin1").includes(") Z "));
      });
      expect(findHolder(file, BUDGET_MS)).toBeUndefined();
    });

    test("stops as soon as its time is up", () => {
      const file = tempFile("", "sidecar");
      const clock = useClock();
      let isLate = false;
      const looks: unknown[] = [];
      beforeCall(fs, "readdirSync", (name) => isLate && looks.push(name));
      beforeCall(fs, "readFileSync", (name) => {
        if (isLate) looks.push(name);
        if (!String(name).includes("/fdinfo/")) return;
        isLate = true;
        clock.nowMs += BUDGET_MS + 1;
      });
      expect(findHolder(file, BUDGET_MS)).toBeUndefined();
      expect([isLate, looks]).toEqual([true, []]);
    });

    test("ignores a file with the same inode number on another file system", async (context) => {
      const [one, other] = [0, 1].map(() => path.join(mountTmpfs(context, "size=64k"), "sidecar"));
      for (const file of [one, other] as [string, string]) fs.writeFileSync(file, "");
      context.skip(
        fs.statSync(one as string).ino !== fs.statSync(other as string).ino,
        "numbers differ here",
      );
      const holder = start("flock", [one as string, "sh", "-c", "echo '{\"held\":1}'; read x"]);
      await holder.message("held");
      expect(findHolder(one as string, BUDGET_MS)).toMatchObject({ source: "proc" });
      expect(findHolder(other as string, BUDGET_MS)).toBeUndefined();
    });
  });
});

describe.runIf(IS_LINUX)("the holder record, on Linux,", () => {
  const startOf = (pid: number) =>
    fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" ")[19] as string;

  test("of a zombie names a dead holder, although its start token matches", async () => {
    const shell = startPython(ZOMBIE, []);
    const pid = await shell.message("pid");
    await waitUntil(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
    const { record } = ownRecord();
    expect(holderOfRecord({ ...record, pid, start: startOf(pid) }).alive).toBe(false);
    expect(holderOfRecord({ ...record, pid: shell.pid, start: startOf(shell.pid) }).alive).toBe(true);
  });

  test("from the future does not say how long the lock has been held", () => {
    const { record } = ownRecord();
    const future = new Date(Date.now() + 60_000).toISOString();
    expect(holderOfRecord({ ...record, acquired_at: future }).held_ms).toBeUndefined();
  });

  test("of a process that calls itself MainThread, as Node 24 does, gives its program's name", async () => {
    const node = start(process.execPath, [
      "-e",
      'process.title = "MainThread"; console.log("{\\"ready\\":1}"); process.stdin.resume()',
    ]);
    await node.message("ready");
    const { record } = ownRecord();
    const { command } = holderOfRecord({ ...record, pid: node.pid, start: startOf(node.pid) });
    expect(command).toBe(path.basename(process.execPath));
  });

  test("of a running process does not count for another user's process, which only the kernel names", async ({
    skip,
  }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    fs.chmodSync(path.dirname(target), 0o777);
    const sidecar = sidecarOf(target);
    await startForeign(sidecar);
    fs.chmodSync(sidecar, 0o666);
    const forged = { pid: process.pid, start: startOf(process.pid), acquired_at: new Date().toISOString() };
    fs.writeFileSync(sidecar, JSON.stringify(forged));
    const other = startProgram("holdLock", { target, options: { timeoutMs: 0 } }, NOBODY);
    const lease = await other.message("entered");
    expect([lease.reason, lease.holder]).toEqual(["timeout", undefined]);
  });

  test("of another user's process, which we may not signal, names a live holder", async ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    fs.chmodSync(path.dirname(target), 0o777);
    withFileLock(target, () => {});
    fs.chmodSync(sidecarOf(target), 0o666);
    const holder = startProgram("holdLock", { target, hold: true });
    await holder.message("entered");
    const other = startProgram("holdLock", { target, options: { timeoutMs: 0 } }, NOBODY);
    expect(await other.message("entered")).toMatchObject({
      reason: "timeout",
      holder: { pid: holder.pid, source: "record", alive: true },
    });
  });
});

test.runIf(IS_LINUX && HAS_FLOCK_PROGRAM)(
  "findHolder skips the search for a holder without a record when no time is left",
  async () => {
    const file = tempFile("", "sidecar");
    const holder = start("flock", [file, "sh", "-c", "echo '{\"held\":1}'; read x"]);
    await holder.message("held");
    expect(findHolder(file, BUDGET_MS)).toMatchObject({ source: "proc" });
    expect(findHolder(file, -1)).toBeUndefined();
  },
);

test.each([
  [{}, "an unknown process"],
  [{ pid: 42 }, "a process (pid 42)"],
  [{ pid: 42, command: "node", held_ms: 600_500 }, "node (pid 42, for 601 s)"],
])("the holder %j is called %j", (holder, name) => {
  expect(nameOf(holder)).toBe(name);
});
