import { runTry } from "./try.ts";
import { UsageError } from "./usage.ts";

const USAGE = `Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]   run the session-start hook on a copy of DIR's CLAUDE.md and show what it does

Options:
  -h, --help      this text; after a command, the command's
  -V, --version   the version

Example:
  pact-hooks try ~/my-project
`;

const COMMANDS: Record<string, (args: string[]) => number> = { try: runTry };

function main([command, ...rest]: string[]): number {
  if (command === "-h" || command === "--help") return print(USAGE);
  if (command === "-V" || command === "--version") return print(`${PACT_HOOKS_VERSION}\n`);
  if (command === undefined) throw new UsageError("a command is missing", USAGE);
  if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`there is no command '${command}'`, USAGE);
  return (COMMANDS[command] as (typeof COMMANDS)[string])(rest);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`pact-hooks: ${error.message}\n\n${error.usage}`);
  process.exitCode = 2;
}
