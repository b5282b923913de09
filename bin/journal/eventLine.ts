/** An event as one line: JSON for a program, `time type field=value …` for a person. */
import type { JournalEvent } from "../../shared/journal/sessionJournal.ts";
import { paint, type Screen, shown } from "../cli/terminal.ts";

export function jsonLine(event: JournalEvent): string {
  return `${JSON.stringify(event)}\n`;
}

export function eventLine({ v: _v, type, ts, ...fields }: JournalEvent, screen: Screen): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => flatten(name, value));
  const details = pairs.map(
    ([name, value]) => `${paint("dim", `${shown(name, screen)}=`)}${shown(value, screen)}`,
  );
  const isTrouble = /^(lock_|write_|update_|bad_|hook_failed)/.test(type);
  return `${[paint("dim", shown(ts, screen)), paint(isTrouble ? "red" : "bold", shown(type, screen)), ...details].join(" ")}\n`;
}

/** Names a field of a field with a dot: `lock.outcome`. */
function flatten(name: string, value: unknown): [string, string][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, wordFor(value)]];
  return Object.entries(value).flatMap(([inner, innerValue]) => flatten(`${name}.${inner}`, innerValue));
}

/** A value in quotes only where it would be ambiguous without. */
function wordFor(value: unknown): string {
  return typeof value === "string" && /^[^\s"'=]+$/.test(value) ? value : JSON.stringify(value);
}
