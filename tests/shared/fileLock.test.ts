import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { findBackend } from "../../shared/lock/flock.ts";
import { type Child, start, startProgram, startPython } from "../helpers/child.ts";
import { useJournal } from "../helpers/journal.ts";
import { BACKENDS, HAS_FLOCK_PROGRAM, HAS_PYTHON, injecting, useBackend } from "../helpers/machine.ts";
import { entriesOf, sidecarOf, tempDir } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

const HOUR = 3600;

function newTarget(): string {
  return path.join(tempDir(), "CLAUDE.md");
}

/** Sets a file's mtime, in seconds from now. */
function dated(file: string, seconds: number): void {
  const then = Date.now() / 1000 + seconds;
  fs.utimesSync(file, then, then);
}

/** The inode of a file, held open until the test ends so that no other file can get its number. */
function pinned(file: string): number {
  const fd = fs.openSync(file, "r");
  onTestFinished(() => fs.closeSync(fd));
  return fs.fstatSync(fd).ino;
}

function inodeOf(file: string): number {
  return fs.statSync(file).ino;
}

async function startHolder(target: string): Promise<Child> {
  const holder = startProgram("holdLock", { target, hold: true });
  expect(await holder.message("entered")).toMatchObject({ outcome: "locked" });
  return holder;
}

