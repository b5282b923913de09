/** Writes journals for a test, and reads those that the package has written. */
import fs from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type JournalEvent, readEvents } from "../../shared/journal/sessionJournal.ts";
import type { Sandbox } from "./sandbox.ts";
import { tempDir } from "./tempDir.ts";

export interface Journal {
  /** `CLAUDE_CONFIG_DIR` of this test and the processes that it starts. */
  configDir: string;
  /** All events of all journals so far, or those of some types. */
  events(...types: string[]): JournalEvent[];
}

/** A configuration folder for one test. Every user may write there, for tests that become another user. */
export function useJournal(): Journal {
  const configDir = path.join(tempDir(), "config");
  fs.mkdirSync(configDir);
  fs.chmodSync(path.dirname(configDir), 0o755);
  fs.chmodSync(configDir, 0o777);
  const before = process.env.CLAUDE_CONFIG_DIR;
  process.env.CLAUDE_CONFIG_DIR = configDir;
  onTestFinished(() => {
    if (before === undefined) delete process.env.CLAUDE_CONFIG_DIR;
    else process.env.CLAUDE_CONFIG_DIR = before;
  });
  const events = (...types: string[]) =>
    journalsIn(configDir)
      .flatMap((file) => [...readEvents(file)])
      .filter(({ type }) => types.length === 0 || types.includes(type));
  return { configDir, events };
}

/** The journals below a configuration folder. */
export function journalsIn(configDir: string): string[] {
  if (!fs.existsSync(configDir)) return [];
  return fs
    .readdirSync(configDir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => path.join(configDir, name));
}

/** All events in the journals of a sandbox. @throws if a line is not JSON */
export function journalEvents({ configDir }: Pick<Sandbox, "configDir">): Record<string, unknown>[] {
  return journalsIn(path.join(configDir, "pact-sessions"))
    .flatMap((file) => fs.readFileSync(file, "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
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

/** A session start as the hook journals it, with the lock. */
export function locked(waitedMs: number, ts?: string): EventFields {
  return {
    type: "session_start",
    claude_md: { path: "/p/CLAUDE.md", outcome: "written", rounds: 1 },
    lock: { outcome: "locked", waited_ms: waitedMs, backend: "flock" },
    ...(ts ? { ts } : {}),
  };
}

/** A lock that failed open, as the hook journals it. */
export function failedOpen(reason: string, more: Record<string, unknown> = {}): EventFields {
  return { type: "lock_fail_open", target: "/p/CLAUDE.md", reason, waited_ms: 5000, ...more };
}
