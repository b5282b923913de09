/**
 * The figures of the lock, from one pass over journals in bounded memory. Pure: it reads nothing and knows no clock.
 *
 * What an acquisition is: only a session start journals a lock that it got, while every writer journals a fail-open.
 * So acquisitions are the session starts that got the lock and all fail-opens, of whichever writer. A fail-open is
 * counted once: a session start that says that it failed open is counted only if its journal lacks the event.
 * The rate is thus never above 1, and never below the true one: writers that got the lock unseen would lower it.
 */
import type { EventType } from "../../shared/journal/events.ts";
import { isForeignTwin, type JournalEvent } from "../../shared/journal/sessionJournal.ts";
import { BoundedMap } from "./boundedMap.ts";
import { Quantiles } from "./quantiles.ts";

/** The counts in total, and for each target and day. */
export interface Counts {
  acquisitions: number;
  failOpen: number;
  reaped: number;
  abandoned: number;
  refused: number;
  outsideEdits: number;
  overwritten: number;
}

/** A command that held the lock when a waiter failed open, or whose lock was reaped. */
export interface HolderCounts {
  failOpen: number;
  reaped: number;
  /** The number of events that say how long the command had held the lock. */
  heldKnown: number;
  /** The longest of those times, in milliseconds; null if there is none. */
  longestHeldMs: number | null;
}

/** Milliseconds; null if there was no acquisition. */
export interface WaitMs {
  median: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

/** The figures of an audit; docs/journal.md documents them as the output of `--json`. */
export interface Figures extends Counts {
  events: number;
  firstEvent: string | null;
  lastEvent: string | null;
  sessionStarts: number;
  lockNotNeeded: number;
  hookFailures: number;
  failOpenRate: number | null;
  byReason: Record<string, number>;
  byReapReason: Record<string, number>;
  byResolution: Record<string, number>;
  byTarget: Record<string, Counts>;
  byHolder: Record<string, HolderCounts>;
  byDay: Record<string, Counts>;
  waitMs: WaitMs;
  /** Acquisitions by the time that they waited: at most each of `WAIT_BOUNDS_MS`, and longer. */
  waitHistogram: number[];
}

/** The upper ends of the bars in `waitHistogram`, in milliseconds. */
export const WAIT_BOUNDS_MS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000] as const;
/** The name for whatever is not recorded in the journal. */
export const UNKNOWN = "unknown";
const MAX_NAMES = 1000;
/** Characters of a name that are kept: as many as in the journal. */
const MAX_NAME = 4096;
/** A hundred years, so that a journal with made-up days cannot fill the memory. */
const MAX_DAYS = 36_525;

type Field = Record<string, unknown>;
/** Counts by name. */
type Numbers = BoundedMap<{ count: number }>;

export class LockAudit {
  #totals = newCounts();
  #events = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #sessionStarts = 0;
  #lockNotNeeded = 0;
  #hookFailures = 0;
  #reasons = newNumbers();
  #reapReasons = newNumbers();
  #resolutions = newNumbers();
  #targets = new BoundedMap<Counts>(MAX_NAMES, newCounts);
  #days = new BoundedMap<Counts>(MAX_DAYS, newCounts);
  #holders = new BoundedMap<HolderCounts>(MAX_NAMES, newHolderCounts);
  #waits = new Quantiles();
  /** Fail-opens in this journal since its last session start, which belong to the next one. */
  #unmatchedFailOpens = 0;

  /** Call before the first event of each journal. */
  startJournal(): void {
    this.#unmatchedFailOpens = 0;
  }

  /**
   * Adds the next event of the journal.
   * @param atMs its time, in milliseconds since 1970
   * @param counts whether it counts; one that does not may still belong to one that does
   */
  add(event: JournalEvent, atMs: number, counts = true): void {
    const isOurs = !isForeignTwin(event);
    const matched = isOurs && this.#match(event);
    if (!counts) return;
    this.#events++;
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (isOurs) this.#count(event, atMs, matched);
  }

