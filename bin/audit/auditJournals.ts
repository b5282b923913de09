/** Reads all journals for an audit. */
import { readEvents } from "../../shared/journal/sessionJournal.ts";
import { messageOf } from "../../shared/system/errors.ts";
import { type FoundJournal, findJournals, type Trouble } from "../journal/findJournals.ts";
import { type Filter, timeOf } from "../journal/selection.ts";
import { type Figures, LockAudit } from "./lockAudit.ts";

export interface AuditResult extends Figures {
  /** Journals that were read, whole or in part. */
  files: number;
  /** Journals that could not be read, or only in part. */
  unreadableFiles: number;
  /** The first of them. */
  unreadable: Trouble[];
  /** Lines that are not events, and events without a valid time. */
  badLines: number;
}

export interface AuditProgress {
  files: number;
  events: number;
}

const MAX_NAMED = 5;
/** The number of events between two calls of `tick`. */
const EVENTS_PER_TICK = 4096;

/**
 * Reads all journals below `root` once, in memory that does not grow with them.
 * @param tick gets the progress every few thousand events
 */
export function auditJournals(
  root: string,
  filter: Filter,
  tick: (progress: AuditProgress) => void = () => {},
): AuditResult {
  const audit = new LockAudit();
  const tally = { badLines: 0 };
  const progress = { files: 0, events: 0 };
  let unreadableFiles = 0;
  const unreadable: Trouble[] = [];
  const fail = (found: Trouble) => {
    if (++unreadableFiles <= MAX_NAMED) unreadable.push(found);
  };
  for (const journal of findJournals(root, fail)) {
    progress.files++;
    try {
      auditOne(journal, audit, filter, tally, () => {
        if (++progress.events % EVENTS_PER_TICK === 0) tick(progress);
      });
    } catch (error) {
      fail({ path: journal.path, message: messageOf(error) });
    }
  }
  return { files: progress.files, unreadableFiles, unreadable, badLines: tally.badLines, ...audit.figures() };
}

function auditOne(
  journal: FoundJournal,
  audit: LockAudit,
  filter: Filter,
  tally: { badLines: number },
  eachEvent: () => void,
): void {
  audit.startJournal();
  for (const event of readEvents(journal.path, tally)) {
    const atMs = timeOf(event);
    if (Number.isNaN(atMs)) tally.badLines++;
    else audit.add(event, atMs, filter(event, atMs, journal));
    eachEvent();
  }
}
