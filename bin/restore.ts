/** `pact-hooks restore`: restores a CLAUDE.md to the version before a session first changed it. */
import { isUtf8 } from "node:buffer";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { journalDirOf, workTreeOf } from "../shared/git/workTree.ts";
import { type JournalAddress, journalRoot } from "../shared/journal/sessionFolder.ts";
import { type JournalEvent, readEvents, report } from "../shared/journal/sessionJournal.ts";
import { isUnknown, messageOf, Refusal, whatToDo, whyNot } from "../shared/system/errors.ts";
import { isThere, writeWhole } from "../shared/system/files.ts";
import { readRegularFile } from "../shared/system/snapshot.ts";
import { isFolderInside, resolveTarget } from "../shared/system/targetPath.ts";
import { printable } from "../shared/text/characters.ts";
import { PROJECT_BACKUP, replacedName } from "../shared/update/backup.ts";
import { updateFile } from "../shared/update/updateFile.ts";
import { runnerOf, UsageError } from "./cli/command.ts";
import { showDiff } from "./cli/diff.ts";
import { plural } from "./cli/format.ts";
import { note, print, printLine } from "./cli/output.ts";
import { paint } from "./cli/terminal.ts";
import { findJournals, type Trouble } from "./journal/findJournals.ts";
import { projectOf } from "./journal/selectionOptions.ts";

const HOOK = "restore";
const USAGE = `Usage: pact-hooks restore [ID] [--project DIR] [--yes]
       pact-hooks restore --list [--project DIR]

Before a session first changes a CLAUDE.md, the file is kept as a backup in the session's journal folder. This command
lists the backups, or restores one under the lock, after it has shown the diff and asked; what it replaces is kept, too.
ID is a backup's ID or the start of one (default: the latest backup of the project's own CLAUDE.md).

Options:
  --list          list the backups, latest first
  --project DIR   only this project (default: the current folder; with an ID or --list, all projects)
  -y, --yes       restore without asking
  -h, --help      show this help

Examples:
  pact-hooks restore --list
  pact-hooks restore 3f2b8c1e
`;

interface Backup {
  id: string;
  ts: string;
  /** The real path of the CLAUDE.md. */
  target: string;
  file: string;
  bytes: number;
  projectDir: string | undefined;
}

export const run = runnerOf({
  usage: USAGE,
  options: {
    list: { type: "boolean" },
    project: { type: "string" },
    yes: { type: "boolean", short: "y" },
  },
  takes: "words",
  run({ list: isList, project, yes = false }, ids) {
    if (ids.length > 1 || (isList && ids.length > 0)) throw new UsageError("restore takes one ID, or --list");
    const [id] = ids;
    let isWhole = true;
    const trouble = ({ path: file, message }: Trouble) => {
      note(`could not read ${file}: ${message}`);
      isWhole = false;
    };
    const backups = findBackups(projectOf(project) ?? (isList || id ? undefined : process.cwd()), trouble);
    if (isList) return printList(backups, isWhole);
    const backup = choose(backups, id);
    return backup ? restore(backup, yes) : tellNoBackup(id, isWhole);
  },
});

/** The backup whose ID starts with `start`, or the latest. @throws {UsageError} if more than one does */
function choose(backups: Backup[], start: string | undefined): Backup | undefined {
  const matching = start
    ? backups.filter(({ id }) => id.startsWith(start))
    : backups.filter(isDefault).slice(0, 1);
  const [first, ...others] = matching;
  const backup = matching.find(({ id }) => id === start) ?? first;
  if (others.length > 0 && backup?.id !== start)
    throw new UsageError(`more than one backup ID starts with ${start}`);
  return backup;
}

function tellNoBackup(start: string | undefined, isWhole: boolean): number {
  const among = isWhole ? "" : " among those that can be read";
  const what = start
    ? `no backup${among} has an ID that starts with ${start}`
    : `this project has no backup${among || " yet"}`;
  note(`${what}. To see all backups: pact-hooks restore --list`);
  return 1;
}

/** The backups that still exist, latest first. @param trouble gets what cannot be read, and may hold or be a backup */
function findBackups(projectDir: string | undefined, trouble: (found: Trouble) => void): Backup[] {
  const found: Backup[] = [];
  for (const journal of findJournals(journalRoot(), trouble)) {
    const events = [...readBackupEvents(journal.path, trouble)];
    // A restore that wrote nothing removes its copy, and the next one may take that name.
    const latest = new Map(events.map((event, index) => [event.backup, index]));
    for (const [index, event] of events.entries()) {
      if (latest.get(event.backup) !== index) continue;
      const backup = asBackup(event, index, path.basename(path.dirname(journal.path)), trouble);
      if (backup && (!projectDir || isSameFolder(backup.projectDir, projectDir))) found.push(backup);
    }
  }
  return found.sort((a, b) => (a.ts < b.ts ? 1 : -1));
}

/** A project may be opened through a link, and need not exist any more. */
function isSameFolder(a: string | undefined, b: string): boolean {
  return a !== undefined && (path.resolve(a) === b || realOf(a) === realOf(b));
}

/** Not the user's own file, nor what a restore has replaced: both are restored by their IDs alone. */
function isDefault({ file, target, projectDir }: Backup): boolean {
  if (path.basename(file) !== PROJECT_BACKUP) return false;
  return projectDir !== undefined && isFolderInside(path.dirname(target), realOf(projectDir));
}

/** The real folder; the path as it is, if it cannot be followed. */
function realOf(folder: string): string {
  try {
    return fs.realpathSync.native(folder);
  } catch {
    return folder;
  }
}

