/** `pact-hooks journal prune`: removes old sessions. */
import { journalRoot } from "../../shared/journal/sessionFolder.ts";
import { messageOf } from "../../shared/system/errors.ts";
import { truncate } from "../../shared/text/characters.ts";
import { runnerOf, UsageError } from "../cli/command.ts";
import { formatBytes, plural } from "../cli/format.ts";
import { note, print } from "../cli/output.ts";
import { screenOf, shown } from "../cli/terminal.ts";
import type { Trouble } from "./findJournals.ts";
import { parseAge } from "./moment.ts";
import { findOldSessions, type OldSession, removeSession } from "./oldSessions.ts";

const USAGE = `Usage: pact-hooks journal prune --older-than AGE [--yes]

Lists the sessions whose last event is older than AGE, and their size. With --yes, removes them: only files of
pact-hooks, never through a link. A session in whose folder another program has written, as the PACT plugin does, is
kept; so are unattributed events.

Options:
  --older-than AGE   such as 90d, 12w or 24h
  --yes              remove the sessions
  -h, --help         show this help

Examples:
  pact-hooks journal prune --older-than 90d
  pact-hooks journal prune --older-than 90d --yes
`;

/** In characters: of a file or an event's type that another program has chosen. */
const MAX_NAME = 64;

/** Exits 1 if a session could not be read or removed. */
export const run = runnerOf({
  usage: USAGE,
  options: { "older-than": { type: "string" }, yes: { type: "boolean" } },
  takes: "nothing",
  run({ "older-than": text, yes = false }) {
    if (text === undefined) throw new UsageError("prune needs --older-than");
    const age = parseAge(text);
    if (!age) throw new UsageError(`--older-than must be an age such as 90d, not '${text}'`);
    return prune(Date.now() - age, yes);
  },
});

function prune(beforeMs: number, isForReal: boolean): number {
  let [sessions, bytes, kept, failures] = [0, 0, 0, 0];
  const trouble = ({ path, message }: Trouble) => {
    failures++;
    note(`${path}: ${message}`);
  };
  for (const session of findOldSessions(journalRoot(), beforeMs, trouble)) {
    if (session.foreign !== undefined) {
      kept++;
      print(
        `kept ${nameOf(session)}: another program has written into it (${onScreen(truncate(session.foreign, MAX_NAME))})\n`,
      );
      continue;
    }
    if (isForReal && !remove(session, trouble)) continue;
    sessions++;
    bytes += session.bytes;
    print(lineFor(session, isForReal));
  }
  const total = `${plural(sessions, "session")}, ${formatBytes(bytes)}`;
  const rest = kept > 0 ? ` Kept ${plural(kept, "session")} into which another program has written.` : "";
  if (sessions + kept === 0) print("No session is that old.\n");
  else if (sessions === 0) print(`Nothing to remove.${rest}\n`);
  else
    print(`${isForReal ? `Removed ${total}.` : `Would remove ${total}. Add --yes to remove them.`}${rest}\n`);
  return failures > 0 ? 1 : 0;
}

function remove(session: OldSession, trouble: (found: Trouble) => void): boolean {
  try {
    if (removeSession(session)) return true;
    trouble({ path: session.dir, message: "kept, because a process has just written into it" });
  } catch (error) {
    trouble({ path: session.dir, message: messageOf(error) });
  }
  return false;
}

function lineFor(session: OldSession, isForReal: boolean): string {
  const verb = isForReal ? "removed" : "would remove";
  const day = new Date(session.lastMs).toISOString().slice(0, 10);
  return `${verb} ${nameOf(session)}, last event ${day}, ${formatBytes(session.bytes)}\n`;
}

const nameOf = ({ slug, sessionId }: OldSession) => onScreen(`${slug}/${sessionId}`);
const onScreen = (text: string) => shown(text, screenOf(process.stdout, process.env));
