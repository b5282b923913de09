/** Starts programs for a test, and talks with them line by line. */
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { waitUntil } from "./waitUntil.ts";

export interface Child {
  pid: number;
  /** Whole lines of standard output so far. */
  lines: string[];
  /** Standard error so far. */
  stderr: string;
  /** This field of the latest message (a line of JSON) that has it; waits for the first one. */
  // biome-ignore lint/suspicious/noExplicitAny: the programs' messages are plain JSON
  message(field: string): Promise<any>;
  send(line: string): void;
  /** Ends standard input, for which our programs wait. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the program has ended and all of its output has arrived. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

interface Options extends Pick<SpawnOptions, "uid" | "gid" | "cwd"> {
  env?: Record<string, string>;
  /** A command that runs the program, such as strace with its options. */
  under?: string[];
}

/** Starts a command. The end of the test kills it. */
export function start(command: string, args: string[], { env, ...options }: Options = {}): Child {
  const [file, ...rest] = [...(options.under ?? []), command, ...args] as [string, ...string[]];
  const child = spawn(file, rest, { ...options, env: { ...process.env, ...env }, stdio: "pipe" });
  let partial = "";
  let closed = false;
  const self: Child = {
    pid: child.pid as number,
    lines: [],
    stderr: "",
    message: async (field) => {
      const find = () => self.lines.map(parse).findLast((message) => message && field in message);
      await waitUntil(() => find() || closed, `a message with ${field}`);
      const found = find();
      if (!found) throw new Error(`ended without a message with ${field}: ${self.stderr}`);
      return found[field];
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    end: () => void child.stdin.end(),
    kill: (signal) => void process.kill(self.pid, signal),
    exited: once(child, "close").then(([code, signal]) => ({ code, signal })),
  };
  child.on("close", () => {
    closed = true;
  });
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (partial + text).split("\n");
    partial = lines.pop() as string;
    self.lines.push(...lines);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    self.stderr += text;
  });
  onTestFinished(async () => {
    child.stdin.destroy();
    child.kill("SIGKILL");
    await self.exited;
  });
  return self;
}

function parse(line: string): Record<string, unknown> | undefined {
  return line.startsWith("{") ? JSON.parse(line) : undefined;
}

/** Starts one of the programs in this folder; see its head for the parameters. */
export function startProgram(name: string, params: object, options?: Options): Child {
  const file = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
  return start(process.execPath, [file, JSON.stringify(params)], options);
}

/** Starts a Python program, given as text. */
export function startPython(program: string, args: string[], options?: Options): Child {
  return start(PYTHON, ["-c", program, ...args], options);
}

export const PYTHON = "/usr/bin/python3";
