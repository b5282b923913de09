import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Sandbox } from "./hookProcess.ts";

export const COMMAND = fileURLToPath(new URL("../../dist/bin/pact-hooks", import.meta.url));

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  input?: string;
}

export function envOf(box: Sandbox, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: path.dirname(box.configDir),
    CLAUDE_CONFIG_DIR: box.configDir,
    ...env,
  };
}

/** Runs the built command line by its own name, as a shell does, in the project. */
export function run(args: string[], box: Sandbox, { env, input = "" }: RunOptions = {}) {
  const { status, stdout, stderr } = spawnSync(COMMAND, args, {
    cwd: box.projectDir,
    encoding: "utf8",
    env: envOf(box, env),
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

export function journalFile(box: Sandbox, sessionId: string, slug = path.basename(box.projectDir)): string {
  return path.join(box.configDir, "pact-sessions", slug, sessionId, "session-journal.jsonl");
}

export interface EventFields {
  type: string;
  ts?: string;
  [field: string]: unknown;
}

/** One line of a journal. */
export function lineOf(event: EventFields): string {
  return `${JSON.stringify({ v: 1, ts: "2026-01-31T12:00:00.000Z", ...event })}\n`;
}

/** Appends events, or lines as they are, to a journal. */
export function writeJournal(file: string, ...events: (EventFields | string)[]): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.appendFileSync(
    file,
    events.map((event) => (typeof event === "string" ? event : lineOf(event))).join(""),
  );
}

/** Events as the session-start hook writes them. */
export function locked(waitedMs: number, ts?: string): EventFields {
  return {
    type: "session_start",
    claude_md: { path: "/p/CLAUDE.md", outcome: "written", rounds: 1 },
    lock: { outcome: "locked", waited_ms: waitedMs, backend: "flock" },
    ...(ts ? { ts } : {}),
  };
}

export function failedOpen(reason: string, more: Record<string, unknown> = {}): EventFields {
  return { type: "lock_fail_open", target: "/p/CLAUDE.md", reason, waited_ms: 5000, ...more };
}
