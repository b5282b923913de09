import fs from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type JournalEvent, readEvents } from "../../shared/journal/sessionJournal.ts";
import { tempDir } from "./tempDir.ts";

export interface Journal {
  /** What `CLAUDE_CONFIG_DIR` is for this test and the processes that it starts. */
  configDir: string;
  /** All events of all journals so far, or those of some types. */
  events(...types: string[]): JournalEvent[];
}

/** A configuration folder of its own for one test. Everybody may write there, for tests that change the user. */
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
  const events = (...types: string[]) => {
    const files = fs.readdirSync(configDir, { recursive: true, encoding: "utf8" });
    return files
      .filter((file) => file.endsWith(".jsonl"))
      .flatMap((file) => [...readEvents(path.join(configDir, file))])
      .filter(({ type }) => types.length === 0 || types.includes(type));
  };
  return { configDir, events };
}