  figures(): Figures {
    const { acquisitions, failOpen } = this.#totals;
    const [median = null, p95 = null, p99 = null] = this.#waits.at(0.5, 0.95, 0.99);
    return {
      events: this.#events,
      firstEvent: isoOf(this.#firstMs),
      lastEvent: isoOf(this.#lastMs),
      sessionStarts: this.#sessionStarts,
      lockNotNeeded: this.#lockNotNeeded,
      ...this.#totals,
      failOpenRate: acquisitions === 0 ? null : failOpen / acquisitions,
      hookFailures: this.#hookFailures,
      byReason: plain(this.#reasons),
      byReapReason: plain(this.#reapReasons),
      byResolution: plain(this.#resolutions),
      byTarget: this.#targets.toObject(
        ([aName, a], [bName, b]) =>
          b.failOpen - a.failOpen || b.acquisitions - a.acquisitions || byName(aName, bName),
      ),
      byHolder: this.#holders.toObject(
        ([aName, a], [bName, b]) => b.failOpen + b.reaped - a.failOpen - a.reaped || byName(aName, bName),
      ),
      byDay: this.#days.toObject(([a], [b]) => byName(a, b)),
      waitMs: { median, p95, p99, max: this.#waits.max },
      waitHistogram: this.#waits.histogram(WAIT_BOUNDS_MS),
    };
  }

  /** @returns whether the fail-open of a session start has an event of its own, which is counted already */
  #match({ type }: JournalEvent): boolean {
    if (type === "lock_fail_open") this.#unmatchedFailOpens++;
    if (type !== "session_start") return false;
    const matched = this.#unmatchedFailOpens > 0;
    this.#unmatchedFailOpens = 0;
    return matched;
  }

  #count(event: JournalEvent, atMs: number, matched: boolean): void {
    switch (event.type as EventType) {
      case "session_start":
        this.#countSessionStart(event, atMs, matched);
        break;
      case "lock_fail_open":
        this.#countFailOpen(event, event.target, atMs);
        break;
      case "lock_reaped":
        this.#raise("reaped", event.target, atMs);
        this.#reapReasons.get(nameOf(event.reason)).count++;
        this.#countHolder("reaped", event.holder);
        break;
      case "write_abandoned":
        this.#raise("abandoned", event.target, atMs);
        break;
      case "write_refused":
        this.#raise("refused", event.target, atMs);
        break;
      case "outside_edit":
        this.#raise("outsideEdits", event.target, atMs);
        this.#resolutions.get(nameOf(event.resolution)).count++;
        break;
      case "update_overwritten":
        this.#raise("overwritten", event.target, atMs);
        break;
      case "bad_payload":
      case "hook_failed":
        this.#hookFailures++;
    }
  }

  #countSessionStart(event: JournalEvent, atMs: number, matched: boolean): void {
    this.#sessionStarts++;
    const lock = fieldsOf(event.lock);
    const { target: real, path } = fieldsOf(event.claude_md);
    const target = real ?? path;
    if (lock.outcome === "locked") {
      this.#raise("acquisitions", target, atMs);
      this.#waits.add(lock.waited_ms);
    } else if (lock.outcome === "fail_open" && !matched) {
      this.#countFailOpen(lock, target, atMs);
    } else if (lock.outcome === "not_needed") {
      this.#lockNotNeeded++;
    }
  }

  #countFailOpen({ reason, waited_ms, holder }: Field, target: unknown, atMs: number): void {
    this.#raise("acquisitions", target, atMs);
    this.#raise("failOpen", target, atMs);
    this.#reasons.get(nameOf(reason)).count++;
    this.#waits.add(waited_ms);
    // The other reasons have no holder that caused them.
    if (reason === "timeout" || holder) this.#countHolder("failOpen", holder);
  }

  #raise(figure: keyof Counts, target: unknown, atMs: number): void {
    this.#totals[figure]++;
    this.#targets.get(nameOf(target))[figure]++;
    this.#days.get(new Date(atMs).toISOString().slice(0, 10))[figure]++;
  }

  #countHolder(figure: "failOpen" | "reaped", holder: unknown): void {
    const { command, held_ms: heldMs } = fieldsOf(holder);
    const counts = this.#holders.get(nameOf(command));
    counts[figure]++;
    if (typeof heldMs !== "number") return;
    counts.heldKnown++;
    counts.longestHeldMs = Math.max(counts.longestHeldMs ?? 0, heldMs);
  }
}

function newCounts(): Counts {
  const counts = { acquisitions: 0, failOpen: 0, reaped: 0, abandoned: 0, refused: 0 };
  return { ...counts, outsideEdits: 0, overwritten: 0 };
}

function newHolderCounts(): HolderCounts {
  return { failOpen: 0, reaped: 0, heldKnown: 0, longestHeldMs: null };
}

function newNumbers(): Numbers {
  return new BoundedMap(MAX_NAMES, () => ({ count: 0 }));
}

function plain(numbers: Numbers): Record<string, number> {
  const sorted = numbers.toObject(([aName, a], [bName, b]) => b.count - a.count || byName(aName, bName));
  return Object.fromEntries(Object.entries(sorted).map(([name, { count }]) => [name, count]));
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The fields of an object. A journal may hold anything, and other values have none. */
function fieldsOf(value: unknown): Field {
  return typeof value === "object" && value !== null ? (value as Field) : {};
}

function nameOf(value: unknown): string {
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_NAME) : UNKNOWN;
}

function isoOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
