/** Runs the built hooks as Claude Code does: payload on standard input, the project as working folder. */
import { type SpawnSyncOptions, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Output, outputOf } from "./outputOf.mjs";
import { hookEnvOf, type Sandbox } from "./sandbox.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type HookName = "sessionStart" | "sessionEnd";

interface RunOptions extends Pick<SpawnSyncOptions, "timeout" | "killSignal"> {
  /** A command that runs the hook; node and the hook are its last arguments. */
  under?: string[];
}

/** A recorded payload, with the sandbox's project folder in it. */
export function payload(
  name: string,
  { projectDir }: Sandbox,
  changes: Record<string, unknown> = {},
): string {
  const recorded = fs.readFileSync(path.join(root, "tests/fixtures/payloads", `${name}.json`), "utf8");
  return JSON.stringify({ ...JSON.parse(recorded), cwd: projectDir, ...changes });
}

export function hookFile(hook: HookName): string {
  return path.join(root, "dist/hooks", `${hook}.cjs`);
}

/** Runs a hook and waits for its end. */
export function runHook(
  hook: HookName,
  input: string | Buffer,
  box: Sandbox,
  env: NodeJS.ProcessEnv = {},
  { under = [], ...options }: RunOptions = {},
): Output {
  const [program = "", ...args] = [...under, process.execPath, hookFile(hook)];
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...options,
    cwd: box.projectDir,
    input,
    env: hookEnvOf(box, env),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Starts a hook. @returns its output, when it has ended */
export function startHook(
  hook: HookName,
  input: string,
  box: Sandbox,
  env: NodeJS.ProcessEnv = {},
  { under = [] }: Pick<RunOptions, "under"> = {},
): Promise<Output> {
  const [program = "", ...args] = [...under, process.execPath, hookFile(hook)];
  const child = spawn(program, args, { cwd: box.projectDir, env: hookEnvOf(box, env) });
  child.stdin.end(input);
  return outputOf(child);
}

/** The whole message of a first session in which nothing went wrong. */
export const FIRST_MESSAGE =
  /^pact-hooks: Added the PACT block to \S+: commit it once, [^.]*\. To turn it off, [^.]* into \.claude\/pact-hooks\.local\.md\.$/;

export interface Answer {
  hookSpecificOutput?: { hookEventName: string; additionalContext: string };
  systemMessage?: string;
}

/** The hook's answer. @throws if it is not exactly one JSON object on one line, or the exit code is not 0 */
export function answerOf({ status, stdout, stderr }: Output): Answer {
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  if (stdout.indexOf("\n") !== stdout.length - 1) throw new Error(`not one line: ${stdout}`);
  return JSON.parse(stdout);
}
