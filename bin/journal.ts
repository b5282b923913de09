/** `pact-hooks journal`: reads, follows, writes and prunes the session journals. */
import { runnerOfGroup } from "./cli/command.ts";
import { run as runPrune } from "./journal/prune.ts";
import { run as runRead } from "./journal/read.ts";
import { run as runTail } from "./journal/tail.ts";
import { run as runWrite } from "./journal/write.ts";

const USAGE = `Usage: pact-hooks journal COMMAND [OPTIONS]

Commands:
  read    print events
  tail    print events as they are written
  write   append an event
  prune   remove the journals of old sessions

Each command has its own --help. docs/journal.md describes the events.

Examples:
  pact-hooks journal read --type lock_fail_open --since 7d
  pact-hooks journal tail --project .
  pact-hooks journal write mytool.deployed version=1.2 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal prune --older-than 90d
`;

export const run = runnerOfGroup(USAGE, {
  read: runRead,
  tail: runTail,
  write: runWrite,
  prune: runPrune,
});
