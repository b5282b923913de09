/** `pact-hooks doctor`: checks a project and suggests fixes. */
import { printable } from "../shared/text/characters.ts";
import { runnerOf } from "./cli/command.ts";
import { print } from "./cli/output.ts";
import { paint } from "./cli/terminal.ts";
import { examine } from "./doctor/checks.ts";
import type { Finding } from "./doctor/finding.ts";

const USAGE = `Usage: pact-hooks doctor [DIR] [--json]

Checks whether the next session in DIR (default: the current folder) will run the hook, and whether the hook can do its
work: Node, Claude Code and its settings, the lock, CLAUDE.md and its blocks, leftovers of crashes, the journal, git.
Suggests fixes, and changes nothing.
Exit code: 0 healthy, 1 a problem was found, 2 wrong usage.

Options:
  --json       {"healthy": …, "findings": [{"check", "level": "ok|note|problem", "message", "advice"}]}
  -h, --help   show this help

Examples:
  pact-hooks doctor
  pact-hooks doctor ~/my-project --json
`;

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
  const lines = findings.flatMap(({ check, level, message, advice }) => {
    const [colour, mark] = MARKS[level];
    const line = `${paint(colour, mark)}  ${check.padEnd(9)}  ${printable(message)}`;
    return advice ? [line, `${" ".repeat(20)}→ ${printable(advice)}`] : [line];
  });
  const summary = healthy ? paint("green", "Healthy.") : paint("red", "Problems found.");
  return `${lines.join("\n")}\n\n${summary}\n`;
}
