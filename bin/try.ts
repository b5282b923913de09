/** `pact-hooks try`: runs the real hook, as a process, on a copy of a project's CLAUDE.md, and shows what it did. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { updateProjectText } from "../shared/claudeMd/projectText.ts";
import { resolveProjectClaudeMd } from "../shared/claudeMdManager.ts";
import { configDir, journalPath } from "../shared/journal/sessionFolder.ts";
import { type JournalEvent, parseEvent, readEvents } from "../shared/journal/sessionJournal.ts";
import { PERSONAL_FILE, TEAM_FILE } from "../shared/settings.ts";
import { isUnknown, messageOf, Refusal } from "../shared/system/errors.ts";
import { isThere } from "../shared/system/files.ts";
import { readRegularFile } from "../shared/system/snapshot.ts";
import { resolveTarget } from "../shared/system/targetPath.ts";
import { runnerOf } from "./cli/command.ts";
import { showDiff } from "./cli/diff.ts";
import { print, printLine } from "./cli/output.ts";
import { screenOf } from "./cli/terminal.ts";
import { eventLine } from "./journal/eventLine.ts";

const USAGE = `Usage: pact-hooks try [DIR] [--here]

Runs the session-start hook, as Claude Code does, on a temporary copy of the CLAUDE.md in DIR (default: the current
folder), or on a sample if there is none. Shows what changed, what the model sees, and what was journaled.

Options:
  --here       use the real CLAUDE.md and the real journal instead of a copy
  -h, --help   show this help

Exit code: 0 the hook ran, 1 the hook failed or left CLAUDE.md unchanged (with the reason), 2 wrong usage.

Examples:
  pact-hooks try
  pact-hooks try ~/my-project --here
`;

const SAMPLE = `# Sample project

- Build with \`make\`, test with \`make check\`.
- Keep functions short.
`;
const HOOK = fileURLToPath(new URL("../hooks/sessionStart.cjs", import.meta.url));
const HOOK_TIMEOUT_MS = 30_000;

export const run = runnerOf({
  usage: USAGE,
  options: { here: { type: "boolean" } },
  takes: "folder",
  run({ here }, dir) {
    if (here) return tryOn(dir, configDir());
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-try-"));
    try {
      const copy = path.join(temporary, path.basename(dir) || "project");
      copyProject(dir, copy);
      // The copy is not in the repository that these name.
      for (const name of ["GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE"]) delete process.env[name];
      return tryOn(copy, path.join(temporary, "config"));
    } finally {
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  },
});

/** Copies CLAUDE.md, or writes a sample where no CLAUDE.md exists, and copies the settings that the hook reads. */
function copyProject(dir: string, copy: string): void {
  fs.mkdirSync(copy);
  const claudeMd = path.relative(dir, resolveProjectClaudeMd(dir));
  for (const name of [claudeMd, TEAM_FILE, PERSONAL_FILE]) {
    const [from, to] = [path.join(dir, name), path.join(copy, name)];
    if (!isThere(from)) continue;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // A settings file that is a link is refused, in the copy, too.
    if (name !== claudeMd && fs.lstatSync(from).isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(from), to);
    else fs.writeFileSync(to, readRegularFile(resolveTarget(from, dir).path)?.bytes ?? "");
  }
  if (fs.existsSync(path.join(copy, claudeMd))) {
    printLine(
      `Using a copy of ${path.join(dir, claudeMd)}. The file itself is not changed; use --here for that.`,
      "bold",
    );
  } else {
    printLine(`${dir} has no CLAUDE.md: using a sample.`, "bold");
    fs.writeFileSync(path.join(copy, "CLAUDE.md"), SAMPLE);
  }
}

function tryOn(projectDir: string, config: string): number {
  const sessionId = randomUUID();
  const file = resolveProjectClaudeMd(projectDir);
  const before = readText(file);
  const payload = {
    session_id: sessionId,
    transcript_path: path.join(config, "projects", `${sessionId}.jsonl`),
    cwd: projectDir,
    hook_event_name: "SessionStart",
    source: "startup",
  };
  const startedAt = performance.now();
  const hook = spawnSync(process.execPath, [HOOK], {
    cwd: projectDir,
    input: JSON.stringify(payload),
    encoding: "utf8",
    env: { ...process.env, CLAUDE_PROJECT_DIR: projectDir, CLAUDE_CONFIG_DIR: config },
    timeout: HOOK_TIMEOUT_MS,
  });
  const tookMs = performance.now() - startedAt;

  heading(`What changed in ${path.relative(projectDir, file)}`);
  const after = readText(file);
  if (after === before) printLine("nothing", "dim");
  else showDiff(before, after, path.relative(projectDir, file));
  const healthy = showAnswer(hook.stdout);
  if (hook.stderr) {
    heading("What the hook wrote to standard error");
    for (const line of hook.stderr.trimEnd().split("\n")) printEventOr(line);
  }
  heading("What was journaled");
  const events = journalOf(config, projectDir, sessionId);
  for (const event of events) printEvent(event);
  if (events.length === 0) printLine("nothing", "red");
  const start = events.find((event) => event.type === "session_start");
  const lock = start?.lock as { outcome: string; backend: string; waited_ms: number } | undefined;
  heading("Summary");
  const backend = lock ? `${lock.outcome}, backend ${lock.backend}, waited ${lock.waited_ms} ms` : "unknown";
  printLine(`lock: ${backend}`);
  printLine(
    `hook: exit ${hook.status ?? hook.signal}, ${Math.round(tookMs)} ms including the start of the process`,
  );
  return hook.status === 0 && healthy && !isRefused(start, after) ? 0 : 1;
}

/** Whether the hook could not bring the file up to date. The message for the user, which was shown, says why. */
function isRefused(start: JournalEvent | undefined, text: string): boolean {
  const { outcome } = Object(start?.claude_md) as { outcome?: string };
  if (outcome === "unchanged") return updateProjectText(text, {}).problem !== undefined;
  return outcome === "refused" || outcome === "abandoned";
}

/** @returns an empty text for no file, and for one that the hook refuses @throws if the system does not tell */
function readText(file: string): string {
  try {
    return readRegularFile(fs.realpathSync.native(file))?.bytes.toString("utf8") ?? "";
  } catch (error) {
    if (isUnknown(error) && !(error instanceof Refusal)) throw error;
    return "";
  }
}

/** @returns whether the hook's answer is valid */
function showAnswer(stdout: string): boolean {
  heading("What the model sees");
  try {
    const { hookSpecificOutput, systemMessage } = JSON.parse(stdout);
    print(`${String(hookSpecificOutput?.additionalContext ?? "nothing")}\n`);
    if (systemMessage) {
      heading("What the user sees");
      printLine(systemMessage, "yellow");
    }
    return true;
  } catch (error) {
    printLine(`the hook's answer is not JSON (${messageOf(error)}): ${stdout}`, "red");
    return false;
  }
}

function journalOf(config: string, projectDir: string, sessionId: string): JournalEvent[] {
  const journal = journalPath({ projectDir, sessionId }, config);
  return isThere(journal) ? [...readEvents(journal)] : [];
}

function printEvent(event: JournalEvent): void {
  print(eventLine(event, screenOf(process.stdout, process.env)));
}

/** A hook writes an event to standard error if it cannot write its journal. */
function printEventOr(line: string): void {
  const event = parseEvent(line);
  if (event) printEvent(event);
  else printLine(line);
}

function heading(text: string): void {
  print("\n");
  printLine(text, "bold");
}
