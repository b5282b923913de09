/** When a holder is evicted, look by look: the holder is this very process, and a second takes no time. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { evictHolder, newWatch, removeUnreadable, witnessHolder } from "../../../shared/lock/eviction.ts";
import { findBackend } from "../../../shared/lock/flock.ts";
import { writeRecord } from "../../../shared/lock/holder.ts";
import { native } from "../../../shared/system/native.ts";
import { ownStartToken } from "../../../shared/system/process.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { useClock } from "../../helpers/clock.ts";
import { IS_LINUX } from "../../helpers/machine.ts";
import { dated, HOUR, inodeOf, redated, witnessesIn } from "../../helpers/sidecar.ts";
import { tempDir } from "../../helpers/tempDir.ts";

const TTL_MS = 30_000;
const OLD = "2026-01-01T00:00:00Z";

let sidecar: string;
beforeEach(() => {
  sidecar = path.join(tempDir(), "sidecar");
});

const read = () => fs.readFileSync(sidecar, "utf8");
const openFiles = () => fs.readdirSync("/dev/fd").length;

/** Locks the sidecar, and writes this text into it. */
function hold(text = ""): number {
  const fd = findBackend()?.openLocked(sidecar) as number;
  onTestFinished(() => fs.closeSync(fd));
  fs.writeFileSync(sidecar, text);
  return fd;
}

/** Locks the sidecar as a holder of this package does, whose record is from so many seconds ago. */
function holdWithRecord(seconds: number): void {
  writeRecord(hold(), 0, "test", undefined);
  redated(sidecar, seconds);
}

/** A waiter that has waited for a second when it returns. */
function patientWaiter() {
  const clock = useClock();
  const watch = newWatch();
  const look = (afterMs = 0) => {
    clock.nowMs += afterMs;
    return evictHolder(sidecar, watch, TTL_MS);
  };
  expect(look()).toBe("held");
  clock.nowMs += 1000;
  return look;
}

describe("a waiter", () => {
  test("looks at the sidecar each tenth of a second, and after a second of patience each second", () => {
    holdWithRecord(-1);
    const clock = useClock();
    const watch = newWatch();
    const began = clock.nowMs;
    const looks: number[] = [];
    beforeCall(fs, "openSync", (name) => {
      if (name === sidecar) looks.push(clock.nowMs - began);
    });
    for (; clock.nowMs < began + 3200; clock.nowMs += 0.5) {
      expect(evictHolder(sidecar, watch, TTL_MS)).toBe("held");
    }
    expect(looks).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 2000, 3000]);
  });

  test.each([-31, 31])("evicts a holder whose record is from %i seconds on, after a second", (seconds) => {
    holdWithRecord(seconds);
    const ino = inodeOf(sidecar);
    const before = openFiles();
    expect(patientWaiter()()).toEqual({
      ...{ ageMs: expect.closeTo(-seconds * 1000, -4), ino },
      holder: expect.objectContaining({ pid: process.pid, source: "record", alive: true }),
    });
    expect(fs.existsSync(sidecar)).toBe(false);
    expect(openFiles()).toBe(before);
  });

  test.each([-29, 29])("does not evict a holder whose record is from %i seconds on", (seconds) => {
    holdWithRecord(seconds);
    const text = read();
    expect(patientWaiter()()).toBe("held");
    expect(read()).toBe(text);
  });

  test("begins to wait again when the record changes", () => {
    holdWithRecord(-31);
    const look = patientWaiter();
    redated(sidecar, -32);
    expect(look()).toBe("held");
    expect(look(999)).toBe("held");
    expect(look(100)).toMatchObject({ holder: { pid: process.pid } });
  });

  test("starts over if another process has removed the sidecar", () => {
    expect(evictHolder(sidecar, newWatch(), TTL_MS)).toBe("replaced");
  });

  test.each(["lstatSync", "unlinkSync"] as const)(
    "evicts no holder if another process removes the sidecar first, before the %s",
    (call) => {
      holdWithRecord(-31);
      const look = patientWaiter();
      beforeCall(fs, call, (name) => {
        if (name === sidecar) fs.unlinkSync(sidecar);
      });
      expect(look()).toBe("replaced");
    },
  );

  test("leaves a sidecar alone that another process has just put in the place", () => {
    holdWithRecord(-31);
    const look = patientWaiter();
    beforeCall(fs, "lstatSync", (name) => {
      if (name !== sidecar) return;
      fs.writeFileSync(`${sidecar}.new`, "new");
      fs.renameSync(`${sidecar}.new`, sidecar);
    });
    expect(look()).toBe("replaced");
    expect(read()).toBe("new");
  });

  test("does not follow a link", () => {
    holdWithRecord(-31);
    fs.renameSync(sidecar, `${sidecar}.real`);
    fs.symlinkSync(`${sidecar}.real`, sidecar);
    expect(() => evictHolder(sidecar, newWatch(), TTL_MS)).toThrow("ELOOP");
    expect(witnessHolder(sidecar)).toBeUndefined();
  });

  test.each(["", `\n${JSON.stringify({ pid: 1, start: "1", seen_at: OLD })}\n`])(
    "waits on if no process holds the sidecar, which holds %j",
    (text) => {
      fs.writeFileSync(sidecar, text);
      const before = openFiles();
      expect(patientWaiter()()).toBe("held");
      expect(witnessHolder(sidecar)).toBeUndefined();
      expect(read()).toBe(text);
      expect(openFiles()).toBe(before);
    },
  );
});

