import { describe, expect, test } from "vitest";
import { BoundedMap, OTHERS } from "../../../bin/audit/boundedMap.ts";
import { dayBins } from "../../../bin/audit/dayBins.ts";
import { type Counts, type Figures, LockAudit } from "../../../bin/audit/lockAudit.ts";
import { parseAge, parseMoment } from "../../../bin/journal/moment.ts";
import { timeOf } from "../../../bin/journal/selection.ts";
import type { JournalEvent } from "../../../shared/journal/sessionJournal.ts";

const AT = Date.parse("2026-01-31T23:59:59.999Z");

function figuresOf(...events: Record<string, unknown>[]): Figures {
  const audit = new LockAudit();
  audit.startJournal();
  for (const event of events) audit.add({ v: 1, ts: "", ...event } as JournalEvent, AT);
  return audit.figures();
}

const start = (outcome: string, more = {}) => ({
  type: "session_start",
  claude_md: { path: "/p/CLAUDE.md" },
  lock: { outcome, waited_ms: 1, ...more },
});
const failOpen = { type: "lock_fail_open", target: "/p/CLAUDE.md", reason: "timeout", waited_ms: 5000 };

describe("figures", () => {
  test("each type of event has its figure", () => {
    const figures = figuresOf(
      start("locked"),
      start("not_needed"),
      { ...failOpen, holder: { command: "vim", held_ms: 6000 } },
      { ...failOpen, holder: { command: "vim", held_ms: 5000 } },
      { type: "lock_reaped", target: "/p/CLAUDE.md", reason: "expired", holder: { command: "vim" } },
      { type: "lock_reaped", target: "/q", reason: "abandoned" },
      { type: "write_abandoned", target: "/q" },
      { type: "write_refused", target: "/q" },
      { type: "outside_edit", target: "/q", resolution: "merged" },
      { type: "update_overwritten", target: "/q" },
      { type: "hook_failed" },
      { type: "bad_payload" },
      { type: "session_end" },
      { type: "of.another" },
    );
    const { byDay, byTarget, ...rest } = figures;
    expect(rest).toEqual({
      ...{ events: 14, sessionStarts: 2, lockNotNeeded: 1, hookFailures: 2 },
      firstEvent: "2026-01-31T23:59:59.999Z",
      lastEvent: "2026-01-31T23:59:59.999Z",
      ...{
        acquisitions: 3,
        failOpen: 2,
        reaped: 2,
        abandoned: 1,
        refused: 1,
        outsideEdits: 1,
        overwritten: 1,
      },
      failOpenRate: 2 / 3,
      byReason: { timeout: 2 },
      byReapReason: { abandoned: 1, expired: 1 },
      byResolution: { merged: 1 },
      byHolder: {
        vim: { failOpen: 2, reaped: 1, heldKnown: 2, longestHeldMs: 6000 },
        unknown: { failOpen: 0, reaped: 1, heldKnown: 0, longestHeldMs: null },
      },
      waitMs: { median: 5000, p95: 5000, p99: 5000, max: 5000 },
      waitHistogram: [1, 0, 0, 0, 0, 0, 0, 0, 2, 0],
    });
    expect(Object.keys(byDay)).toEqual(["2026-01-31"]);
    expect(byTarget["/p/CLAUDE.md"]).toMatchObject({ acquisitions: 3, failOpen: 2, reaped: 1, refused: 0 });
    expect(byTarget["/q"]).toMatchObject({
      acquisitions: 0,
      reaped: 1,
      abandoned: 1,
      refused: 1,
      outsideEdits: 1,
    });
  });

  test("events may have any values as fields", () => {
    const odd = [null, 7, "x", [], { outcome: 7 }, undefined];
    const events = odd.flatMap((lock) => [
      { type: "session_start", lock, claude_md: lock },
      { type: "lock_fail_open", target: lock, reason: lock, holder: lock, waited_ms: lock },
    ]);
    expect(figuresOf(...events)).toMatchObject({ acquisitions: 6, failOpen: 6, sessionStarts: 6 });
  });

  test("a session start that the PACT plugin has journaled is not one of ours, and does not part one from its fail-open", () => {
    const theirs = { type: "session_start", session_id: "s", project_dir: "/p", team: "session-s" };
    expect(figuresOf(failOpen, theirs, start("fail_open"))).toMatchObject({
      ...{ acquisitions: 1, failOpen: 1, sessionStarts: 1 },
    });
  });

  test("a fail-open outside of the selection is not counted again with its session start", () => {
    const audit = new LockAudit();
    audit.startJournal();
    audit.add({ v: 1, ts: "", ...failOpen }, AT - 1, false);
    audit.add({ v: 1, ts: "", ...start("fail_open") }, AT, true);
    expect(audit.figures()).toMatchObject({ events: 1, acquisitions: 0 });
  });

  test("a fail-open in one journal does not belong to a session start in another", () => {
    const audit = new LockAudit();
    audit.startJournal();
    audit.add({ v: 1, ts: "", ...failOpen }, AT);
    audit.startJournal();
    audit.add({ v: 1, ts: "", ...start("fail_open", { reason: "io" }) }, AT);
    expect(audit.figures()).toMatchObject({ failOpen: 2, byReason: { timeout: 1, io: 1 } });
  });
});

test("names beyond the limit are counted together", () => {
  const map = new BoundedMap(2, () => ({ count: 0 }));
  for (const name of ["a", "b", "c", "d", "a"]) map.get(name).count++;
  expect(map.toObject(() => 0)).toEqual({ a: { count: 2 }, b: { count: 1 }, [OTHERS]: { count: 2 } });
});

