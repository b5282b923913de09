/** `pact-hooks journal follow`: prints events as they are written. */
import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { journalRoot } from "../../shared/journal/sessionFolder.ts";
import type { JournalEvent } from "../../shared/journal/sessionJournal.ts";
import { runnerOf } from "../cli/command.ts";
import { note, print } from "../cli/output.ts";
import { screenOf } from "../cli/terminal.ts";
import { eventLine, jsonLine } from "./eventLine.ts";
import { type FoundJournal, findJournals } from "./findJournals.ts";
import { JournalFollower } from "./follower.ts";
import { type Filter, filterFor, timeOf } from "./selection.ts";
import { noteUnknownTypes, selectionOf } from "./selectionOptions.ts";

const USAGE = `Usage: pact-hooks journal follow [OPTIONS]

Prints new events as they are written, until Ctrl-C. Includes the journals of sessions that start later.

Options:
  --type TYPE     only events of this type; repeatable
  --session ID    only this session
  --project DIR   only this project, and projects in folders below it
  --json          print JSON, one event per line
  -h, --help      show this help

Examples:
  pact-hooks journal follow
  pact-hooks journal follow --type lock_fail_open --json
`;

const MIN_PAUSE_MS = 150;
/** Polling takes at most this share of the time, however many journals there are. */
const POLL_SHARE = 0.05;
/** Journals that are kept open: far fewer than a process may have open. */
const MAX_OPEN = 200;

/** Ends after SIGINT, or when the reader of the output has gone. */
export const run = runnerOf({
  usage: USAGE,
  options: {
    session: { type: "string" },
    project: { type: "string" },
    type: { type: "string", multiple: true },
    json: { type: "boolean" },
  },
  takes: "nothing",
  async run({ type: types, json, ...values }) {
    const filter = filterFor({ ...selectionOf(values), types });
    noteUnknownTypes(types?.filter((type) => !type.includes(".")));
    const screen = screenOf(process.stdout, process.env);
    const line = (event: JournalEvent) => (json ? jsonLine(event) : eventLine(event, screen));
    const interrupted = new AbortController();
    process.once("SIGINT", () => interrupted.abort());
    await follow(filter, (event) => print(line(event)), interrupted.signal);
    return 0;
  },
});

/** @param emit returns false to end */
async function follow(
  filter: Filter,
  emit: (event: JournalEvent) => boolean,
  interrupted: AbortSignal,
): Promise<void> {
  const root = journalRoot();
  const followers = new Map<string, JournalFollower>();
  for (const { path } of newestFirst(listJournals(root))) addFollower(followers, path).skipToEnd();
  note(`following the journals in ${root}; press Ctrl-C to stop`);
  while (!interrupted.aborted) {
    const startedAt = performance.now();
    if (!poll(root, followers, filter, emit)) return;
    const tookMs = performance.now() - startedAt;
    await pause(Math.max(MIN_PAUSE_MS, tookMs / POLL_SHARE), interrupted);
  }
}

/** Emits the new events of all journals, sorted by time. @returns false once `emit` does */
function poll(
  root: string,
  followers: Map<string, JournalFollower>,
  filter: Filter,
  emit: (event: JournalEvent) => boolean,
): boolean {
  const events: JournalEvent[] = [];
  for (const journal of listJournals(root)) {
    const follower = followers.get(journal.path) ?? addFollower(followers, journal.path);
    try {
      for (const event of follower.newEvents()) if (filter(event, timeOf(event), journal)) events.push(event);
    } catch {
      // The next poll may be able to read it.
      follower.close();
    }
  }
  events.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  return events.every(emit);
}

function addFollower(followers: Map<string, JournalFollower>, path: string): JournalFollower {
  const follower = new JournalFollower(path, followers.size < MAX_OPEN);
  followers.set(path, follower);
  return follower;
}

function listJournals(root: string): FoundJournal[] {
  return [...findJournals(root, () => {})];
}

/** Sorted so that the newest journals are the ones kept open. */
function newestFirst(journals: FoundJournal[]): FoundJournal[] {
  const changedAt = ({ path }: FoundJournal) => fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return journals
    .map((journal) => ({ journal, at: changedAt(journal) }))
    .sort((a, b) => b.at - a.at)
    .map(({ journal }) => journal);
}

async function pause(ms: number, interrupted: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal: interrupted });
  } catch {
    // Interrupted: the loop ends.
  }
}
