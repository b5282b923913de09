/** `pact-hooks journal`: the session journals, for a person and for a shell script. */

import { print } from "./cli/output.ts";
import { UsageError } from "./cli/usage.ts";
import { runJournalPrune } from "./journal/prune.ts";
import { runJournalRead } from "./journal/read.ts";
import { runJournalTail } from "./journal/tail.ts";
import { runJournalWrite } from "./journal/write.ts";

const USAGE = `Usage: pact-hooks journal COMMAND [OPTIONS]

Commands:
  read    print events
  tail    print events as they are written
  write   append an event
  prune   remove the journals of old sessions

Each has a --help of its own. The events are described in docs/journal.md.

Examples:
  pact-hooks journal read --type lock_fail_open --since 7d
  pact-hooks journal tail --project .
  pact-hooks journal write mytool.deployed version=1.2 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal prune --older-than 90d
`;

type Run = (args: string[]) => number | Promise<number>;

const COMMANDS: Record<string, Run> = {
  read: runJournalRead,
  tail: runJournalTail,
  write: runJournalWrite,
  prune: runJournalPrune,
};

/** @returns the exit code @throws {UsageError} */
export function runJournal([command, ...rest]: string[]): number | Promise<number> {
  if (command === "-h" || command === "--help") {
    print(USAGE);
    return 0;
  }
  if (command === undefined) throw new UsageError("journal needs a command", USAGE);
  if (!Object.hasOwn(COMMANDS, command))
    throw new UsageError(`there is no command 'journal ${command}'`, USAGE);
  return (COMMANDS[command] as Run)(rest);
}
