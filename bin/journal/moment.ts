/** Parses a moment on a command line: an age, such as `7d`, or a date. Dates and days are in UTC. */

const UNIT_MS: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

export interface Moment {
  /** Milliseconds since 1970. */
  ms: number;
  /** A date without a time: the moment is the start of that day. */
  isDay: boolean;
}

/** How long `30m`, `12h`, `7d`, `2w` are, in milliseconds, or undefined for any other text. */
export function parseAge(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? undefined : Number(number) * unitMs;
}

/** The moment that an age (before `nowMs`) or a date means, or undefined for any other text. */
export function parseMoment(text: string, nowMs: number): Moment | undefined {
  const age = parseAge(text);
  if (age !== undefined) return { ms: nowMs - age, isDay: false };
  const [, day = "", time, zone = "Z"] = DATE.exec(text) ?? [];
  // The thirtieth of February would become a day in March.
  if (!isCalendarDay(day)) return undefined;
  const ms = Date.parse(`${day}T${time ?? "00:00"}${zone}`);
  return Number.isNaN(ms) ? undefined : { ms, isDay: time === undefined };
}

function isCalendarDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
