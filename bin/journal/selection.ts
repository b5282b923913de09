/** Which events somebody asked for: of a time, a project, a session, some types. */
import fs from "node:fs";
import path from "node:path";
import type { JournalEvent } from "../../shared/journal/sessionJournal.ts";
import type { FoundJournal } from "./findJournals.ts";

export interface Selection {
  /** Milliseconds since 1970, inclusive. */
  sinceMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  untilMs?: number | undefined;
  /** This project and those in folders below it. */
  projectDir?: string | undefined;
  sessionId?: string | undefined;
  types?: readonly string[] | undefined;
}

export type Filter = (event: JournalEvent, atMs: number, journal: FoundJournal) => boolean;

/** When an event was, in milliseconds since 1970; NaN if its `ts` does not say. */
export function timeOf({ ts }: JournalEvent): number {
  const ms = Date.parse(ts);
  return ms >= MIN_MS && ms < MAX_MS ? ms : Number.NaN;
}

/** The years that have four digits and computers. */
const MIN_MS = Date.UTC(1970, 0, 1);
const MAX_MS = Date.UTC(9999, 11, 31);

export function filterFor({ sinceMs, untilMs, projectDir, sessionId, types }: Selection): Filter {
  const isOfProject = projectDir === undefined ? undefined : projectFilter(projectDir);
  return (event, atMs, journal) =>
    (types === undefined || types.includes(event.type)) &&
    (sinceMs === undefined || atMs >= sinceMs) &&
    (untilMs === undefined || atMs < untilMs) &&
    (sessionId === undefined || event.session_id === sessionId || journal.sessionId === sessionId) &&
    (isOfProject === undefined || isOfProject(event, journal));
}

/**
 * An event is a project's if its project folder is at or below `dir`, else if its target is. One that names neither
 * is if its journal lies in the project's folder of journals, which has the name of the project only.
 */
function projectFilter(dir: string): (event: JournalEvent, journal: FoundJournal) => boolean {
  const named = path.resolve(dir);
  const slug = path.basename(named);
  const real = rememberRealPaths();
  const realDir = real(named);
  const isInside = (file: string) => isAtOrBelow(file, named) || isAtOrBelow(file, realDir);
  return ({ project_dir, target }, journal) => {
    if (typeof project_dir === "string") return isInside(project_dir) || isInside(real(project_dir));
    if (typeof target === "string") return isInside(target);
    return journal.slug === slug;
  };
}

function isAtOrBelow(file: string, dir: string): boolean {
  return file === dir || file.startsWith(dir.endsWith(path.sep) ? dir : dir + path.sep);
}

const MAX_REMEMBERED = 1000;

/** The real path of a folder, or the path itself if the folder is gone; asked for once. */
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
    return fs.realpathSync(dir);
  } catch {
    return path.resolve(dir);
  }
}
