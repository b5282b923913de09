/**
 * Formats an audit as one web page without scripts or anything from elsewhere, and with a policy that allows neither.
 * All text from journals is escaped.
 */
import { createHash } from "node:crypto";
import { explainReason, formatCount, formatMs, formatRate, plural } from "../cli/format.ts";
import type { AuditResult } from "./auditJournals.ts";
import { dayBins } from "./dayBins.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { type Counts, WAIT_BOUNDS_MS } from "./lockAudit.ts";
import { AUDIT_STYLE } from "./style.ts";
import { dayChart, waitChart } from "./svg.ts";
import { gapsOf, listOf, sourceOf, verdictOf } from "./words.ts";

const MAX_COLUMNS = 62;
const MAX_ROWS = 100;

/** @param about what was selected, in words; empty for everything */
export function auditHtml(result: AuditResult, about: string, madeAt: Date): string {
  const style = createHash("sha256").update(AUDIT_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lock audit</title>
<style>${AUDIT_STYLE}</style>
</head>
<body>
<main>
${header(result, about)}
${tiles(result)}
${charts(result)}
${tables(result)}
<footer>Written by pact-hooks audit on ${madeAt.toISOString().slice(0, 16).replace("T", " ")} UTC. Days are days in UTC.</footer>
</main>
</body>
</html>
`;
}

function header(result: AuditResult, about: string): string {
  const gaps = gapsOf(result).join(" ");
  return `<header>
<p class="kicker">Lock audit</p>
<h1 class="${result.failOpen > 0 ? "bad" : ""}">${escapeHtml(verdictOf(result, about))}</h1>
<p class="muted">${escapeHtml(`${sourceOf(result)}${about ? `; ${about}` : ""}`)}</p>
${gaps ? `<p class="warning">${escapeHtml(gaps)}</p>` : ""}
</header>`;
}

function tiles(result: AuditResult): string {
  const { waitMs } = result;
  const all: [string, string, string][] = [
    ["Acquisitions", formatCount(result.acquisitions), `${plural(result.sessionStarts, "session start")}`],
    ["Failed open", formatCount(result.failOpen), formatRate(result.failOpenRate)],
    ["Locks reaped", formatCount(result.reaped), listOf(result.byReapReason)],
    [
      "Updates abandoned",
      formatCount(result.abandoned),
      result.refused > 0 ? `${result.refused} refused` : "",
    ],
    [
      "Outside edits",
      formatCount(result.outsideEdits),
      [listOf(result.byResolution), result.overwritten > 0 ? `${result.overwritten} updates overwritten` : ""]
        .filter(Boolean)
        .join("; "),
    ],
    [
      "Waited, median",
      formatMs(waitMs.median),
      `95 %: ${formatMs(waitMs.p95)}, 99 %: ${formatMs(waitMs.p99)}, longest: ${formatMs(waitMs.max)}`,
    ],
  ];
  const items = all.map(
    ([name, value, detail]) =>
      `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd><dd class="muted">${escapeHtml(detail)}</dd></div>`,
  );
  return `<dl class="tiles">${items.join("\n")}</dl>\n${TERMS}`;
}

const TERMS = `<p class="muted terms"><b>Failed open</b>: a writer did not get the lock in time, or could not lock at all, and went on without it.
<b>Reaped</b>: a session removed a lock file whose holder had crashed, or had held the lock for too long.</p>`;

function charts(result: AuditResult): string {
  if (result.acquisitions === 0) return "";
  const { unit, bins } = dayBins(result.byDay, MAX_COLUMNS);
  const byDay = `Acquisitions by ${unit}`;
  const waits = "How long acquisitions waited";
  const labels = [...WAIT_BOUNDS_MS.map((bound) => `≤ ${formatMs(bound).replace(".0", "")}`), "longer"];
  return `<section>
<h2>${byDay}</h2>
<p class="legend"><span class="key locked"></span> locked <span class="key failed"></span> failed open</p>
${dayChart(bins, byDay)}
</section>
<section>
<h2>${waits}</h2>
${waitChart(labels, result.waitHistogram, waits)}
</section>`;
}

function tables(result: AuditResult): string {
  const { byReason, byTarget, byHolder, byDay, failOpen } = result;
  const reasons = Object.entries(byReason).map(([reason, count]) => [
    reason,
    formatCount(count),
    formatRate(count / failOpen),
    explainReason(reason),
  ]);
  const holders = Object.entries(byHolder).map(([command, counts]) => [
    command,
    formatCount(counts.failOpen),
    formatCount(counts.reaped),
    counts.longestHeldMs === null ? "unknown" : formatMs(counts.longestHeldMs),
  ]);
  const countHeads = ["Acquisitions", "Failed open", "Rate", "Reaped", "Abandoned", "Outside edits"];
  return [
    table("Why it failed open", ["Reason", "Times", "Share", WORDS], reasons),
    table("Who held it", ["Command", "Others failed open", "Reaped", "Held up to"], holders),
    table("By file", ["File", ...countHeads], countRows(byTarget)),
    table("By day", ["Day", ...countHeads], countRows(byDay).reverse()),
  ].join("\n");
}

function countRows(counts: Record<string, Counts>): string[][] {
  return Object.entries(counts).map(([name, { acquisitions, failOpen, reaped, abandoned, outsideEdits }]) => [
    name,
    formatCount(acquisitions),
    formatCount(failOpen),
    acquisitions === 0 ? "" : formatRate(failOpen / acquisitions),
    ...[reaped, abandoned, outsideEdits].map(formatCount),
  ]);
}

/** The head of the only column that holds sentences. */
const WORDS = "Meaning";

/** A section with a table, or nothing if there are no rows. The first column is a name. */
function table(title: string, heads: string[], rows: string[][]): string {
  if (rows.length === 0) return "";
  const classOf = (column: number) => (heads[column] === WORDS ? ' class="words"' : "");
  const head = heads.map((text, i) => `<th scope="col"${classOf(i)}>${escapeHtml(text)}</th>`).join("");
  const body = rows.slice(0, MAX_ROWS).map(([name = "", ...cells]) => {
    const others = cells.map(
      (cell, i) =>
        `<td${classOf(i + 1)} data-head="${escapeHtml(heads[i + 1] ?? "")}">${escapeHtml(cell)}</td>`,
    );
    // A path may break after each of its folders.
    const row = escapeHtml(name).replaceAll("/", "/<wbr>");
    return `<tr><th scope="row">${row}</th>${others.join("")}</tr>`;
  });
  const more =
    rows.length > MAX_ROWS
      ? `<p class="muted">and ${formatCount(rows.length - MAX_ROWS)} more; see pact-hooks audit --json.</p>`
      : "";
  return `<section>
<h2>${escapeHtml(title)}</h2>
<table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>${more}
</section>`;
}
