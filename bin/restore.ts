/** `pact-hooks restore`: brings back a CLAUDE.md as it was before a session first changed it. */
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { journalRoot } from "../shared/journal/sessionFolder.ts";
import { type JournalEvent, readEvents } from "../shared/journal/sessionJournal.ts";
import { messageOf } from "../shared/system/errors.ts";
import { printable } from "../shared/text/characters.ts";
import { updateFile } from "../shared/update/updateFile.ts";
import { showDiff } from "./cli/diff.ts";
import { paint } from "./cli/paint.ts";
import { parseArguments, UsageError } from "./cli/usage.ts";
import { findJournals } from "./journal/findJournals.ts";

const USAGE = `Usage: pact-hooks restore [ID] [--project DIR] [--yes]
       pact-hooks restore --list [--project DIR]

Before a session first changes a CLAUDE.md, the file as it was is kept in the session's journal folder. This lists what
was kept, or brings one back, through the lock, after showing what would change.

  ID              from the list, or its start; default: the latest
  --list          list what was kept, latest first
  --project DIR   of this project only (default: the current folder; with --list: all)
  -y, --yes       do not ask
  -h, --help      this text

Examples:
  pact-hooks restore --list
  pact-hooks restore 3f2b8c1e
`;

interface Backup {
  id: string;
  ts: string;
  /** The real file that it was. */
  target: string;
  file: string;
  projectDir: string | undefined;
}

/** @returns the exit code @throws {UsageError} */
export async function runRestore(args: string[]): Promise<number> {
  const options = {
    list: { type: "boolean" },
    project: { type: "string" },
    yes: { type: "boolean", short: "y" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values, positionals } = parseArguments({ args, allowPositionals: true, options }, USAGE);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 1 || (values.list && positionals.length > 0)) {
    throw new UsageError("restore takes one ID, or --list", USAGE);
  }
  const project = values.project ?? (values.list || positionals[0] ? undefined : ".");
  const backups = findBackups(project && path.resolve(project));
  if (values.list) return list(backups);
  const matching = positionals[0]
    ? backups.filter(({ id }) => id.startsWith(positionals[0] as string))
    : backups.slice(0, 1);
  const [backup, ...others] = matching;
  if (!backup)
    throw new UsageError(
      `nothing was kept${positionals[0] ? ` under ${positionals[0]}` : " for this project"}`,
      USAGE,
    );
  if (others.length > 0) throw new UsageError(`more than one ID starts with ${positionals[0]}`, USAGE);
  return restore(backup, values.yes === true);
}

/** Latest first. What is no longer there is left out. */
function findBackups(projectDir: string | undefined): Backup[] {
  const found: Backup[] = [];
  for (const journal of findJournals(journalRoot(), () => {})) {
    const events = [...readBackupEvents(journal.path)];
    for (const [index, event] of events.entries()) {
      const backup = asBackup(event, index, path.basename(path.dirname(journal.path)));
      if (backup && (!projectDir || backup.projectDir === projectDir)) found.push(backup);
    }
  }
  return found.sort((a, b) => (a.ts < b.ts ? 1 : -1));
}

function* readBackupEvents(journal: string): Generator<JournalEvent> {
  try {
    for (const event of readEvents(journal)) if (event.type === "backup_kept") yield event;
  } catch {
    // A journal that cannot be read has nothing to offer.
  }
}

/** A session that changed more than one file has an ID for each. */
function asBackup(event: JournalEvent, index: number, sessionId: string): Backup | null {
  const { ts, target, backup: file, project_dir: projectDir } = event;
  if (typeof target !== "string" || typeof file !== "string" || !fs.existsSync(file)) return null;
  const id = index === 0 ? sessionId : `${sessionId}/${index + 1}`;
  return { id, ts, target, file, projectDir: typeof projectDir === "string" ? projectDir : undefined };
}

function list(backups: Backup[]): number {
  if (backups.length === 0) process.stdout.write("Nothing was kept yet.\n");
  for (const { id, ts, target, file } of backups) {
    const bytes = fs.statSync(file).size;
    process.stdout.write(
      `${paint("cyan", printable(id))}  ${ts.slice(0, 19)}Z  ${bytes} bytes  ${printable(target)}\n`,
    );
  }
  return 0;
}

async function restore({ file, target }: Backup, yes: boolean): Promise<number> {
  const before = fs.readFileSync(file, "utf8");
  const now = fs.existsSync(target) ? fs.readFileSync(target, "utf8") : "";
  if (now === before) {
    process.stdout.write(`${printable(target)} is as it was then.\n`);
    return 0;
  }
  showDiff(now, before, target);
  if (!yes && !(await confirm(`Restore ${printable(target)}? [y/N] `))) {
    process.stdout.write("Nothing was changed.\n");
    return 1;
  }
  const { outcome, message } = updateFile(target, () => before, { hook: "restore" });
  process.stdout.write(`${printable(target)}: ${outcome === "written" ? "restored" : outcome}\n`);
  if (message) process.stderr.write(`pact-hooks: ${printable(message)}\n`);
  return outcome === "written" ? 0 : 1;
}

/** Nobody there to answer is a no. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write("pact-hooks: to restore it without being asked: --yes\n");
    return false;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test(await prompt.question(question));
  } catch (error) {
    process.stderr.write(`pact-hooks: ${messageOf(error)}\n`);
    return false;
  } finally {
    prompt.close();
  }
}