describe.each(BACKENDS)("with backend %s", (backend) => {
  const lease = (target: string, options = {}) => withFileLock(target, (given) => given, options);
  const setUp = () => {
    useBackend(backend);
    return { target: newTarget(), ...useJournal() };
  };

  test("a free lock is had at once, and nothing is journaled", () => {
    const { target, events } = setUp();
    expect(lease(target)).toEqual({ outcome: "locked", waitedMs: expect.any(Number), backend });
    expect(entriesOf(path.dirname(target))).toEqual([]);
    expect(events()).toEqual([]);
  });

  test("what the critical section returns and throws reaches the caller, and the lock is free after", () => {
    const { target, events } = setUp();
    expect(withFileLock(target, () => "result")).toBe("result");
    const error = new Error("its own");
    const fail = () => {
      throw error;
    };
    expect(() => withFileLock(target, fail)).toThrow(error);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(fs.readFileSync(sidecarOf(target), "utf8")).toBe("");
    expect(events()).toEqual([]);
  });

  test("a writer waits until the holder lets go", async () => {
    const { target, events } = setUp();
    const holder = await startHolder(target);
    const waiting = startProgram("holdLock", { target });
    await setTimeout(50);
    expect(waiting.lines).toEqual([]);
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toEqual([]);
  });

  test.each(["SIGKILL", "SIGTERM"] as const)("a holder that dies by %s frees the lock", async (signal) => {
    const { target, events } = setUp();
    const holder = await startHolder(target);
    holder.kill(signal);
    expect((await holder.exited).signal).toBe(signal);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(events()).toEqual([]);
  });

  test("a child that was started in the critical section does not keep the lock", async () => {
    const { target } = setUp();
    const holder = startProgram("holdLock", { target, hold: true, start: ["sleep", "60"] });
    const sleeper = await holder.message("started");
    onTestFinished(() => void process.kill(sleeper, "SIGKILL"));
    holder.kill("SIGKILL");
    await holder.exited;
    expect(() => process.kill(sleeper, 0)).not.toThrow();
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
  });

  test("a free stale sidecar is replaced at once, quietly", () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(inodeOf(sidecar)).not.toBe(old);
    expect(events()).toEqual([]);
  });

  test("a free sidecar that is younger than the TTL is kept", () => {
    const { target } = setUp();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    dated(sidecar, -25);
    const old = pinned(sidecar);
    expect(lease(target).outcome).toBe("locked");
    expect(inodeOf(sidecar)).toBe(old);
    dated(sidecar, -25);
    expect(lease(target, { ttlMs: 20_000 }).outcome).toBe("locked");
    expect(inodeOf(sidecar)).not.toBe(old);
  });

  test("a stale sidecar with the record of a holder that crashed is reported as abandoned", async () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    const holder = await startHolder(target);
    holder.kill("SIGKILL");
    await holder.exited;
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    expect(lease(target, { hook: "test" }).outcome).toBe("locked");
    expect(events()).toMatchObject([
      {
        ...{ type: "lock_reaped", reason: "abandoned", target, lock_path: sidecar, hook: "test" },
        ...{ old_ino: old, new_ino: inodeOf(sidecar) },
        holder: { pid: holder.pid, alive: false, source: "record" },
      },
    ]);
    expect(events()[0]?.age_ms).toBeGreaterThan(HOUR * 1000 - 5000);
  });

  test.each([
    ["older than the TTL", -HOUR],
    ["dated in the future", HOUR],
  ])("a held sidecar %s that nobody touches is replaced after a second", async (_how, seconds) => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    const holder = await startHolder(target);
    dated(sidecar, seconds);
    const old = pinned(sidecar);
    const { outcome, waitedMs, evicted } = lease(target);
    expect(outcome).toBe("locked");
    expect(waitedMs).toBeGreaterThanOrEqual(1000);
    expect(evicted).toMatchObject({ pid: holder.pid, command: "node" });
    expect(events()).toMatchObject([
      {
        ...{ type: "lock_reaped", reason: "expired", old_ino: old, new_ino: inodeOf(sidecar) },
        holder: { pid: holder.pid, alive: true },
      },
    ]);

    // When the evicted one lets go, it must not touch the new sidecar.
    const next = await startHolder(target);
    holder.end();
    await holder.exited;
    expect(JSON.parse(fs.readFileSync(sidecar, "utf8")).pid).toBe(next.pid);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("fail_open");
  });

  test("the holder of a fresh sidecar is waited for until the time is up, with pauses, and never evicted", async () => {
    const { target, events } = setUp();
    const holder = await startHolder(target);
    // Longer than the second of patience with an old one.
    expect(lease(target, { timeoutMs: 1500 })).toMatchObject({ outcome: "fail_open", reason: "timeout" });
    expect(events()).toMatchObject([{ type: "lock_fail_open", holder: { pid: holder.pid } }]);
    // The flock program waits by itself, 50 ms each time; the others are asked again after 4 ms at least.
    expect(events()[0]?.attempts).toBeLessThan(backend === "flock" ? 40 : 400);
  });

  test("a holder that keeps touching an old sidecar is waited for", async () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    const holder = await startHolder(target);
    const waiting = startProgram("holdLock", { target });
    // Longer than the second of patience, with a touch in each tenth of it.
    for (let touches = 0; touches < 15; touches++) {
      dated(sidecar, -HOUR + touches);
      await setTimeout(100);
      expect(waiting.lines).toEqual([]);
    }
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toEqual([]);
  });

  test.runIf(HAS_FLOCK_PROGRAM)("a short holder that never touches the sidecar is waited for", async () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    const holder = start("flock", [sidecar, "sh", "-c", "echo '{\"held\":true}'; exec sleep 0.3"]);
    await holder.message("held");
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    expect(lease(target).outcome).toBe("locked");
    // It was free and stale then, so it was replaced, but nobody was evicted.
    expect(inodeOf(sidecar)).not.toBe(old);
    expect(events()).toEqual([]);
  });

  test.runIf(HAS_PYTHON)("a holder in another language is waited for, in vain here, and named", async () => {
    const { target, events } = setUp();
    const program = `
import fcntl, sys
f = open(sys.argv[1], "a+")
fcntl.flock(f, fcntl.LOCK_EX)
print('{"held":true}', flush=True)
sys.stdin.read()`;
    const holder = startPython(program, [sidecarOf(target), "--token=SECRET"]);
    await holder.message("held");
    expect(lease(target, { timeoutMs: 50 })).toMatchObject({
      outcome: "fail_open",
      reason: "timeout",
      holder: { pid: holder.pid, source: "proc", command: "python3", alive: true },
    });
    expect(events()).toMatchObject([{ reason: "timeout", holder: { pid: holder.pid, command: "python3" } }]);
    expect(JSON.stringify(events())).not.toContain("SECRET");
  });

  // Without the comparison of inodes in fileLock.ts this one enters with the lock on a file that is no more.
  test("a sidecar that was replaced between open and flock is not taken for the lock", async (context) => {
    const { target } = setUp();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    const old = pinned(sidecar);
    const log = path.join(tempDir(), "strace");
    const inject = "flock:delay_enter=500000:when=1";
    const late = startProgram("holdLock", { target }, { under: injecting(context, inject, log) });
    await waitUntil(() => isOpenElsewhere(sidecar), "the late one has opened the sidecar");
    fs.unlinkSync(sidecar);
    const held = findBackend()?.openLocked(sidecar) as number;
    expect(inodeOf(sidecar)).not.toBe(old);
    await waitUntil(() => late.lines.length > 0 || fs.readFileSync(log, "utf8").includes("EAGAIN"));
    expect(late.lines).toEqual([]);
    fs.closeSync(held);
    expect(await late.message("entered")).toMatchObject({ outcome: "locked" });
  });

  // Without the comparison of inodes this loses most of the counts where taking the flock takes a process.
  test("critical sections never overlap, even while somebody makes every sidecar look stale", async () => {
    const { target, events } = setUp();
    const counter = path.join(tempDir(), "counter");
    fs.writeFileSync(counter, "0");
    const [processes, times] = [4, 40];
    const options = { timeoutMs: 20_000 };
    const children = Array.from({ length: processes }, () =>
      startProgram("countLocked", { target, counter, times, options }),
    );
    let running = processes;
    for (const child of children) void child.exited.then(() => running--);
    for (let seconds = 0; running > 0; seconds++) {
      try {
        dated(sidecarOf(target), -HOUR - seconds);
      } catch {
        // Just now there is none.
      }
      await setTimeout(1);
    }
    const locked = await Promise.all(children.map((child) => child.message("done")));
    expect(locked).toEqual(Array(processes).fill(times));
    expect(fs.readFileSync(counter, "utf8")).toBe(String(processes * times));
    expect(events()).toEqual([]);
  });
});

