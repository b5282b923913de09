/** `pact-hooks doctor`: checks a project and suggests fixes. */
import { printable } from "../shared/text/characters.ts";
import { runnerOf } from "./cli/command.ts";
import { print } from "./cli/output.ts";
import { columnsOf, paint, wrap } from "./cli/terminal.ts";
import { examine } from "./doctor/checks.ts";
import type { Finding } from "./doctor/finding.ts";

const USAGE = `Usage: pact-hooks doctor [DIR] [--json]

Checks whether the next session in DIR (default: the current folder) will run the hook, and whether the hook can do its
work: Node, Claude Code and its settings, the lock, CLAUDE.md and its blocks, leftovers of crashes, the journal, git.
Suggests fixes, and changes nothing.

Options:
  --json       {"healthy": …, "findings": [{"check", "level": "ok|note|problem", "message", "advice"}]}
  -h, --help   show this help

Exit code: 0 healthy, 1 a problem was found, 2 wrong usage.

Examples:
  pact-hooks doctor
  pact-hooks doctor ~/my-project --json
`;

/** A narrower terminal has the messages below the names of the checks. */
const NARROW = 60;
const MARKS = { ok: ["green", "ok     "], note: ["cyan", "note   "], problem: ["red", "problem"] } as const;

export const run = runnerOf({
  usage: USAGE,
  options: { json: { type: "boolean" } },
  takes: "folder",
  run({ json }, dir) {
    const findings = examine(dir);
    const healthy = findings.every(({ level }) => level !== "problem");
    if (json) print(`${JSON.stringify({ healthy, findings }, null, 2)}\n`);
    else print(asText(findings, healthy));
    return healthy ? 0 : 1;
  },
});

function asText(findings: Finding[], healthy: boolean): string {
  // A pipe gets one line for each message.
  const columns = process.stdout.isTTY ? columnsOf(process.stdout) : Number.POSITIVE_INFINITY;
  const isNarrow = columns < NARROW;
  const indent = " ".repeat(isNarrow ? 4 : 20);
  const wrapped = (text: string, from: string) =>
    wrap(printable(text), columns - from.length).replaceAll("\n", `\n${from}`);
  const lines = findings.flatMap(({ check, level, message, advice }) => {
    const [colour, mark] = MARKS[level];
    const head = isNarrow ? `${check}\n${indent}` : `${check.padEnd(9)}  `;
    const line = `${paint(colour, mark)}  ${head}${wrapped(message, indent)}`;
    return advice ? [line, `${indent}→ ${wrapped(advice, `${indent}  `)}`] : [line];
  });
  const summary = healthy ? paint("green", "Healthy.") : paint("red", "Problems found.");
  return `${lines.join("\n")}\n\n${summary}\n`;
}
