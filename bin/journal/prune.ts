import { journalRoot } from "../../shared/journal/sessionFolder.ts";
import { messageOf } from "../../shared/system/errors.ts";
import { runnerOf, UsageError } from "../cli/command.ts";
import { formatBytes, plural } from "../cli/format.ts";
import { note, print } from "../cli/output.ts";
import { screenOf, shown } from "../cli/terminal.ts";
import type { Trouble } from "./findJournals.ts";
import { parseAge } from "./moment.ts";
import { findOldSessions, type OldSession, removeSession } from "./oldSessions.ts";

const USAGE = `Usage: pact-hooks journal prune --older-than AGE [--yes]

Shows the sessions whose last event is older than AGE, and how much their journals take; with --yes removes them.
Only our own files are removed, a link is never followed, and unattributed events are kept.

Options:
  --older-than AGE   such as 90d, 12w or 24h
  --yes              remove them
  -h, --help         this text

Examples:
  pact-hooks journal prune --older-than 90d
  pact-hooks journal prune --older-than 90d --yes
`;

/** The exit code is 1 if something could not be read or removed. */
export const run = runnerOf({
  usage: USAGE,
  options: { "older-than": { type: "string" }, yes: { type: "boolean" } },
  takes: "nothing",
  run({ "older-than": text, yes = false }) {
    if (text === undefined) throw new UsageError("prune needs --older-than");
    const age = parseAge(text);
    if (!age) throw new UsageError(`--older-than is an age such as 90d, not '${text}'`);
    return prune(Date.now() - age, yes);
  },
});

function prune(beforeMs: number, isForReal: boolean): number {
  let [sessions, bytes, failures] = [0, 0, 0];
  const trouble = ({ path, message }: Trouble) => {
    failures++;
    note(`${path}: ${message}`);
  };
  for (const session of findOldSessions(journalRoot(), beforeMs, trouble)) {
    if (isForReal && !remove(session, trouble)) continue;
    sessions++;
    bytes += session.bytes;
    print(lineFor(session, isForReal));
  }
  const total = `${plural(sessions, "session")}, ${formatBytes(bytes)}`;
  if (sessions === 0) print("Nothing is that old.\n");
  else
    print(isForReal ? `Removed ${total}.\n` : `Would remove ${total}. Nothing is removed without --yes.\n`);
  return failures > 0 ? 1 : 0;
}

function remove(session: OldSession, trouble: (found: Trouble) => void): boolean {
  try {
    if (removeSession(session)) return true;
    trouble({ path: session.dir, message: "kept, for somebody has just written into it" });
  } catch (error) {
    trouble({ path: session.dir, message: messageOf(error) });
  }
  return false;
}

function lineFor({ slug, sessionId, lastMs, bytes }: OldSession, isForReal: boolean): string {
  const name = shown(`${slug}/${sessionId}`, screenOf(process.stdout, process.env));
  const verb = isForReal ? "removed" : "would remove";
  return `${verb} ${name}, last event ${new Date(lastMs).toISOString().slice(0, 10)}, ${formatBytes(bytes)}\n`;
}
