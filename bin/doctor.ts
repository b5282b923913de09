/** `pact-hooks doctor`: looks at a project and says what needs doing. */
import fs from "node:fs";
import path from "node:path";
import { printable } from "../shared/text/characters.ts";
import { paint } from "./cli/paint.ts";
import { parseArguments, UsageError } from "./cli/usage.ts";
import { examine, type Finding } from "./doctor/checks.ts";

const USAGE = `Usage: pact-hooks doctor [DIR] [--json]

Is the project in DIR (default: the current folder) healthy? Looks at Node, the lock, CLAUDE.md and its blocks, what
crashes have left, settings, journal and plugin. Changes nothing.
Exit code: 0 healthy, 1 something needs doing, 2 wrong usage.

Options:
  --json       {"healthy": …, "findings": [{"check", "level": "ok|note|problem", "message", "advice"}]}
  -h, --help   this text

Examples:
  pact-hooks doctor
  pact-hooks doctor ~/my-project --json
`;

const MARKS = { ok: ["green", "ok     "], note: ["cyan", "note   "], problem: ["red", "problem"] } as const;

/** @returns the exit code @throws {UsageError} */
export function runDoctor(args: string[]): number {
  const options = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
  const { values, positionals } = parseArguments({ args, allowPositionals: true, options }, USAGE);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length > 1) throw new UsageError("doctor takes one folder", USAGE);
  const dir = path.resolve(positionals[0] ?? ".");
  if (!fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${dir} is not a folder`, USAGE);
  }
  const findings = examine(dir);
  const healthy = findings.every(({ level }) => level !== "problem");
  process.stdout.write(
    values.json ? `${JSON.stringify({ healthy, findings }, null, 2)}\n` : asText(findings, healthy),
  );
  return healthy ? 0 : 1;
}

function asText(findings: Finding[], healthy: boolean): string {
  const lines = findings.flatMap(({ check, level, message, advice }) => {
    const [colour, mark] = MARKS[level];
    const line = `${paint(colour, mark)}  ${check.padEnd(9)}  ${printable(message)}`;
    return advice ? [line, `${" ".repeat(20)}→ ${printable(advice)}`] : [line];
  });
  const summary = healthy ? paint("green", "Healthy.") : paint("red", "Something needs doing.");
  return `${lines.join("\n")}\n\n${summary}\n`;
}
