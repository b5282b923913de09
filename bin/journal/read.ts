/** `pact-hooks journal read`: prints the events of a selection. */
import { journalRoot } from "../../shared/journal/sessionFolder.ts";
import { type JournalEvent, readEvents } from "../../shared/journal/sessionJournal.ts";
import { messageOf } from "../../shared/system/errors.ts";
import { runnerOf } from "../cli/command.ts";
import { plural } from "../cli/format.ts";
import { note, print } from "../cli/output.ts";
import { screenOf } from "../cli/terminal.ts";
import { eventLine, jsonLine } from "./eventLine.ts";
import { type FoundJournal, findJournals, type Trouble } from "./findJournals.ts";
import { filterFor, timeOf } from "./selection.ts";
import { noteUnmatched, SELECTION_OPTIONS, selectionOf } from "./selectionOptions.ts";

const USAGE = `Usage: pact-hooks journal read [OPTIONS]

Prints events session by session, oldest session first, in the order of each journal.

Options:
  --type TYPE     only events of this type; repeatable
  --session ID    only this session
  --project DIR   only this project, and projects in folders below it
  --since WHEN    start: an age (12h, 7d) or a date (2026-01-31)
  --until WHEN    end, in the same form; a date includes that day
  --json          print JSON, one event per line
  -h, --help      show this help

Examples:
  pact-hooks journal read --type lock_fail_open --type lock_reaped --since 7d
  pact-hooks journal read --project . --json | jq -r .type | sort | uniq -c
`;

export const run = runnerOf({
  usage: USAGE,
  options: { ...SELECTION_OPTIONS, type: { type: "string", multiple: true }, json: { type: "boolean" } },
  takes: "nothing",
  run({ type: types, json, ...values }) {
    const selection = { ...selectionOf(values), types };
    const filter = filterFor(selection);
    const screen = screenOf(process.stdout, process.env);
    const line = (event: JournalEvent) => (json ? jsonLine(event) : eventLine(event, screen));
    const tally = { badLines: 0 };
    let isEmpty = true;
    const trouble = ({ path, message }: Trouble) => note(`could not read ${path}: ${message}`);
    for (const journal of inOrder(journalRoot(), trouble)) {
      try {
        for (const event of readEvents(journal.path, tally)) {
          if (!filter(event, timeOf(event), journal)) continue;
          isEmpty = false;
          if (!print(line(event))) return 0;
        }
      } catch (error) {
        trouble({ path: journal.path, message: messageOf(error) });
      }
    }
    if (tally.badLines > 0)
      note(`skipped ${plural(tally.badLines, "line")} that could not be parsed as an event`);
    noteUnmatched(filter, selection);
    if (isEmpty) note("no event matches");
    return 0;
  },
});

/** The journals, sorted by their first events. */
function inOrder(root: string, trouble: (found: Trouble) => void): FoundJournal[] {
  const journals = [...findJournals(root, trouble)].map((journal) => ({
    journal,
    first: firstTime(journal),
  }));
  journals.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  return journals.map(({ journal }) => journal);
}

function firstTime({ path }: FoundJournal): string {
  try {
    for (const { ts } of readEvents(path)) return ts;
  } catch {
    // The loop that reads the whole journal reports it.
  }
  return "";
}