describe.runIf(IS_LINUX)("a holder without a record", () => {
  const own = { pid: process.pid, start: ownStartToken() };
  const before = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  const text = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

  test("is evicted on an old witness, but not by the waiter that left it", () => {
    hold();
    const look = patientWaiter();
    expect(look()).toBe("held");
    expect(read()).toMatch(/^\n.*\n$/);
    expect(witnessesIn(sidecar)).toEqual([{ ...own, seen_at: expect.any(String) }]);
    redated(sidecar, -31);
    expect(look(1000)).toBe("held");
    expect(patientWaiter()()).toMatchObject({
      ageMs: expect.closeTo(31_000, -4),
      holder: { source: "proc" },
    });
    expect(fs.existsSync(sidecar)).toBe(false);
  });

  test.each<[string, object[]]>([
    ["a new witness", [{ ...own, seen_at: before(9) }]],
    ["a witness of another process", [{ pid: 1, start: own.start, seen_at: OLD }]],
    ["a witness of an earlier process", [{ ...own, start: "1", seen_at: OLD }]],
    ["a witness of no time", [own]],
    ["the record of another process", [{ pid: process.ppid, start: "1", acquired_at: OLD }]],
    [
      "a record in its second line",
      [
        { ...own, seen_at: before(1) },
        { ...own, acquired_at: OLD },
      ],
    ],
    ["no witness", [[], { pid: 0 }]],
  ])("is not evicted on %s", (_what, lines) => {
    hold(text(...lines));
    expect(patientWaiter()()).toBe("held");
    expect(read().startsWith(text(...lines))).toBe(true);
  });

  test("gets one witness only", () => {
    hold("left over");
    expect(witnessHolder(sidecar)).toMatchObject({ pid: process.pid, source: "proc", alive: true });
    const left = read();
    expect(left).toMatch(/^left over\n\{.*\}\n$/);
    expect(witnessHolder(sidecar)).toMatchObject({ pid: process.pid });
    expect(patientWaiter()()).toBe("held");
    expect(read()).toBe(left);
  });

  test("gets another witness if the clock was set back", () => {
    hold(text({ ...own, seen_at: before(-HOUR) }));
    expect(patientWaiter()()).toBe("held");
    expect(witnessesIn(sidecar)).toHaveLength(2);
  });

  test("gets its witness into an empty sidecar if that was long", () => {
    hold("x".repeat(3000));
    witnessHolder(sidecar);
    expect(read()).toMatch(/^\n\{.*\}\n$/);
  });

  test("gets no witness into a file that has another name, too", () => {
    hold("precious");
    fs.linkSync(sidecar, `${sidecar}.other`);
    expect(patientWaiter()()).toBe("held");
    expect(read()).toBe("precious");
  });

  test.runIf(native())("gets no witness into a pipe", () => {
    execFileSync("mkfifo", [sidecar]);
    const pipe = fs.openSync(sidecar, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    onTestFinished(() => fs.closeSync(pipe));
    expect(native()?.flock(pipe, 2)).toBe(0);
    expect(witnessHolder(sidecar)).toMatchObject({ pid: process.pid });
    expect(() => fs.readSync(pipe, Buffer.alloc(1))).toThrow("EAGAIN");
  });
});

test("a holder with a record gets no witness", () => {
  holdWithRecord(-1);
  const text = read();
  const before = openFiles();
  expect(witnessHolder(sidecar)).toMatchObject({ pid: process.pid, source: "record" });
  expect(read()).toBe(text);
  expect(openFiles()).toBe(before);
});

describe("a sidecar that this user may not open", () => {
  const remove = (code = "EACCES") =>
    removeUnreadable(Object.assign(new Error(code), { code }), sidecar, TTL_MS);

  test.each([
    [-31, "EACCES"],
    [31, "EACCES"],
    [-31, "EPERM"],
  ])("is removed if its time is %i seconds from now (%s)", (seconds, code) => {
    fs.writeFileSync(sidecar, "");
    dated(sidecar, seconds);
    const ino = inodeOf(sidecar);
    expect(remove(code)).toEqual({ ageMs: expect.closeTo(-seconds * 1000, -4), ino });
    expect(fs.existsSync(sidecar)).toBe(false);
  });

  test.each<[string, () => void]>([
    ["is fresh", () => dated(sidecar, -29)],
    ["is dated a little in the future", () => dated(sidecar, 29)],
    [
      "is a link",
      () => {
        fs.renameSync(sidecar, `${sidecar}.real`);
        fs.symlinkSync(`${sidecar}.real`, sidecar);
        fs.lutimesSync(sidecar, 1, 1);
      },
    ],
  ])("stays if it %s", (_how, make) => {
    fs.writeFileSync(sidecar, "");
    make();
    expect(remove()).toBeUndefined();
    expect(fs.existsSync(sidecar)).toBe(true);
  });

  test.runIf(IS_LINUX)("stays if a process holds it", () => {
    hold();
    dated(sidecar, -HOUR);
    expect(remove()).toBeUndefined();
    expect(fs.existsSync(sidecar)).toBe(true);
  });

  test("stays if it could not be opened for another reason", () => {
    fs.writeFileSync(sidecar, "");
    dated(sidecar, -HOUR);
    expect(remove("EIO")).toBeUndefined();
    expect(fs.existsSync(sidecar)).toBe(true);
  });

  test("may be gone already", () => {
    expect(remove()).toBe("replaced");
  });
});