describe("the days of a chart", () => {
  const one: Counts = {
    acquisitions: 2,
    failOpen: 1,
    reaped: 0,
    abandoned: 0,
    refused: 0,
    outsideEdits: 0,
    overwritten: 0,
  };
  const binsOf = (days: string[], max = 10) =>
    dayBins(Object.fromEntries(days.map((day) => [day, one])), max);

  test("days without an event have a bar, too", () => {
    const { unit, bins } = binsOf(["2026-02-27", "2026-03-02"]);
    expect(unit).toBe("day");
    expect(bins.map(({ label, acquisitions }) => `${label} ${acquisitions}`)).toEqual([
      ...["2026-02-27 2", "2026-02-28 0", "2026-03-01 0", "2026-03-02 2"],
    ]);
  });

  test.each([
    ["2026-01-01", "2026-03-01", "week from its Monday", "2025-12-29"],
    ["2026-01-31", "2026-10-01", "month", "2026-01"],
    ["2024-12-31", "2026-10-01", "quarter", "2024-Q4"],
    ["2019-01-01", "2026-10-01", "year", "2019"],
    ["1976-01-01", "2026-10-01", "decade", "1970s"],
    ["1970-01-01", "9999-12-30", "millennium", "1000s"],
  ])("days from %s to %s are grouped by %s, and none is lost", (first, last, unit, label) => {
    const found = binsOf([first, last]);
    expect(found.unit).toBe(unit);
    expect(found.bins[0]?.label).toBe(label);
    expect(found.bins.length).toBeLessThanOrEqual(10);
    expect(found.bins.reduce((sum, { acquisitions }) => sum + acquisitions, 0)).toBe(4);
    expect(found.bins.reduce((sum, bin) => sum + bin.failOpen, 0)).toBe(2);
  });

  test("no days make no bars", () => {
    expect(binsOf([]).bins).toEqual([]);
  });
});

describe("a moment", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  const iso = (text: string) => {
    const moment = parseMoment(text, now);
    return moment && new Date(moment.ms).toISOString();
  };

  test.each([
    ["7d", "2026-02-22T12:00:00.000Z"],
    ["12h", "2026-03-01T00:00:00.000Z"],
    ["30m", "2026-03-01T11:30:00.000Z"],
    ["2w", "2026-02-15T12:00:00.000Z"],
    ["2026-02-28", "2026-02-28T00:00:00.000Z"],
    ["2026-02-28T10:00", "2026-02-28T10:00:00.000Z"],
    ["2026-02-28 10:00:30", "2026-02-28T10:00:30.000Z"],
    ["2026-02-28T10:00:30.5Z", "2026-02-28T10:00:30.500Z"],
    ["2026-02-28T10:00+02:00", "2026-02-28T08:00:00.000Z"],
  ])("%s means %s", (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  test.each([
    "",
    "7",
    "d",
    "-7d",
    "7 d",
    "7y",
    "9999999d",
    "2026-02-29",
    "2026-13-01",
    "2026-1-1",
    "2026-02-28T",
    "2026-02-28T24:30",
    "now",
    "2026-02-28x",
  ])("%j means nothing", (text) => {
    expect(iso(text)).toBeUndefined();
    expect(parseAge(text)).toBeUndefined();
  });

  test("the time of an event is its ts, in any format of a time", () => {
    const at = (ts: string) => timeOf({ v: 1, type: "x", ts });
    expect(at("2026-01-01T00:00:00.000Z")).toBe(Date.UTC(2026, 0));
    expect(at("2026-01-01T00:00:00.123456+00:00")).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
    for (const ts of ["", "yesterday", "+275760-01-01T00:00:00Z", "1969-12-31T00:00:00Z"])
      expect(at(ts)).toBeNaN();
  });
});

describe("order", () => {
  const times = (count: number, event: Record<string, unknown>) => Array<typeof event>(count).fill(event);

  test("targets are sorted by fail-opens, then acquisitions, then name", () => {
    const of = (target: string, failed: number, locked: number) => [
      ...times(failed, { ...failOpen, target }),
      ...times(locked, { ...start("locked"), claude_md: { target } }),
    ];
    const { byTarget } = figuresOf(
      ...[of("d", 0, 1), of("c", 1, 0), of("b", 1, 0), of("a", 0, 3), of("e", 2, 0)].flat(),
    );
    expect(Object.keys(byTarget)).toEqual(["e", "b", "c", "a", "d"]);
  });

  test("holders are sorted by how often they blocked others, then by name", () => {
    const of = (command: string, failed: number, reaped: number) => [
      ...times(failed, { ...failOpen, holder: { command } }),
      ...times(reaped, { type: "lock_reaped", reason: "expired", target: "/q", holder: { command } }),
    ];
    const { byHolder } = figuresOf(...[of("c", 1, 0), of("b", 0, 1), of("a", 0, 2), of("d", 2, 1)].flat());
    expect(Object.keys(byHolder)).toEqual(["d", "a", "b", "c"]);
  });

  test("reasons are sorted by count, then by name", () => {
    const reasons = ["b", "c", "a", "c"].map((reason) => ({ ...failOpen, reason }));
    expect(Object.entries(figuresOf(...reasons).byReason)).toEqual([
      ["c", 2],
      ["a", 1],
      ["b", 1],
    ]);
  });
});

test("each bound of the histogram belongs to its own bar", () => {
  const bounds = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];
  const waits = [...bounds, ...bounds.map((bound) => bound * 1.1)];
  const { waitHistogram } = figuresOf(...waits.map((waited_ms) => ({ ...failOpen, waited_ms })));
  expect(waitHistogram).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
});

test("a name is truncated after 4,096 characters", () => {
  const { byTarget } = figuresOf({ ...failOpen, target: "x".repeat(5000) });
  expect(Object.keys(byTarget)).toEqual(["x".repeat(4096)]);
});
