import { isCode } from "../shared/system/errors.ts";
import { UsageError } from "./cli/usage.ts";

const USAGE = `Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of DIR's CLAUDE.md and show what it does
  doctor [DIR]     look whether DIR's CLAUDE.md and its lock are healthy, and say what to do
  audit            show how often the lock failed open, why, for which files and who held it
  journal          read, follow, write or prune the session journals
  restore [ID]     bring back a CLAUDE.md as it was before a session first changed it
  install [DIR]    add the hooks to DIR's settings, for those who do not use the plugin system
  uninstall [DIR]  take hooks, blocks and lock files out again; the rest stays byte for byte

Options:
  -h, --help       this text; after a command, the command's
  -V, --version    the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`;

type Run = (args: string[]) => number | Promise<number>;

/** Each command's code is loaded only to run it. */
const COMMANDS: Record<string, () => Promise<Run>> = {
  try: async () => (await import("./try.ts")).runTry,
  doctor: async () => (await import("./doctor.ts")).runDoctor,
  audit: async () => (await import("./audit.ts")).runAudit,
  journal: async () => (await import("./journal.ts")).runJournal,
  restore: async () => (await import("./restore.ts")).runRestore,
  install: async () => (await import("./install.ts")).runInstall,
  uninstall: async () => (await import("./uninstall.ts")).runUninstall,
};

async function main([command, ...rest]: string[]): Promise<number> {
  if (command === "-h" || command === "--help") return print(USAGE);
  if (command === "-V" || command === "--version") return print(`${PACT_HOOKS_VERSION}\n`);
  if (command === undefined) throw new UsageError("a command is missing", USAGE);
  if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`there is no command '${command}'`, USAGE);
  const load = COMMANDS[command] as (typeof COMMANDS)[string];
  return (await load())(rest);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on("error", (error) => {
  if (!isCode(error, "EPIPE")) throw error;
  process.exit();
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`pact-hooks: ${error.message}\n\n${error.usage}`);
  process.exitCode = 2;
}