test.runIf(BACKENDS.length > 1)("two backends exclude each other", async () => {
  useJournal();
  const target = newTarget();
  for (const [one, other] of [BACKENDS, BACKENDS.toReversed()]) {
    const start = (backend: string | undefined, params: object) =>
      startProgram("holdLock", { target, ...params }, { env: { PACT_HOOKS_FLOCK: backend ?? "" } });
    const holder = start(one, { hold: true });
    expect(await holder.message("entered")).toMatchObject({ outcome: "locked", backend: one });
    const refused = start(other, { options: { timeoutMs: 0 } });
    expect(await refused.message("entered")).toMatchObject({ reason: "timeout", backend: other });
    holder.end();
    await holder.exited;
    const next = start(other, { options: { timeoutMs: 0 } });
    expect(await next.message("entered")).toMatchObject({ outcome: "locked", backend: other });
    await next.exited;
  }
});

test("how long it waited is told to a tenth of a millisecond, to the caller and in the journal", () => {
  const { events } = useJournal();
  const target = newTarget();
  const wait = () => {
    const began = performance.now();
    const { waitedMs } = withFileLock(target, (lease) => lease, { timeoutMs: 60 });
    return { waitedMs, atMostMs: performance.now() - began };
  };
  const { waitedMs, atMostMs } = withFileLock(target, wait);
  const [event] = events();
  expect(event).toMatchObject({ type: "lock_fail_open", timeout_ms: 60, pid: process.pid, target });
  for (const ms of [waitedMs, event?.waited_ms as number]) {
    expect(ms).toBeGreaterThanOrEqual(60);
    expect(ms).toBeLessThanOrEqual(atMostMs + 0.1);
    expect(ms).toBe(Math.round(ms * 10) / 10);
  }
});

test.each([
  [undefined, 5000],
  [Number.NaN, 5000],
  [Number.POSITIVE_INFINITY, 5000],
  [-1, 5000],
  [0, 0],
  [0.5, 0.5],
])("a timeout of %s is one of %i milliseconds", (timeoutMs, expected) => {
  const { events } = useJournal();
  useBackend("none");
  withFileLock(newTarget(), () => {}, { timeoutMs });
  expect(events()).toMatchObject([{ reason: "no_backend", timeout_ms: expected, attempts: 0 }]);
});

test.each([undefined, Number.NaN, -1])("a TTL of %s is one of 30 seconds", (ttlMs) => {
  useJournal();
  const target = newTarget();
  const sidecar = sidecarOf(target);
  const isReplaced = (seconds: number) => {
    fs.writeFileSync(sidecar, "");
    dated(sidecar, seconds);
    const old = pinned(sidecar);
    withFileLock(target, () => {}, { ttlMs });
    return inodeOf(sidecar) !== old;
  };
  expect([-25, -30.5].map(isReplaced)).toEqual([false, true]);
});

/** Whether another process than ours has the file open. */
function isOpenElsewhere(file: string): boolean {
  return fs
    .readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .some((pid) => {
      try {
        return fs
          .readdirSync(`/proc/${pid}/fd`)
          .some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
      } catch {
        return false;
      }
    });
}
