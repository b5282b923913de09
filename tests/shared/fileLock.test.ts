/** The lock when it works: acquire, wait, replace a stale sidecar, evict a holder. */
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

/** Sets a file's mtime to so many seconds from now. */
function dated(file: string, seconds: number): void {
  const then = Date.now() / 1000 + seconds;
  fs.utimesSync(file, then, then);
}

/** Holds a file open until the test ends, so that the kernel cannot reuse its inode number. @returns that number */
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

  test("a writer gets a free lock at once, and journals nothing", () => {
    const { target, events } = setUp();
    expect(lease(target)).toEqual({ outcome: "locked", waitedMs: expect.any(Number), backend });
    expect(entriesOf(path.dirname(target))).toEqual([]);
    expect(events()).toEqual([]);
  });

  test("the caller gets what the critical section returns or throws, and the lock is free afterwards", () => {
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

  test("a writer waits until the holder releases the lock", async () => {
    const { target, events } = setUp();
    const holder = await startHolder(target);
    const waiting = startProgram("holdLock", { target });
    await setTimeout(50);
    expect(waiting.lines).toEqual([]);
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toEqual([]);
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "the kernel frees the lock of a holder that dies by %s",
    async (signal) => {
      const { target, events } = setUp();
      const holder = await startHolder(target);
      holder.kill(signal);
      expect((await holder.exited).signal).toBe(signal);
      expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
      expect(events()).toEqual([]);
    },
  );

  test("a child process started in the critical section does not keep the lock", async () => {
    const { target } = setUp();
    const holder = startProgram("holdLock", { target, hold: true, start: ["sleep", "60"] });
    const sleeper = await holder.message("started");
    onTestFinished(() => void process.kill(sleeper, "SIGKILL"));
    holder.kill("SIGKILL");
    await holder.exited;
    expect(() => process.kill(sleeper, 0)).not.toThrow();
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
  });

  test("a writer replaces a free stale sidecar at once, without an event", () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(inodeOf(sidecar)).not.toBe(old);
    expect(events()).toEqual([]);
  });

  test("a writer keeps a free sidecar until it is older than the TTL", () => {
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

  test("a writer reports a stale sidecar with the record of a crashed holder as abandoned", async () => {
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
  ])("a waiter evicts a holder after a second if its untouched sidecar is %s", async (_how, seconds) => {
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

    // An evicted holder that releases its lock must not touch the new sidecar.
    const next = await startHolder(target);
    holder.end();
    await holder.exited;
    expect(JSON.parse(fs.readFileSync(sidecar, "utf8")).pid).toBe(next.pid);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("fail_open");
  });

  test("a waiter pauses between tries until its timeout, and never evicts the holder of a fresh sidecar", async () => {
    const { target, events } = setUp();
    const holder = await startHolder(target);
    // This timeout exceeds the second after which a waiter evicts the holder of a stale sidecar.
    expect(lease(target, { timeoutMs: 1500 })).toMatchObject({ outcome: "fail_open", reason: "timeout" });
    expect(events()).toMatchObject([{ type: "lock_fail_open", holder: { pid: holder.pid } }]);
    // The flock program waits 50 ms at each try. A waiter soon pauses at least 4 ms between tries of the others.
    expect(events()[0]?.attempts).toBeLessThan(backend === "flock" ? 40 : 400);
  });

  test("a waiter does not evict a holder that keeps touching its old sidecar", async () => {
    const { target, events } = setUp();
    const sidecar = sidecarOf(target);
    const holder = await startHolder(target);
    const waiting = startProgram("holdLock", { target });
    // The test touches the sidecar every 100 ms, for longer than the second of patience.
    for (let touches = 0; touches < 15; touches++) {
      dated(sidecar, -HOUR + touches);
      await setTimeout(100);
      expect(waiting.lines).toEqual([]);
    }
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toEqual([]);
  });

  test.runIf(HAS_FLOCK_PROGRAM)(
    "a waiter does not evict a brief holder that never touches its stale sidecar",
    async () => {
      const { target, events } = setUp();
      const sidecar = sidecarOf(target);
      fs.writeFileSync(sidecar, "");
      const holder = start("flock", [sidecar, "sh", "-c", "echo '{\"held\":true}'; exec sleep 0.3"]);
      await holder.message("held");
      dated(sidecar, -HOUR);
      const old = pinned(sidecar);
      expect(lease(target).outcome).toBe("locked");
      // The waiter replaces the sidecar, which is free and stale by now, and evicts no holder.
      expect(inodeOf(sidecar)).not.toBe(old);
      expect(events()).toEqual([]);
    },
  );

  test.runIf(HAS_PYTHON)(
    "a waiter that times out names a holder that is written in another language",
    async () => {
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
      expect(events()).toMatchObject([
        { reason: "timeout", holder: { pid: holder.pid, command: "python3" } },
      ]);
      expect(JSON.stringify(events())).not.toContain("SECRET");
    },
  );

  // Without the inode comparison in fileLock.ts, this writer enters with a lock on an unlinked file.
  test("a flock on a sidecar that was replaced after its open does not count as the lock", async (context) => {
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

  // Without the inode comparison, writers that lock with the flock program lose most of the counts.
  test("critical sections never overlap, even while another process makes every sidecar look stale", async () => {
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
        // The sidecar does not exist at this moment.
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

test("the lease and the journal give the waiting time to a tenth of a millisecond", () => {
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
])("a timeoutMs of %s means a timeout of %s milliseconds", (timeoutMs, expected) => {
  const { events } = useJournal();
  useBackend("none");
  withFileLock(newTarget(), () => {}, { timeoutMs });
  expect(events()).toMatchObject([{ reason: "no_backend", timeout_ms: expected, attempts: 0 }]);
});

test.each([undefined, Number.NaN, -1])("a ttlMs of %s means a TTL of 30 seconds", (ttlMs) => {
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

/** Whether a process other than this one has the file open. */
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
