/** Groups the days of an audit into as few bars as a chart has room for. */
import type { Counts } from "./lockAudit.ts";

export interface Bin {
  /** `2026-01-31`, `2026-01`, `2026-Q1`, `2026`, `2020s`. */
  label: string;
  acquisitions: number;
  failOpen: number;
}

export interface Bins {
  /** What a bar stands for, in a title: `day`, `week`, … */
  unit: string;
  /** Sorted by time, including days without any event. */
  bins: Bin[];
}

interface Unit {
  unit: string;
  /** The first day of the bar that holds a day. */
  startOf(day: Date): Date;
  /** The first day of the next bar. */
  next(start: Date): Date;
  label(start: Date): string;
}

const DAY_MS = 86_400_000;

const addDays = (day: Date, days: number) => new Date(day.getTime() + days * DAY_MS);
const iso = (day: Date) => day.toISOString().slice(0, 10);
const utc = (year: number, month: number) => new Date(Date.UTC(year, month, 1));
const years = (count: number, unit: string, suffix: string): Unit => ({
  unit,
  startOf: (day) => utc(Math.floor(day.getUTCFullYear() / count) * count, 0),
  next: (start) => utc(start.getUTCFullYear() + count, 0),
  label: (start) => `${start.getUTCFullYear()}${suffix}`,
});

/** From the shortest to one that fits any years that a journal may name. */
const UNITS: Unit[] = [
  { unit: "day", startOf: (day) => day, next: (start) => addDays(start, 1), label: iso },
  {
    unit: "week from its Monday",
    startOf: (day) => addDays(day, -((day.getUTCDay() + 6) % 7)),
    next: (start) => addDays(start, 7),
    label: iso,
  },
  {
    unit: "month",
    startOf: (day) => utc(day.getUTCFullYear(), day.getUTCMonth()),
    next: (start) => utc(start.getUTCFullYear(), start.getUTCMonth() + 1),
    label: (start) => iso(start).slice(0, 7),
  },
  {
    unit: "quarter",
    startOf: (day) => utc(day.getUTCFullYear(), Math.floor(day.getUTCMonth() / 3) * 3),
    next: (start) => utc(start.getUTCFullYear(), start.getUTCMonth() + 3),
    label: (start) => `${start.getUTCFullYear()}-Q${start.getUTCMonth() / 3 + 1}`,
  },
  years(1, "year", ""),
  years(10, "decade", "s"),
  years(1000, "millennium", "s"),
];

/** @param max the number of bars that the chart has room for, at least 10 */
export function dayBins(byDay: Record<string, Counts>, max: number): Bins {
  const days = Object.keys(byDay).filter((day) => /^\d{4}-/.test(day));
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return { unit: "day", bins: [] };
  for (const unit of UNITS) {
    const bins = emptyBins(unit, new Date(first), new Date(last), max);
    if (!bins) continue;
    for (const day of days) {
      const bin = bins.get(unit.startOf(new Date(day)).getTime());
      if (!bin) continue;
      bin.acquisitions += byDay[day]?.acquisitions ?? 0;
      bin.failOpen += byDay[day]?.failOpen ?? 0;
    }
    return { unit: unit.unit, bins: [...bins.values()] };
  }
  throw new RangeError(`no unit makes ${max} bars of the days from ${first} to ${last}`);
}

/** @returns undefined if there are too many */
function emptyBins(unit: Unit, first: Date, last: Date, max: number): Map<number, Bin> | undefined {
  const bins = new Map<number, Bin>();
  for (let start = unit.startOf(first); start <= last; start = unit.next(start)) {
    if (bins.size === max) return undefined;
    bins.set(start.getTime(), { label: unit.label(start), acquisitions: 0, failOpen: 0 });
  }
  return bins;
}
