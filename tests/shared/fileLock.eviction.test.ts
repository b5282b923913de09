/** When a waiter replaces a sidecar: a crashed holder left a record in it, or a holder of this package holds it too long. */
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { beforeCall } from "../helpers/beforeCall.ts";
import { startProgram, startPython } from "../helpers/child.ts";
import { useClock } from "../helpers/clock.ts";
import { useJournal } from "../helpers/journal.ts";
import { BACKENDS, HAS_PYTHON, IS_LINUX, useBackend } from "../helpers/machine.ts";
import {
  dated,
  HOUR,
  inodeOf,
  newTarget,
  pinned,
  redated,
  startForeign,
  startHolder,
} from "../helpers/sidecar.ts";
import { sidecarOf } from "../helpers/tempDir.ts";

const lease = (target: string, options = {}) => withFileLock(target, (given) => given, options);
const CRASHED = { pid: 1, start: "crashed", hook: "", acquired_at: "2026-01-01T00:00:00Z" };

describe.each(BACKENDS)("with backend %s", (backend) => {
  const setUp = () => {
    useBackend(backend);
    const target = newTarget();
    return { target, sidecar: sidecarOf(target), ...useJournal() };
  };

  test.each([
    ["an hour old", -HOUR],
    ["dated in the future", HOUR],
  ])("a writer keeps a free sidecar that is %s", (_how, seconds) => {
    const { target, sidecar, events } = setUp();
    fs.writeFileSync(sidecar, "");
    dated(sidecar, seconds);
    const old = pinned(sidecar);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
    expect(inodeOf(sidecar)).toBe(old);
    expect(events()).toEqual([]);
  });

  test.each([
    ["no record", "not JSON"],
    ["a witness", `\n${JSON.stringify({ pid: 1, start: "1", seen_at: "2026-01-01T00:00:00Z" })}\n`],
  ])("a writer keeps a free old sidecar that holds %s, and truncates it", (_what, content) => {
    const { target, sidecar, events } = setUp();
    fs.writeFileSync(sidecar, content);
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    const during = withFileLock(target, () => fs.readFileSync(sidecar, "utf8"), { timeoutMs: 0 });
    expect(JSON.parse(during)).toMatchObject({ pid: process.pid });
    expect(fs.readFileSync(sidecar, "utf8")).toBe("");
    expect(inodeOf(sidecar)).toBe(old);
    expect(events()).toEqual([]);
  });

  test("a writer replaces a stale sidecar with the record of a crashed holder, and reports it as abandoned", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startHolder(target);
    holder.kill("SIGKILL");
    await holder.exited;
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    const { outcome, evicted } = lease(target, { hook: "test" });
    expect([outcome, evicted]).toEqual(["locked", undefined]);
    expect(events()).toMatchObject([
      {
        ...{ type: "lock_reaped", reason: "abandoned", target, lock_path: sidecar, hook: "test" },
        ...{ old_ino: old, new_ino: inodeOf(sidecar) },
        holder: { pid: holder.pid, alive: false, source: "record" },
      },
    ]);
    expect(events()[0]?.age_ms).toBeGreaterThan(HOUR * 1000 - 5000);
  });

  test("a writer overwrites the record of a crashed holder until the sidecar is older than the TTL", () => {
    const { target, sidecar, events } = setUp();
    const isReplaced = (seconds: number, options = {}) => {
      fs.writeFileSync(sidecar, JSON.stringify(CRASHED));
      dated(sidecar, seconds);
      const old = pinned(sidecar);
      expect(lease(target, options).outcome).toBe("locked");
      return inodeOf(sidecar) !== old;
    };
    expect([isReplaced(-25), isReplaced(-25, { ttlMs: 20_000 })]).toEqual([false, true]);
    expect(events()).toMatchObject([{ reason: "abandoned" }]);
  });

  test("a waiter evicts a holder after a second if the time in its record is older than the TTL", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startHolder(target);
    redated(sidecar, -HOUR);
    const old = pinned(sidecar);
    const { outcome, waitedMs, evicted } = lease(target);
    expect(outcome).toBe("locked");
    expect(waitedMs).toBeGreaterThanOrEqual(1000);
    expect(evicted).toMatchObject({ pid: holder.pid, command: "node", source: "record" });
    expect(events()).toMatchObject([
      {
        ...{ type: "lock_reaped", reason: "expired", old_ino: old, new_ino: inodeOf(sidecar) },
        holder: { pid: holder.pid, alive: true },
      },
    ]);
    expect(events()[0]?.age_ms).toBeCloseTo(HOUR * 1000, -5);

    // An evicted holder that releases its lock must not touch the new sidecar.
    const next = await startHolder(target);
    holder.end();
    await holder.exited;
    expect(JSON.parse(fs.readFileSync(sidecar, "utf8")).pid).toBe(next.pid);
    expect(lease(target, { timeoutMs: 0 }).outcome).toBe("fail_open");
  });

  test("a waiter pauses between tries until its timeout, and never evicts a holder with a fresh record", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startHolder(target);
    dated(sidecar, -HOUR);
    const old = pinned(sidecar);
    // This timeout exceeds the second after which a waiter may evict a holder.
    expect(lease(target, { timeoutMs: 1500 })).toMatchObject({ outcome: "fail_open", reason: "timeout" });
    expect(events()).toMatchObject([{ type: "lock_fail_open", holder: { pid: holder.pid } }]);
    expect(inodeOf(sidecar)).toBe(old);
    // The flock program waits 50 ms at each try. A waiter soon pauses 8 ms between tries of the others, and in the end 3 ms.
    expect(events()[0]?.attempts).toBeLessThan(backend === "flock" ? 40 : 500);
  });

  test.runIf(HAS_PYTHON)("a waiter does not evict while the record changes", async () => {
    const { target, sidecar, events } = setUp();
    const holder = await startHolder(target);
    // Every 20 ms, for longer than the second of patience.
    const program = `
import re, sys, time
with open(sys.argv[1], "r+") as f:
    text = f.read()
    print('{"changing":true}', flush=True)
    for n in range(100):
        f.seek(0)
        f.write(re.sub(r'"acquired_at":"20..', '"acquired_at":"20%02d' % n, text))
        f.flush()
        time.sleep(0.02)
print('{"changed":true}', flush=True)`;
    const changing = startPython(program, [sidecar]);
    await changing.message("changing");
    const waiting = startProgram("holdLock", { target });
    await changing.message("changed");
    expect(waiting.lines).toEqual([]);
    holder.end();
    expect(await waiting.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toEqual([]);
  });
});

