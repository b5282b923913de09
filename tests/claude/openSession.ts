/** A session of Claude Code that stays open, as in a terminal, and answers one question after another. */
import { type SpawnOptions, spawn } from "node:child_process";
import readline from "node:readline";
import { inject, onTestFinished } from "vitest";
import { type Output, outputOf } from "../helpers/outputOf.mjs";

export interface OpenSession {
  /** Sends one message or slash command, and waits until Claude Code has finished with it. */
  ask(text: string): Promise<void>;
  /** Ends the session and waits for its process. */
  end(): Promise<Output>;
}

const STREAMS = ["-p", "--verbose", "--input-format", "stream-json", "--output-format", "stream-json"];

export function openSession(args: string[], options: Pick<SpawnOptions, "cwd" | "env">): OpenSession {
  const child = spawn(inject("claude"), [...STREAMS, ...args], { ...options, stdio: "pipe" });
  const output = outputOf(child);
  // A write to a session that has died: `ask` reports the death itself.
  child.stdin.on("error", () => {});
  onTestFinished(async () => {
    child.kill();
    await output;
  });
  const lines = readline.createInterface({ input: child.stdout });
  const died = output.then(({ status, stderr }) => {
    throw new Error(`the session ended with status ${status}: ${stderr}`);
  });
  died.catch(() => {});
  return {
    ask: (text) => {
      const answered = new Promise<void>((resolve) => {
        const listen = (line: string) => {
          if (JSON.parse(line).type !== "result") return;
          lines.off("line", listen);
          resolve();
        };
        lines.on("line", listen);
      });
      child.stdin.write(`${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
      return Promise.race([answered, died]);
    },
    end: () => {
      child.stdin.end();
      return output;
    },
  };
}
