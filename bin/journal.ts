/** `pact-hooks journal`: reads, follows, writes and prunes the session journals. */
import { runnerOfGroup } from "./cli/command.ts";
import { run as runFollow } from "./journal/follow.ts";
import { run as runPrune } from "./journal/prune.ts";
import { run as runRead } from "./journal/read.ts";
import { run as runWrite } from "./journal/write.ts";

const USAGE = `Usage: pact-hooks journal COMMAND [OPTIONS]

Commands:
  read     print events
  follow   print events as they are written
  write    append an event
  prune    remove the journals of old sessions

\`pact-hooks journal help COMMAND\` shows a command's own help. docs/journal.md describes the events.

Examples:
  pact-hooks journal read --type lock_fail_open --since 7d
  pact-hooks journal follow --project .
  pact-hooks journal write mytool.deployed version=1.2 --session "$CLAUDE_CODE_SESSION_ID"
  pact-hooks journal prune --older-than 90d
`;

export const run = runnerOfGroup(USAGE, {
  read: runRead,
  follow: runFollow,
  // The name that older versions know it by.
  tail: runFollow,
  write: runWrite,
  prune: runPrune,
});
