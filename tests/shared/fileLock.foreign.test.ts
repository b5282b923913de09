/** Holders and waiters of the lock that are other programs: `flock(1)`, and Python's `fcntl.flock`. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { type Child, startProgram, startPython } from "../helpers/child.ts";
import { useJournal } from "../helpers/journal.ts";
import { CAN_UNSHARE, HAS_FLOCK_PROGRAM, HAS_PYTHON, IS_LINUX, injecting } from "../helpers/machine.ts";
import {
  dated,
  HOUR,
  hasOpen,
  inodeOf,
  newTarget,
  pinned,
  redated,
  startForeign,
  startHolder,
  witnessesIn,
} from "../helpers/sidecar.ts";
import { sidecarOf, tempDir } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

const ROUNDS = Number(process.env.FOREIGN_ROUNDS || 40);
const lease = (target: string, options = {}) => withFileLock(target, (given) => given, options);
const setUp = () => {
  const target = newTarget();
  return { target, sidecar: sidecarOf(target), ...useJournal() };
};

/** Counts as countLocked.mjs does. Each round uses one descriptor, on a sidecar that is so many seconds old. */
const PYTHON_COUNTER = `
import fcntl, os, random, subprocess, sys, time
sidecar, counter, rounds, age, kind = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
def add():
    n = int(open(counter).read())
    time.sleep(random.random() / 1000)
    open(counter, "w").write(str(n + 1))
for _ in range(rounds):
    if kind == "program":
        if age: os.utime(sidecar, (time.time() - age,) * 2)
        script = 'n=$(cat "$1"); sleep 0.001; echo $((n + 1)) > "$1"'
        subprocess.run(["flock", sidecar, "sh", "-c", script, "sh", counter], check=True)
    else:
        with open(sidecar, "a+") as f:
            if age: os.utime(sidecar, (time.time() - age,) * 2)
            if kind == "waiting": fcntl.flock(f, fcntl.LOCK_EX)
            while kind == "polling":
                try:
                    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.001)
            add()
    time.sleep(random.random() / 500)
print('{"done":true}', flush=True)
`;

describe.runIf(HAS_PYTHON)("a writer and a foreign one are never inside together", () => {
  const kinds = HAS_FLOCK_PROGRAM ? ["polling", "waiting", "program"] : ["polling", "waiting"];

  test.each(kinds.flatMap((kind) => [0, 60].map((age) => [kind, age] as const)))(
    "with a foreign writer that is %s, on a sidecar %i s old",
    { timeout: 60_000 + ROUNDS * 100 },
    async (kind, age) => {
      const { target, sidecar, events } = setUp();
      const counter = path.join(tempDir(), "counter");
      fs.writeFileSync(counter, "0");
      fs.writeFileSync(sidecar, "");
      const rounds = kind === "program" ? Math.ceil(ROUNDS / 4) : ROUNDS;
      const foreign = startPython(PYTHON_COUNTER, [sidecar, counter, String(rounds), String(age), kind]);
      const options = { timeoutMs: 20_000 };
      const own = startProgram("countLocked", { target, counter, times: rounds, options, pauseMs: 2 });
      await Promise.all([own.exited, foreign.exited]);
      expect(await own.message("done")).toBe(rounds);
      expect(fs.readFileSync(counter, "utf8").trim()).toBe(String(2 * rounds));
      expect(events()).toEqual([]);
    },
  );
});

