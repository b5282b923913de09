/** Formats an audit for a terminal. */
import { explainReason, formatCount, formatMs, formatRate } from "../cli/format.ts";
import {
  bar,
  cutEnd,
  cutStart,
  paint,
  type Screen,
  shown,
  twoPartBar,
  widthOf,
  wrap,
} from "../cli/terminal.ts";
import type { AuditResult } from "./auditJournals.ts";
import { dayBins } from "./dayBins.ts";
import { fitNames } from "./fitNames.ts";
import type { HolderCounts } from "./lockAudit.ts";
import { gapsOf, listOf, sourceOf, verdictOf } from "./words.ts";

/** More days than these are grouped into weeks, months, … */
const MAX_DAY_ROWS = 31;
const MAX_ROWS = 10;
/** The cells of a bar on a screen that is too narrow for the line, which then wraps. */
const MIN_BAR = 4;
/** A name that has fewer cells beside its figures stands above them. */
const MIN_NAME = 24;
const NARROW = 64;
/** A screen with so many columns has room for every column of a table. */
const WIDE = 100;

/** @param about what was selected, in words; empty for everything */
export function auditText(result: AuditResult, about: string, screen: Screen): string {
  const sections = [
    headline(result, about, screen),
    summary(result, screen),
    result.acquisitions > 0 ? dayChart(result, screen) : [],
    reasons(result, screen),
    targets(result, screen),
    holders(result, screen),
    footnotes(result, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function headline(result: AuditResult, about: string, screen: Screen): string[] {
  const lines = [
    ...wrapped(verdictOf(result, about), screen).map((line) =>
      paint(result.failOpen > 0 ? ["bold", "red"] : "bold", line),
    ),
    ...wrapped(`${sourceOf(result)} (UTC)`, screen).map((line) => paint("dim", line)),
  ];
  if (about !== "")
    lines.push(paint("dim", `Only ${cutStart(shown(about, screen), screen.columns - 5, screen)}`));
  return lines;
}

function summary(result: AuditResult, screen: Screen): string[] {
  const { waitMs, sessionStarts, lockNotNeeded, hookFailures, refused, overwritten } = result;
  const details = (counts: Record<string, number>) => shown(listOf(counts), screen);
  const rows: [string, number, string][] = [
    ["Locks reaped", result.reaped, details(result.byReapReason)],
    ["Updates abandoned", result.abandoned, ""],
    ["Outside edits", result.outsideEdits, details(result.byResolution)],
    [
      "Session starts",
      sessionStarts,
      lockNotNeeded > 0 ? `${formatCount(lockNotNeeded)} had nothing to change` : "",
    ],
  ];
  if (overwritten > 0)
    rows.push(["Overwritten", overwritten, "updates, by a program that knows only the lock"]);
  if (refused > 0) rows.push(["Files refused", refused, ""]);
  if (hookFailures > 0) rows.push(["Hook failures", hookFailures, ""]);
  const width = Math.max(...rows.map(([, count]) => formatCount(count).length));
  const lines = rows.map(([name, count, detail]) => {
    const text = `  ${name.padEnd(17)} ${formatCount(count).padStart(width)}   `;
    return detail === "" ? text : text + paint("dim", cutEnd(detail, screen.columns - text.length, screen));
  });
  if (waitMs.max === null) return lines;
  const waits = `median ${formatMs(waitMs.median)}, p95 ${formatMs(waitMs.p95)}, p99 ${formatMs(waitMs.p99)}, longest ${formatMs(waitMs.max)}`;
  const indent = " ".repeat(20);
  return [...lines, ...wrap(`  ${"Waited".padEnd(17)} ${waits}`, screen.columns, indent).split("\n")];
}

function dayChart({ byDay }: AuditResult, screen: Screen): string[] {
  const { unit, bins } = dayBins(byDay, MAX_DAY_ROWS);
  const [locked, failed] = screen.unicode ? ["█", "▒"] : ["#", "!"];
  const most = Math.max(...bins.map(({ acquisitions }) => acquisitions));
  // A narrow screen has no room for heads above the columns.
  const isNarrow = screen.columns < NARROW;
  const totals = columnOf(
    isNarrow ? "" : "locked",
    bins.map((bin) => formatCount(bin.acquisitions - bin.failOpen)),
  );
  const fails = columnOf(
    isNarrow ? "" : "failed open",
    bins.map((bin) => (bin.failOpen > 0 ? formatCount(bin.failOpen) : "")),
  );
  const labels = columnOf(
    "",
    bins.map(({ label }) => label),
  );
  const others = [labels, totals, fails].reduce((sum, { width }) => sum + 2 + width, 2);
  const cells = Math.max(MIN_BAR, screen.columns - others);
  const rows = bins.map(({ acquisitions, failOpen }, row) => {
    const [first, second] = twoPartBar(acquisitions - failOpen, failOpen, most, cells);
    const gap = " ".repeat(cells - first - second);
    const drawn = paint("green", locked.repeat(first)) + paint("red", failed.repeat(second)) + gap;
    const label = labels.cells[row]?.padEnd(labels.width);
    return `  ${label}  ${drawn}  ${totals.cells[row]?.padStart(totals.width)}  ${fails.cells[row]?.padStart(fails.width)}`;
  });
  const title = `Acquisitions by ${unit} (UTC)`;
  const legend = `${`${locked} locked`.padStart(totals.width)}  ${`${failed} failed open`.padStart(fails.width)}`;
  if (isNarrow) return [paint("bold", title), `  ${legend}`, ...rows];
  return [`${paint("bold", title)}${legend.padStart(screen.columns - title.length)}`, ...rows];
}

/** Two cells wider than its head, which starts with the sign of the bar. */
function columnOf(head: string, cells: string[]): { cells: string[]; width: number } {
  return { cells, width: Math.max(head === "" ? 0 : head.length + 2, ...cells.map((cell) => cell.length)) };
}

function reasons({ byReason }: AuditResult, screen: Screen): string[] {
  const rows = Object.entries(byReason).slice(0, MAX_ROWS);
  if (rows.length === 0) return [];
  const names = rows.map(([reason]) => cutStart(shown(reason, screen), 24, screen));
  const nameWidth = Math.max(...names.map(widthOf));
  const countWidth = Math.max(...rows.map(([, count]) => formatCount(count).length));
  const most = Math.max(...rows.map(([, count]) => count));
  const explained = Math.max(...rows.map(([reason]) => explainReason(reason).length));
  const room = screen.columns - 2 - nameWidth - 2 - countWidth - 2;
  const cells = Math.max(8, room - explained - 2);
  const lines = rows.map(([reason, count], row) => {
    const drawn = bar(count, most, cells, screen);
    const text = `  ${padEnd(names[row] ?? "", nameWidth)}  ${formatCount(count).padStart(countWidth)}  `;
    const why = cells + 2 + explained <= room ? explainReason(reason) : "";
    return `${text}${paint("red", drawn)}${" ".repeat(cells - widthOf(drawn) + 2)}${paint("dim", why)}`;
  });
  return [paint("bold", "Why it failed open"), ...lines, ...more(Object.keys(byReason).length)];
}

function targets({ byTarget }: AuditResult, screen: Screen): string[] {
  const entries = Object.entries(byTarget);
  const isWide = screen.columns >= WIDE;
  const rows = entries.slice(0, MAX_ROWS).map(([target, counts]) => {
    const { acquisitions, failOpen, reaped, abandoned, outsideEdits } = counts;
    const rate = acquisitions > 0 ? formatRate(failOpen / acquisitions) : "";
    const more = isWide ? [abandoned, outsideEdits].map(formatCount) : [];
    return [formatCount(failOpen), formatCount(acquisitions), rate, formatCount(reaped), ...more, target];
  });
  const more = isWide ? ["abandoned", "outside edits"] : [];
  const heads = ["failed", "of", "rate", "reaped", ...more, "file"];
  return table("By file", heads, rows, entries.length, screen);
}

function holders({ byHolder }: AuditResult, screen: Screen): string[] {
  const entries = Object.entries(byHolder);
  const rows = entries.slice(0, MAX_ROWS).map(([command, counts]) => {
    return [formatCount(counts.failOpen), formatCount(counts.reaped), heldOf(counts), command];
  });
  return table("Who held it", ["failed", "reaped", "held up to", "command"], rows, entries.length, screen);
}

function heldOf({ longestHeldMs }: HolderCounts): string {
  return longestHeldMs === null ? "unknown" : formatMs(longestHeldMs);
}

/** Numbers on the right, and a name last, which takes the rest of the line, or a line of its own on a narrow screen. */
function table(title: string, heads: string[], rows: string[][], total: number, screen: Screen): string[] {
  if (rows.length === 0) return [];
  const widths = heads
    .slice(0, -1)
    .map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const rest = screen.columns - widths.reduce((sum, width) => sum + width + 2, 2);
  const isStacked = rest < MIN_NAME;
  const names = fitNames(
    rows.map((row) => shown(row.at(-1) ?? "", screen)),
    isStacked ? screen.columns - 2 : rest,
    screen,
  );
  const figures = (cells: string[]) =>
    `  ${cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("  ")}`;
  const line = (cells: string[], name: string) =>
    isStacked ? [`  ${name}`, figures(cells)] : [`${figures(cells)}  ${name}`];
  return [
    paint("bold", title),
    ...line(heads.slice(0, -1), heads.at(-1) ?? "").map((head) => paint("dim", head)),
    ...rows.flatMap((row, i) => line(row.slice(0, -1), names[i] ?? "")),
    ...more(total),
  ];
}

function more(total: number): string[] {
  return total > MAX_ROWS ? [paint("dim", `  and ${formatCount(total - MAX_ROWS)} more; see --json`)] : [];
}

function footnotes(result: AuditResult, screen: Screen): string[] {
  return gapsOf(result).flatMap((sentence) =>
    wrapped(shown(sentence, screen), screen).map((line) => paint("yellow", line)),
  );
}

function wrapped(text: string, { columns }: Screen): string[] {
  return wrap(text, columns).split("\n");
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
