/** The lock when it works: acquire, wait, release. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { findBackend } from "../../shared/lock/flock.ts";
import { startProgram } from "../helpers/child.ts";
import { useClock } from "../helpers/clock.ts";
import { useJournal } from "../helpers/journal.ts";
import { BACKENDS, EACH_BACKEND, IS_WINDOWS, injecting, useBackend } from "../helpers/machine.ts";
import { dated, HOUR, inodeOf, isOpenElsewhere, newTarget, pinned, startHolder } from "../helpers/sidecar.ts";
import { sidecarOf, tempDir } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

describe.each(EACH_BACKEND)("with backend %s", (backend) => {
  const lease = (target: string, options = {}) => withFileLock(target, (given) => given, options);
  const setUp = () => {
    useBackend(backend);
    return { target: newTarget(), ...useJournal() };
  };

  test("a writer gets a free lock at once, and journals nothing", () => {
    const { target, events } = setUp();
    expect(lease(target)).toEqual({ outcome: "locked", waitedMs: expect.any(Number), backend });
    expect(fs.readdirSync(path.dirname(target))).toEqual([path.basename(sidecarOf(target))]);
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
      const { signal: ended } = await holder.exited;
      if (!IS_WINDOWS) expect(ended).toBe(signal);
      expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
      expect(events()).toEqual([]);
    },
  );

  test("a child process started in the critical section does not keep the lock", async () => {
    const { target } = setUp();
    const holder = startProgram("holdLock", {
      target,
      hold: true,
      start: [process.execPath, "-e", "setTimeout(() => {}, 60_000)"],
    });
    const sleeper = await holder.message("started");
    onTestFinished(() => void process.kill(sleeper, "SIGKILL"));
    holder.kill("SIGKILL");
    await holder.exited;
    expect(() => process.kill(sleeper, 0)).not.toThrow();
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
  });

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
    await waitUntil(() => late.lines.length > 0 || /EAGAIN|ERESTARTSYS/.test(fs.readFileSync(log, "utf8")));
    expect(late.lines).toEqual([]);
    fs.closeSync(held);
    expect(await late.message("entered")).toMatchObject({ outcome: "locked" });
  });

  // Without the inode comparison, writers that lock with the flock program lose most of the counts.
  test("critical sections never overlap, even while old records of crashed holders appear in the sidecar", async () => {
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
    const record = { pid: 1, start: "crashed", hook: "", acquired_at: "2026-01-01T00:00:00Z" };
    while (running > 0) {
      try {
        fs.writeFileSync(sidecarOf(target), JSON.stringify(record), { flag: "r+" });
        dated(sidecarOf(target), -HOUR);
      } catch {
        // The sidecar does not exist at this moment.
      }
      await setTimeout(1);
    }
    const locked = await Promise.all(children.map((child) => child.message("done")));
    expect(locked).toEqual(Array(processes).fill(times));
    expect(fs.readFileSync(counter, "utf8")).toBe(String(processes * times));
    expect(new Set(events().map(({ reason }) => reason))).toEqual(
      // Where an open sidecar cannot be unlinked, the next holder overwrites the record.
      new Set(IS_WINDOWS ? [] : ["abandoned"]),
    );
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

const POLLING = BACKENDS.find((name) => name !== "flock");

test.runIf(POLLING)("a waiter pauses about twice as long each time, until its timeout", () => {
  useJournal();
  useBackend(POLLING as string);
  const { pauses } = useClock();
  const random = vi.spyOn(Math, "random").mockReturnValue(0.75);
  onTestFinished(() => random.mockRestore());
  const target = newTarget();
  const wait = () => withFileLock(target, (lease) => lease, { timeoutMs: 20.7 });
  const { reason, waitedMs } = withFileLock(target, wait);
  expect([reason, waitedMs]).toEqual(["timeout", expect.closeTo(20.7, 0)]);
  expect(pauses.slice(0, 4)).toEqual([1, 2.5, 6.25, expect.closeTo(10, 0)]);
  expect(pauses.reduce((sum, ms) => sum + ms)).toBeCloseTo(20.7, 0);
});

test.runIf(POLLING)("a waiter pauses half as long after a second, so that chance starves none", () => {
  useJournal();
  useBackend(POLLING as string);
  const { pauses } = useClock();
  const random = vi.spyOn(Math, "random").mockReturnValue(0.75);
  onTestFinished(() => random.mockRestore());
  const target = newTarget();
  const waitFor = (timeoutMs: number) => withFileLock(target, () => pauses.at(-2), { timeoutMs });
  expect(withFileLock(target, () => waitFor(1000))).toBeCloseTo(5, 0);
  expect(withFileLock(target, () => waitFor(4000))).toBeCloseTo(2, 0);
});

test("a lock that fails open at once does not name the holder", () => {
  const { events } = useJournal();
  const target = newTarget();
  const tryWithout = () => {
    useBackend("none");
    return withFileLock(target, (lease) => lease);
  };
  expect(withFileLock(target, tryWithout).holder).toBeUndefined();
  expect(events()).toMatchObject([{ reason: "no_backend" }]);
  expect(events()[0]).not.toHaveProperty("holder");
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
