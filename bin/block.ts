/** `pact-hooks block`: keeps a block of a tool's own in a file that others write, too. */
import { isUtf8 } from "node:buffer";
import path from "node:path";
import { assertBlock, assertMarkers, type BlockMarkers, withBlock } from "../shared/text/block.ts";
import { afterByteOrderMark } from "../shared/text/frontMatter.ts";
import { blockRemoval, removeBlock, updateBlock } from "../shared/update/updateBlock.ts";
import { isFolder, runnerOf, runnerOfGroup, UsageError } from "./cli/command.ts";
import { readInput } from "./cli/input.ts";
import { printLine } from "./cli/output.ts";
import { make, type NamedChange, showAll } from "./install/changes.ts";

const USAGE = `Usage: pact-hooks block COMMAND [OPTIONS]

Commands:
  set      put a block into a file, or bring it up to date
  remove   remove a block from a file

For tools that keep a block of their own in a file that others write, too, such as AGENTS.md. docs/library.md says what
the commands promise. \`pact-hooks block help COMMAND\` shows a command's own help.

Examples:
  echo "Run make check." | pact-hooks block set AGENTS.md --start "<!-- BEGIN:mine -->" --end "<!-- END:mine -->"
  pact-hooks block remove AGENTS.md --start "<!-- BEGIN:mine -->" --end "<!-- END:mine -->"
`;

const SET_USAGE = `Usage: pact-hooks block set FILE --start LINE --end LINE [--body-file FILE] [OPTIONS]

Puts a block into FILE: the line --start, the text on standard input, the line --end. If FILE has these two lines, the
text between them is replaced; if not, the block is added at the end. Everything else stays byte for byte, and so do the
changes of other writers. Safe to run again: a block that is up to date is not written.

Options:
  --start LINE       the first line of the block; a LINE that begins with a dash is given as --start=LINE
  --end LINE         its last line
  --body-file FILE   read the text from a file
  --place start      add a new block at the start, below front matter
  --dry-run          show the change without making it
  -h, --help         show this help

Exit code: 0 done or nothing to do, 1 the file was left unchanged (with the reason), 2 wrong usage.

Examples:
  mytool rules | pact-hooks block set AGENTS.md --start "<!-- BEGIN:mine -->" --end "<!-- END:mine -->"
  pact-hooks block set ~/.zshrc --start "# >>> mine >>>" --end "# <<< mine <<<" --body-file init.zsh --dry-run
`;

const REMOVE_USAGE = `Usage: pact-hooks block remove FILE --start LINE --end LINE [--dry-run]

Removes the block between the lines --start and --end from FILE, with these lines and the blank line that came with it.
Everything else stays byte for byte. A file that \`block set\` created is removed if it holds nothing else.

Options:
  --start LINE   the first line of the block; a LINE that begins with a dash is given as --start=LINE
  --end LINE     its last line
  --dry-run      show the change without making it
  -h, --help     show this help

Exit code: 0 done or nothing to do, 1 the file was left unchanged (with the reason), 2 wrong usage.

Examples:
  pact-hooks block remove AGENTS.md --start "<!-- BEGIN:mine -->" --end "<!-- END:mine -->"
`;

const COMMON = {
  start: { type: "string" },
  end: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

const LOCK = { hook: "block" };

const runSet = runnerOf({
  usage: SET_USAGE,
  options: { ...COMMON, "body-file": { type: "string" }, place: { type: "string" } },
  takes: "words",
  run(values, words) {
    const file = fileOf(words);
    const markers = markersOf(values);
    const body = bodyOf(values["body-file"]);
    const block = { ...markers, body, place: values.place as "start" | undefined };
    asUsage(() => assertBlock(block));
    const change: NamedChange = {
      wanted: { file, change: (text) => withBlock(text, block) },
      done: "updated the block",
      make: () => updateBlock(file, block, LOCK),
    };
    return values["dry-run"] ? showAll([change]) : makeOne(change);
  },
});

const runRemove = runnerOf({
  usage: REMOVE_USAGE,
  options: COMMON,
  takes: "words",
  run(values, words) {
    const file = fileOf(words);
    const markers = markersOf(values);
    const change: NamedChange = {
      wanted: blockRemoval(file, markers),
      done: "removed the block",
      make: () => removeBlock(file, markers, LOCK),
    };
    return values["dry-run"] ? showAll([change]) : makeOne(change);
  },
});

export const run = runnerOfGroup(USAGE, { set: runSet, remove: runRemove });

function makeOne(change: NamedChange): number {
  const result = make(change, "block");
  if (result?.outcome === "unchanged") printLine("Nothing to change.");
  return result ? 0 : 1;
}

function fileOf(words: readonly string[]): string {
  const [name] = words;
  if (name === undefined || words.length > 1) throw new UsageError(`expected one FILE, got ${words.length}`);
  const file = path.resolve(name);
  if (!isFolder(path.dirname(file))) throw new UsageError(`${path.dirname(file)} is not a folder`);
  return file;
}

function markersOf({ start, end }: Partial<BlockMarkers>): BlockMarkers {
  if (start === undefined || end === undefined) throw new UsageError("--start and --end are needed");
  asUsage(() => assertMarkers({ start, end }));
  return { start, end };
}

function bodyOf(file: string | undefined): string {
  if (file === undefined && process.stdin.isTTY) {
    throw new UsageError("the body is missing: pipe it to standard input, or name a --body-file");
  }
  const bytes = readInput("the body", file);
  if (!isUtf8(bytes)) throw new UsageError("the body is not UTF-8 text");
  const text = bytes.toString("utf8");
  return text.slice(afterByteOrderMark(text));
}

/** What the library takes for an error of a programmer is wrong usage in a shell. */
function asUsage(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
