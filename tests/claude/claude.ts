import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { inject } from "vitest";
import { type Output, outputOf } from "../helpers/outputOf.mjs";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import type { MockApi } from "./mockApi.ts";

/** Claude Code with a home, a configuration and a project of its own, which can reach nothing but the mock API. */
export interface Claude extends Sandbox {
  run(...args: string[]): Promise<Output>;
}

/** No server listens here, so that every request which leaves the loopback fails at once. */
const NOWHERE = "http://127.0.0.1:9";

export function newClaude(api: MockApi, projectName = "demo"): Claude {
  const box = sandbox(projectName);
  const home = path.dirname(box.projectDir);
  const configDir = path.join(home, ".claude");
  const env = {
    HOME: home,
    PATH: [path.dirname(process.execPath), "/usr/bin", "/bin"].join(path.delimiter),
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "sk-ant-mock",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    NO_PROXY: "127.0.0.1,localhost",
  };
  const run = (...args: string[]) => runClaude(args, box.projectDir, env);
  return { projectDir: box.projectDir, configDir, run };
}

function runClaude(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Output> {
  return outputOf(spawn(inject("claude"), args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** What changes when a file is touched. */
export function touchOf(file: string): unknown {
  const { ino, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
  return { ino, mtimeNs, ctimeNs };
}