describe.runIf(HAS_PYTHON && IS_LINUX)("a holder without a record", () => {
  const patient = { timeoutMs: 1200 };
  /** A waiter that times out after it has left a witness. */
  const leaveWitness = (target: string) =>
    expect(lease(target, patient)).toMatchObject({ outcome: "fail_open", reason: "timeout" });

  test.each(["python", "flock"] as const)(
    "is not evicted because the sidecar is old: the first waiter only leaves a witness (%s)",
    async (kind) => {
      const { target, sidecar, events } = setUp();
      const holder = await startForeign(sidecar, kind);
      dated(sidecar, -HOUR);
      const old = pinned(sidecar);
      // Not even if the first waiter waits for longer than the TTL.
      expect(lease(target, { timeoutMs: 2500, ttlMs: 100 })).toMatchObject({
        ...{ outcome: "fail_open", reason: "timeout" },
        holder: { pid: holder.pid, source: "proc", alive: true },
      });
      expect(inodeOf(sidecar)).toBe(old);
      expect(events()).toMatchObject([
        { type: "lock_fail_open", holder: { pid: holder.pid, source: "proc" } },
      ]);
      expect(witnessesIn(sidecar)).toEqual([
        { pid: holder.pid, start: startOf(holder.pid), seen_at: expect.stringMatching(/Z$/) },
      ]);
      expect(JSON.stringify(events()) + fs.readFileSync(sidecar, "utf8")).not.toContain("SECRET");
    },
  );

  test("gets a witness from a waiter that has no time, too", async () => {
    const { target, sidecar } = setUp();
    const holder = await startForeign(sidecar);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("fail_open");
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("fail_open");
    expect(witnessesIn(sidecar)).toMatchObject([{ pid: holder.pid }]);
  });

  test("is evicted by a later waiter, if the witness is older than the TTL", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    const old = pinned(sidecar);
    leaveWitness(target);
    redated(sidecar, -25);
    expect(lease(target, patient).outcome).toBe("fail_open");
    redated(sidecar, -31);
    const { outcome, waitedMs, evicted } = lease(target);
    expect({ outcome, evicted }).toMatchObject({
      outcome: "locked",
      evicted: { pid: holder.pid, command: "python3", source: "proc" },
    });
    expect(waitedMs).toBeGreaterThanOrEqual(1000);
    const [event, ...more] = events("lock_reaped");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      reason: "expired",
      old_ino: old,
      new_ino: inodeOf(sidecar),
      holder: evicted,
    });
    expect(event?.age_ms).toBeGreaterThanOrEqual(31_000);
  });

  test("is not evicted on a witness of another process, although that one had the same pid", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    const forged = [
      { pid: holder.pid, start: "1" },
      { pid: process.pid, start: startOf(process.pid) },
      { pid: 1, start: startOf(1) },
    ].map((one) => JSON.stringify({ ...one, seen_at: "2026-01-01T00:00:00Z" }));
    fs.writeFileSync(sidecar, forged.join("\n"));
    leaveWitness(target);
    expect(witnessesIn(sidecar)).toHaveLength(4);
    expect(witnessesIn(sidecar).at(-1)).toMatchObject({ pid: holder.pid, start: startOf(holder.pid) });
    expect(lease(target, patient).outcome).toBe("fail_open");
    expect(events("lock_reaped")).toEqual([]);
  });

  test("that has released leaves a harmless witness", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    leaveWitness(target);
    holder.end();
    await holder.exited;
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(inodeOf(sidecar)).toBe(old);
    expect(fs.readFileSync(sidecar, "utf8")).toBe("");
    expect(events("lock_reaped")).toEqual([]);
  });

  test("followed by another one does not get that one evicted", async () => {
    const { target, sidecar, events } = setUp();
    const first = await startForeign(sidecar);
    leaveWitness(target);
    redated(sidecar, -HOUR);
    first.end();
    await first.exited;
    await startForeign(sidecar);
    expect(lease(target, patient).outcome).toBe("fail_open");
    expect(events("lock_reaped")).toEqual([]);
  });

  test("and several waiters at once: none evicts it, and their witnesses let a later one do so", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    const waiters = Array.from({ length: 5 }, () => startProgram("holdLock", { target, options: patient }));
    for (const waiter of waiters) expect((await waiter.message("entered")).outcome).toBe("fail_open");
    const pids = new Set(witnessesIn(sidecar).map(({ pid }) => pid));
    expect(pids).toEqual(new Set([holder.pid]));
    redated(sidecar, -31);
    expect(lease(target).outcome).toBe("locked");
    expect(events("lock_reaped")).toMatchObject([{ reason: "expired", holder: { pid: holder.pid } }]);
  });

  test("is evicted once, by one of several later waiters, which then take turns", async () => {
    const { target, sidecar, events } = setUp();
    const counter = path.join(tempDir(), "counter");
    fs.writeFileSync(counter, "0");
    await startForeign(sidecar);
    leaveWitness(target);
    redated(sidecar, -31);
    const writers = Array.from({ length: 4 }, () =>
      startProgram("countLocked", { target, counter, times: 20 }),
    );
    for (const writer of writers) expect(await writer.message("done")).toBe(20);
    expect(fs.readFileSync(counter, "utf8")).toBe("80");
    expect(events("lock_reaped")).toHaveLength(1);
  });

  const old = "2026-01-01T00:00:00Z";
  test.each([
    ["a megabyte of nothing", "x".repeat(1024 * 1024)],
    ["binary", "\0\uffff{}"],
    ["the record of a crashed holder", JSON.stringify({ pid: 1, start: "x", hook: "", acquired_at: old })],
    [
      "a forged record of a running process",
      JSON.stringify({ pid: process.pid, start: startOf(process.pid), acquired_at: old }),
    ],
    ["a record and a witness in one", JSON.stringify({ pid: 1, start: "0", acquired_at: old, seen_at: old })],
    ["a witness without a process", JSON.stringify({ pid: -1, start: "", seen_at: old })],
  ])("is not evicted because the sidecar holds %s", async (_what, content) => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    fs.writeFileSync(sidecar, content);
    dated(sidecar, -HOUR);
    leaveWitness(target);
    expect(events()).toMatchObject([{ type: "lock_fail_open", holder: { pid: holder.pid, source: "proc" } }]);
    expect(fs.statSync(sidecar).size).toBeLessThan(4096);
    expect(witnessesIn(sidecar).at(-1)).toMatchObject({ pid: holder.pid });
    redated(sidecar, -31);
    expect(lease(target)).toMatchObject({ outcome: "locked", evicted: { pid: holder.pid } });
  });

  test("is evicted in the end although the clock was set back after the witness was left", async () => {
    const { target, sidecar } = setUp();
    const holder = await startForeign(sidecar);
    leaveWitness(target);
    redated(sidecar, HOUR);
    leaveWitness(target);
    expect(witnessesIn(sidecar)).toHaveLength(2);
    // Of those that count, the oldest does.
    const [inFuture, second] = witnessesIn(sidecar);
    const old = { ...second, seen_at: new Date(Date.now() - 31_000) };
    fs.writeFileSync(sidecar, [inFuture, old, second].map((one) => JSON.stringify(one)).join("\n"));
    expect(lease(target).evicted).toMatchObject({ pid: holder.pid });
  });

  test("that took the lock before a writer of ours got it again is forgotten", async () => {
    const { target, sidecar, events } = setUp();
    const foreign = await startForeign(sidecar);
    leaveWitness(target);
    foreign.end();
    await foreign.exited;
    const holder = await startHolder(target);
    expect(witnessesIn(sidecar)).toEqual([]);
    expect(lease(target, patient)).toMatchObject({ outcome: "fail_open", holder: { pid: holder.pid } });
    expect(events("lock_reaped")).toEqual([]);
  });

  test.runIf(CAN_UNSHARE)("is never evicted where the kernel does not name it", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startForeign(sidecar);
    leaveWitness(target);
    redated(sidecar, -HOUR);
    const under = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"];
    const blind = startProgram("holdLock", { target, options: patient }, { under });
    const given = await blind.message("entered");
    expect(given).toMatchObject({ outcome: "fail_open", reason: "timeout" });
    expect(given).not.toHaveProperty("holder");
    expect(events("lock_reaped")).toEqual([]);
    expect(() => process.kill(holder.pid, 0)).not.toThrow();
  });

  test("is not evicted in the place of one that has come since", async (context) => {
    const { target, sidecar, events } = setUp();
    await startForeign(sidecar);
    leaveWitness(target);
    redated(sidecar, -31);
    // The waiter stops while it asks the kernel for the holder.
    const log = path.join(tempDir(), "strace");
    const under = injecting(context, "openat:signal=SIGSTOP:when=1", log, "/proc/locks");
    const waiting = startProgram("holdLock", { target }, { under });
    const isStopped = () => fs.existsSync(log) && /stopped by SIGSTOP/.test(fs.readFileSync(log, "utf8"));
    await waitUntil(isStopped, "the waiter has stopped");
    const pid = Number(fs.readFileSync(`/proc/${waiting.pid}/task/${waiting.pid}/children`, "utf8"));
    fs.unlinkSync(sidecar);
    const holder = await startHolder(target);
    const there = inodeOf(sidecar);
    process.kill(pid, "SIGCONT");
    // It comes back to the new sidecar, which it must leave to its holder.
    await waitUntil(() => hasOpen(pid, sidecar) || !fs.existsSync(sidecar), "the waiter has come back");
    expect(inodeOf(sidecar)).toBe(there);
    expect(waiting.lines).toEqual([]);
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(inodeOf(sidecar)).toBe(there);
    expect(events("lock_reaped")).toEqual([]);
  });

  test("that ends while waiters wait for it lets one of them in at once", async () => {
    const { target, sidecar } = setUp();
    const holder: Child = await startForeign(sidecar);
    const waiting = startProgram("holdLock", { target });
    await waitUntil(() => witnessesIn(sidecar).length > 0, "a witness");
    holder.kill("SIGKILL");
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
  });
});

/** The start token of a process, as the kernel has it. */
function startOf(pid: number): string {
  if (!IS_LINUX) return "";
  return fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "").split(" ")[19] as string;
}