function* readBackupEvents(journal: string, trouble: (found: Trouble) => void): Generator<JournalEvent> {
  try {
    for (const event of readEvents(journal)) if (event.type === "backup_kept") yield event;
  } catch (error) {
    trouble({ path: journal, message: messageOf(error) });
  }
}

/** The backup of an event. A session that changed more than one file has an ID for each. */
function asBackup(
  event: JournalEvent,
  index: number,
  sessionId: string,
  trouble: (found: Trouble) => void,
): Backup | null {
  const { ts, target, backup: file, project_dir: projectDir } = event;
  if (typeof target !== "string" || typeof file !== "string") return null;
  const bytes = sizeOf(file, trouble);
  if (bytes === null) return null;
  const id = index === 0 ? sessionId : `${sessionId}/${index + 1}`;
  return { id, ts, target, file, bytes, projectDir: typeof projectDir === "string" ? projectDir : undefined };
}

/** The bytes of a regular file, or null for anything else. */
function sizeOf(file: string, trouble: (found: Trouble) => void): number | null {
  try {
    const stat = fs.lstatSync(file);
    return stat.isFile() ? stat.size : null;
  } catch (error) {
    if (isUnknown(error)) trouble({ path: file, message: messageOf(error) });
    return null;
  }
}

function printList(backups: Backup[], isWhole: boolean): number {
  if (backups.length === 0 && !isWhole) return 1;
  if (backups.length === 0) printLine("No backups yet.");
  for (const { id, ts, target, bytes } of backups) {
    const details = `${ts.slice(0, 19)}Z  ${plural(bytes, "byte")}  ${target}`;
    print(`${paint("cyan", printable(id))}  ${printable(details)}\n`);
  }
  return 0;
}

async function restore({ file, target, ...kept }: Backup, yes: boolean): Promise<number> {
  const before = readText(file);
  if (before === null) throw new Refusal("is gone", "Choose another one: pact-hooks restore --list", file);
  for (;;) {
    const text = readText(resolveTarget(target).path);
    const shown = text ?? "";
    if (shown === before) return leaveAsItIs(target);
    showDiff(shown, before, target);
    if (!yes && !(await confirm(`Restore ${printable(target)}? [y/N] `))) {
      printLine("Nothing was changed.");
      return 1;
    }
    // The answer is about the text that was shown.
    let isShown = true;
    const replace = (now: string | null) => {
      isShown = (now ?? "") === shown;
      return isShown ? before : null;
    };
    const place = replacedAt(file, kept);
    if (text !== null) keepReplaced(target, text, place);
    const { outcome, message } = updateFile(target, replace, { hook: HOOK, journal: place.journal });
    if (message) note(message);
    if (outcome === "written") {
      printLine(`${target}: restored`);
      return 0;
    }
    // Otherwise a part of it may be overwritten.
    if (outcome === "unchanged" || readText(resolveTarget(target).path) === text)
      fs.rmSync(place.backup, { force: true });
    if (isShown) {
      printLine(`${target}: ${outcome}`);
      return 1;
    }
    note(`${target} has changed since; this is the difference now:`);
  }
}

/** Changes nothing, but removes the claim of a restore that has crashed after it was done. */
function leaveAsItIs(target: string): number {
  const { outcome, message } = updateFile(target, () => null, { hook: HOOK });
  if (message) note(message);
  if (outcome === "unchanged") printLine(`${target} already has that content.`);
  return outcome === "unchanged" ? 0 : 1;
}

/**
 * Keeps what a restore replaces, before it does: no block of ours holds that text if we are killed at that moment.
 * @throws {Refusal} if it cannot be kept
 */
function keepReplaced(target: string, text: string, { backup, journal }: Place): void {
  try {
    writeWhole(backup, Buffer.from(text));
  } catch (error) {
    throw new Refusal(
      `could not be kept as it is (${whyNot(error)})`,
      `${whatToDo(error)}: ${backup}`,
      target,
    );
  }
  const fields = { target: resolveTarget(target).path, backup, project_dir: journal.projectDir };
  report("backup_kept", fields, { hook: HOOK, journal });
}

/** Where to keep what a restore replaces, and where to say so. */
interface Place {
  backup: string;
  journal: JournalAddress;
}

/** What a restore replaces becomes a backup of the same session. */
function replacedAt(file: string, { id, projectDir }: Pick<Backup, "id" | "projectDir">): Place {
  const folder = path.dirname(file);
  let number = 1;
  while (isThere(path.join(folder, replacedName(number)))) number++;
  const [sessionId] = id.split("/");
  const journal = { sessionId, projectDir: projectDir && journalDirOf(projectDir, workTreeOf(projectDir)) };
  return { backup: path.join(folder, replacedName(number)), journal };
}

/** The text of a file, null if it does not exist. @throws {Refusal} if it is not a regular file, or not UTF-8 */
function readText(file: string): string | null {
  const bytes = readRegularFile(file)?.bytes;
  if (!bytes) return null;
  if (!isUtf8(bytes)) throw new Refusal("is not UTF-8 text", "Copy it by hand.", file);
  return bytes.toString("utf8");
}

/** Asks on the terminal. Anything but a yes, the end of the input included, is a no. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    note("standard input is not a terminal; use --yes to restore without asking");
    return false;
  }
  print(question);
  for await (const answer of createInterface({ input: process.stdin })) {
    return /^y(es)?$/i.test(answer.trim());
  }
  return false;
}