test.each([
  ["once gets the lock after its timeout, too", 1, { outcome: "locked" }, []],
  ["at every try ends at its timeout", 100, { outcome: "fail_open", reason: "timeout" }, [{ attempts: 2 }]],
] as const)("a writer whose locked sidecar is replaced %s", (_how, times, expected, journaled) => {
  const { events } = useJournal();
  const target = newTarget();
  const sidecar = sidecarOf(target);
  fs.writeFileSync(sidecar, "");
  let replaced = 0;
  beforeCall(fs, "fstatSync", (fd) => {
    // The writer has opened it, and not locked it yet.
    if (fs.fstatSync(fd).ino !== inodeOf(sidecar) || replaced === times) return;
    replaced++;
    fs.writeFileSync(`${sidecar}.new`, "");
    fs.renameSync(`${sidecar}.new`, sidecar);
  });
  expect(lease(target, { timeoutMs: 0 })).toMatchObject(expected);
  expect(events()).toMatchObject(journaled);
});

test("a writer whose locked sidecar is removed locks a new one, and leaves no descriptor open", () => {
  const { events } = useJournal();
  const target = newTarget();
  const sidecar = sidecarOf(target);
  const open = () => fs.readdirSync("/dev/fd").length;
  lease(target);
  const before = open();
  let opened = 0;
  beforeCall(fs, "lstatSync", (name) => {
    // The writer looks at it before it opens it, and when it has locked it.
    if (name === sidecar && ++opened === 2) fs.unlinkSync(sidecar);
  });
  expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
  expect(events()).toEqual([]);
  expect(open()).toBe(before);
});

test("a waiter that needs longer than its timeout to evict a holder gets the lock all the same", async () => {
  const { events } = useJournal();
  const target = newTarget();
  const { pid } = await startHolder(target);
  redated(sidecarOf(target), -HOUR);
  const clock = useClock();
  beforeCall(fs, "unlinkSync", () => {
    clock.nowMs += 60_000;
  });
  expect(lease(target)).toMatchObject({ outcome: "locked", evicted: { pid } });
  expect(events()).toMatchObject([{ type: "lock_reaped", reason: "expired" }]);
});

test("a writer reaps an abandoned sidecar once, although the new one holds an old record, too", () => {
  const { events } = useJournal();
  const target = newTarget();
  const sidecar = sidecarOf(target);
  fs.writeFileSync(sidecar, "");
  beforeCall(fs, "fstatSync", (fd) => {
    // The writer has opened it, and not locked it yet.
    if (fs.fstatSync(fd).ino !== inodeOf(sidecar)) return;
    fs.writeFileSync(sidecar, JSON.stringify(CRASHED));
    dated(sidecar, -HOUR);
  });
  expect(lease(target, { timeoutMs: 0 }).outcome).toBe("locked");
  expect(events()).toMatchObject([{ type: "lock_reaped", reason: "abandoned" }]);
});

test.each([undefined, Number.NaN, -1])("a ttlMs of %s means a TTL of 30 seconds", (ttlMs) => {
  useJournal();
  const target = newTarget();
  const sidecar = sidecarOf(target);
  const isReplaced = (seconds: number) => {
    fs.writeFileSync(sidecar, JSON.stringify(CRASHED));
    dated(sidecar, seconds);
    const old = pinned(sidecar);
    withFileLock(target, () => {}, { ttlMs });
    return inodeOf(sidecar) !== old;
  };
  expect([-25, -30.5].map(isReplaced)).toEqual([false, true]);
});

test.runIf(IS_LINUX)(
  "an old record does not count for a holder that the kernel knows to be another process",
  async () => {
    const { events } = useJournal();
    const target = newTarget();
    const sidecar = sidecarOf(target);
    const other = await startHolder(target);
    redated(sidecar, -HOUR);
    const record = fs.readFileSync(sidecar, "utf8");
    fs.unlinkSync(sidecar);
    const holder = await startForeign(sidecar);
    // The record is of a process that runs: not a crashed one.
    fs.writeFileSync(sidecar, record);
    dated(sidecar, -HOUR);
    const found = lease(target, { timeoutMs: 2500, ttlMs: 100 });
    expect(found.outcome).toBe("fail_open");
    // On a busy machine the search may end without a name.
    if (found.holder) expect(found.holder).toMatchObject({ pid: holder.pid, source: "proc" });
    expect(events("lock_reaped")).toEqual([]);
    other.end();
  },
);
