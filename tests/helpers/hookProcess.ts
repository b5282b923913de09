import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type HookName = "sessionStart" | "sessionEnd";

export interface HookRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A project folder and a configuration folder of its own, both removed after the test. */
export interface Sandbox {
  projectDir: string;
  configDir: string;
}

export function sandbox(projectName = "demo"): Sandbox {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-test-")));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  const projectDir = path.join(dir, projectName);
  fs.mkdirSync(projectDir);
  return { projectDir, configDir: path.join(dir, "config") };
}

/** A recorded payload, with the project folder of the sandbox in it. */
export function payload(
  name: string,
  { projectDir }: Sandbox,
  changes: Record<string, unknown> = {},
): string {
  const recorded = fs.readFileSync(path.join(root, "tests/fixtures/payloads", `${name}.json`), "utf8");
  return JSON.stringify({ ...JSON.parse(recorded), cwd: projectDir, ...changes });
}

/** The environment of a hook: nothing of ours but PATH. */
function hookEnv({ projectDir, configDir }: Sandbox, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: path.dirname(configDir),
    CLAUDE_CONFIG_DIR: configDir,
    CLAUDE_PROJECT_DIR: projectDir,
    ...env,
  };
}

/** Runs the built hook as Claude Code does: payload on standard input, the project as working folder. */
export function runHook(
  hook: HookName,
  input: string | Buffer,
  box: Sandbox,
  env: NodeJS.ProcessEnv = {},
): HookRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [hookFile(hook)], {
    cwd: box.projectDir,
    input,
    env: hookEnv(box, env),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** As `runHook`, without waiting. */
export function startHook(
  hook: HookName,
  input: string,
  box: Sandbox,
  env: NodeJS.ProcessEnv = {},
): Promise<HookRun> {
  const child: ChildProcess = spawn(process.execPath, [hookFile(hook)], {
    cwd: box.projectDir,
    env: hookEnv(box, env),
  });
  child.stdin?.end(input);
  const run: HookRun = { status: null, stdout: "", stderr: "" };
  child.stdout?.on("data", (data) => {
    run.stdout += data;
  });
  child.stderr?.on("data", (data) => {
    run.stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...run, status }));
  });
}

export function hookFile(hook: HookName): string {
  return path.join(root, "dist/hooks", `${hook}.cjs`);
}

export interface Answer {
  hookSpecificOutput?: { hookEventName: string; additionalContext: string };
  systemMessage?: string;
}

/** The hook's answer. @throws if it is not exactly one JSON object on one line, or the exit code is not 0 */
export function answerOf({ status, stdout, stderr }: HookRun): Answer {
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  if (stdout.indexOf("\n") !== stdout.length - 1) throw new Error(`not one line: ${stdout}`);
  return JSON.parse(stdout);
}

/** All events in the journals of a sandbox. */
export function journalEvents({ configDir }: Sandbox): Record<string, unknown>[] {
  const dir = path.join(configDir, "pact-sessions");
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => fs.readFileSync(path.join(dir, name), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
}

/** Every path below a folder with what it is, to see that nothing else was written. */
export function listing(dir: string): string[] {
  return fs.readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
}
