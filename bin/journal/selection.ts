/** Selects events by time, project, session and type. */
import fs from "node:fs";
import path from "node:path";
import { slugsOf } from "../../shared/journal/sessionFolder.ts";
import type { JournalEvent } from "../../shared/journal/sessionJournal.ts";
import { comparable } from "../../shared/system/platform.ts";
import type { FoundJournal } from "./findJournals.ts";

export interface Selection {
  /** Milliseconds since 1970, inclusive. */
  sinceMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  untilMs?: number | undefined;
  /** This project and projects in folders below it. */
  projectDir?: string | undefined;
  sessionId?: string | undefined;
  types?: readonly string[] | undefined;
}

/** What no event has had so far, of what a selection names. */
export interface Unmatched {
  project: boolean;
  session: boolean;
  types: string[];
}

export interface Filter {
  (event: JournalEvent, atMs: number, journal: FoundJournal): boolean;
  unmatched(): Unmatched;
}

/** The time of an event in milliseconds since 1970; NaN if its `ts` is not a time. */
export function timeOf({ ts }: JournalEvent): number {
  const ms = Date.parse(ts);
  return ms >= MIN_MS && ms < MAX_MS ? ms : Number.NaN;
}

/** Years of four digits, since 1970. */
const MIN_MS = Date.UTC(1970, 0, 1);
const MAX_MS = Date.UTC(9999, 11, 31);

/** Makes the filter of a selection, which remembers what no event had: a mistyped name looks like no activity. */
export function filterFor({ sinceMs, untilMs, projectDir, sessionId, types }: Selection): Filter {
  const isOfProject = projectDir === undefined ? undefined : projectFilter(projectDir);
  const unmatched = {
    project: projectDir !== undefined,
    session: sessionId !== undefined,
    types: new Set(types),
  };
  const filter = (event: JournalEvent, atMs: number, journal: FoundJournal): boolean => {
    const ofSession =
      sessionId === undefined || event.session_id === sessionId || journal.sessionId === sessionId;
    if (ofSession) unmatched.session = false;
    if (unmatched.types.size > 0) unmatched.types.delete(event.type);
    const others =
      ofSession &&
      (types === undefined || types.includes(event.type)) &&
      (sinceMs === undefined || atMs >= sinceMs) &&
      (untilMs === undefined || atMs < untilMs);
    if (!others && !unmatched.project) return false;
    const ofProject = isOfProject === undefined || isOfProject(event, journal);
    if (ofProject) unmatched.project = false;
    return others && ofProject;
  };
  return Object.assign(filter, { unmatched: () => ({ ...unmatched, types: [...unmatched.types] }) });
}

/**
 * An event belongs to a project if its project folder, or else its target, is at or below `dir`. An event that names
 * neither belongs to it if its journal lies in a folder of the project's sessions.
 */
function projectFilter(dir: string): (event: JournalEvent, journal: FoundJournal) => boolean {
  const named = path.resolve(dir);
  const slugs = slugsOf(named);
  const real = rememberRealPaths();
  const realDir = real(named);
  const isInside = (file: string) => isAtOrBelow(file, named) || isAtOrBelow(file, realDir);
  return ({ project_dir, target }, journal) => {
    if (typeof project_dir === "string") return isInside(project_dir) || isInside(real(project_dir));
    if (typeof target === "string") return isInside(target);
    return journal.slug !== undefined && slugs.includes(journal.slug);
  };
}

function isAtOrBelow(file: string, dir: string): boolean {
  const [below, above] = [comparable(file), comparable(dir)];
  return below === above || below.startsWith(above.endsWith(path.sep) ? above : above + path.sep);
}

const MAX_REMEMBERED = 1000;

/** The real path of a folder, or the path itself if the folder is gone. Each folder is resolved once. */
function rememberRealPaths(): (dir: string) => string {
  const known = new Map<string, string>();
  return (dir) => {
    const remembered = known.get(dir);
    if (remembered !== undefined) return remembered;
    const real = realPathOf(dir);
    if (known.size < MAX_REMEMBERED) known.set(dir, real);
    return real;
  };
}

function realPathOf(dir: string): string {
  try {
    return fs.realpathSync.native(dir);
  } catch {
    return path.resolve(dir);
  }
}
