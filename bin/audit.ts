/** `pact-hooks audit`: how often the lock failed open, why, where, and who held it. */
import { journalRoot } from "../shared/journal/sessionFolder.ts";
import { messageOf } from "../shared/system/errors.ts";
import { type AuditResult, auditJournals } from "./audit/auditJournals.ts";
import { auditHtml } from "./audit/html.ts";
import { showProgress } from "./audit/progress.ts";
import { auditText } from "./audit/text.ts";
import { writePage } from "./audit/writePage.ts";
import { runnerOf, UsageError } from "./cli/command.ts";
import { formatRate, plural } from "./cli/format.ts";
import { note, print, printLine } from "./cli/output.ts";
import { screenOf } from "./cli/terminal.ts";
import { filterFor, type Selection } from "./journal/selection.ts";
import {
  describeSelection,
  noteUnmatched,
  SELECTION_OPTIONS,
  selectionOf,
} from "./journal/selectionOptions.ts";

const USAGE = `Usage: pact-hooks audit [OPTIONS]

Counts acquisitions of the lock, and those that failed open, in all session journals. Shows why, for which files, who
held the lock, and how long writers waited. Days are in UTC.

Options:
  --since WHEN               start: an age (30m, 12h, 7d, 2w) or a date (2026-01-31, 2026-01-31T12:00Z)
  --until WHEN               end, in the same form; a date includes that day
  --project DIR              only this project, and projects in folders below it
  --session ID               only this session
  --json                     print the figures as one JSON object, described in docs/journal.md
  --html FILE                write the figures to one self-contained web page
  --max-fail-open-rate RATE  exit 1 if a larger share failed open (0.01, or 1%), or if a journal could not be read
  -h, --help                 show this help

Examples:
  pact-hooks audit --since 7d
  pact-hooks audit --project . --json | jq .failOpenRate
  pact-hooks audit --since 1d --max-fail-open-rate 0.01    # for cron and CI
  pact-hooks audit --html lock-audit.html
`;

/** Exits 1 above `--max-fail-open-rate`, if that stays unknown, or if the page cannot be written. */
export const run = runnerOf({
  usage: USAGE,
  options: {
    ...SELECTION_OPTIONS,
    json: { type: "boolean" },
    html: { type: "string" },
    "max-fail-open-rate": { type: "string" },
  },
  takes: "nothing",
  run({ json, html, "max-fail-open-rate": rate, ...values }) {
    if (html === "") throw new UsageError("--html needs a file name");
    const selection = selectionOf(values);
    const limit = limitOf(rate);
    const result = gather(selection);
    if (json) printLine(JSON.stringify(toJson(result, selection)));
    let written = true;
    if (html !== undefined) written = writeHtml(result, selection, html);
    else if (!json)
      print(auditText(result, describeSelection(selection), screenOf(process.stdout, process.env)));
    const exceeded = exceeds(result, limit);
    return written && !exceeded ? 0 : 1;
  },
});

function gather(selection: Selection): AuditResult {
  const progress = showProgress();
  const filter = filterFor(selection);
  const result = auditJournals(journalRoot(), filter, progress.tick);
  progress.end();
  for (const { path, message } of result.unreadable) note(`could not read ${path}: ${message}`);
  const hidden = result.unreadableFiles - result.unreadable.length;
  if (hidden > 0) note(`could not read ${plural(hidden, "more journal")}`);
  noteUnmatched(filter, selection);
  return result;
}

/** The documented schema: later versions may add keys, but change the meaning of none. */
function toJson(result: AuditResult, { sinceMs, untilMs, projectDir, sessionId }: Selection): object {
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    schema: 1,
    since: iso(sinceMs),
    until: iso(untilMs),
    project: projectDir ?? null,
    session: sessionId ?? null,
    ...result,
  };
}

function writeHtml(result: AuditResult, selection: Selection, file: string): boolean {
  try {
    writePage(file, auditHtml(result, describeSelection(selection), new Date()));
  } catch (error) {
    note(`could not write ${file}: ${messageOf(error)}`);
    return false;
  }
  note(`wrote ${file}`);
  return true;
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim()) ?? [];
  const limit = number === undefined ? Number.NaN : Number(number) / (percent ? 100 : 1);
  if (limit >= 0 && limit <= 1) return limit;
  throw new UsageError(`--max-fail-open-rate must be a share from 0 to 1 or a percentage, not '${text}'`);
}

/** A journal that cannot be read may hold any number of locks that failed open. */
function exceeds({ failOpenRate, unreadableFiles }: AuditResult, limit: number | undefined): boolean {
  if (limit === undefined) return false;
  if (failOpenRate === null || failOpenRate <= limit) {
    if (unreadableFiles > 0) note("the fail-open rate is unknown without what could not be read");
    return unreadableFiles > 0;
  }
  note(`the fail-open rate of ${formatRate(failOpenRate)} is above ${formatRate(limit)}`);
  return true;
}
