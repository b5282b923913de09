/** The command line: runs the command that the first argument names. */
import { exitCodeOf, type Run, reportFailure, runnerOfGroup } from "./cli/command.ts";
import { printLine } from "./cli/output.ts";

const USAGE = `Usage: pact-hooks COMMAND [OPTIONS]

Commands:
  try [DIR]        run the session-start hook on a copy of CLAUDE.md and show the result
  doctor [DIR]     check CLAUDE.md and its lock, and suggest fixes
  audit            report how often the lock failed open, why, for which files, and who held it
  journal          read, follow, write or prune the session journals
  block            put a block of another tool into a file, or remove it
  restore [ID]     restore CLAUDE.md to the version before a session first changed it
  install [DIR]    add the hooks to the project's settings, for use without the plugin system
  uninstall [DIR]  remove hooks, blocks and lock files; everything else stays byte for byte

DIR is the project's folder (default: the current folder).

Options:
  -h, --help       show this help; \`pact-hooks help COMMAND\` shows a command's own
  -V, --version    show the version

Examples:
  pact-hooks try ~/my-project
  pact-hooks doctor
  pact-hooks audit --since 7d
  pact-hooks journal read --type lock_fail_open
  pact-hooks install --dry-run
`;

const printVersion: Run = () =>
  exitCodeOf(USAGE, () => {
    printLine(PACT_HOOKS_VERSION);
    return 0;
  });

/** Each command's code is loaded only to run it. */
const run = runnerOfGroup(USAGE, {
  try: async (args) => (await import("./try.ts")).run(args),
  doctor: async (args) => (await import("./doctor.ts")).run(args),
  audit: async (args) => (await import("./audit.ts")).run(args),
  journal: async (args) => (await import("./journal.ts")).run(args),
  block: async (args) => (await import("./block.ts")).run(args),
  restore: async (args) => (await import("./restore.ts")).run(args),
  install: async (args) => (await import("./install.ts")).run(args),
  uninstall: async (args) => (await import("./uninstall.ts")).run(args),
  version: printVersion,
  "-V": printVersion,
  "--version": printVersion,
});

// A file that cannot be loaded is reported as what a command throws is.
process.exitCode = await run(process.argv.slice(2)).catch(reportFailure);
