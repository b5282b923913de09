/** The sentences that the text and the page of an audit have in common. */
import { formatCount, formatRate, plural } from "../cli/format.ts";
import type { Trouble } from "../journal/findJournals.ts";
import type { AuditResult } from "./auditJournals.ts";

/** @param about what was selected, in words; empty for everything */
export function verdictOf(result: AuditResult, about: string): string {
  const { acquisitions, failOpen, failOpenRate, unreadableFiles } = result;
  if (acquisitions === 0) {
    if (unreadableFiles > 0) return "Unknown: no lock activity in the journals that could be read.";
    return about === "" ? "No lock activity recorded yet." : "No lock activity in this selection.";
  }
  return `${formatCount(failOpen)} of ${plural(acquisitions, "acquisition")} of the lock failed open: ${formatRate(failOpenRate)}`;
}

/** `12 events in 3 journals, 2026-01-01 to 2026-01-31`. */
export function sourceOf({ events, files, firstEvent, lastEvent }: AuditResult): string {
  const period = firstEvent && lastEvent ? `, ${firstEvent.slice(0, 10)} to ${lastEvent.slice(0, 10)}` : "";
  return `${plural(events, "event")} in ${plural(files, "journal")}${period}`;
}

/** A sentence for each kind of input that is missing from the figures. */
export function gapsOf({ badLines, unreadableFiles, unreadable }: AuditResult): string[] {
  const gaps: string[] = [];
  if (badLines > 0) gaps.push(`Skipped ${plural(badLines, "line")} that could not be parsed as an event.`);
  if (unreadableFiles > 0)
    gaps.push(
      `Could not read ${plural(unreadableFiles, "journal or folder", "journals or folders")}, so the figures are incomplete: ${namesOf(unreadable, unreadableFiles)}.`,
    );
  return gaps;
}

const namesOf = (troubles: readonly Trouble[], count: number) =>
  [...troubles.map(({ path }) => path), ...(count > troubles.length ? ["…"] : [])].join(", ");

/** `2 expired, 1 abandoned`. */
export function listOf(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(", ");
}
