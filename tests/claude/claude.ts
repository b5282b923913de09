import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { inject } from "vitest";
import { type Output, outputOf } from "../helpers/outputOf.mjs";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import type { MockApi } from "./mockApi.ts";
import { type OpenSession, openSession } from "./openSession.ts";

/** Claude Code with a home, a configuration and a project of its own, which can reach nothing but the mock API. */
export interface Claude extends Sandbox {
  run(...args: string[]): Promise<Output>;
  /** Starts a session that stays open until the test ends it. */
  open(...args: string[]): OpenSession;
  /** The same home, with another folder as the project. */
  inFolder(projectDir: string): Claude;
  /** The same, started by a command. */
  under(command: string[]): Claude;
}

/** No server listens here, so that every request which leaves the loopback fails at once. */
const NOWHERE = "http://127.0.0.1:9";

export function newClaude(api: MockApi, projectName = "demo"): Claude {
  const { projectDir } = sandbox(projectName);
  return claudeAt(api, projectDir, path.dirname(projectDir));
}

function claudeAt(api: MockApi, projectDir: string, home: string, under: string[] = []): Claude {
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
  const options = { cwd: projectDir, env };
  return {
    projectDir,
    configDir: path.join(home, ".claude"),
    run: (...args) => {
      const [program = "", ...rest] = [...under, inject("claude"), ...args];
      return outputOf(spawn(program, rest, { ...options, stdio: ["ignore", "pipe", "pipe"] }));
    },
    open: (...args) => openSession(args, options),
    inFolder: (folder) => claudeAt(api, folder, home, under),
    under: (command) => claudeAt(api, projectDir, home, command),
  };
}

/** What changes when a file is touched. */
export function touchOf(file: string): unknown {
  const { ino, mtimeNs, ctimeNs } = fs.statSync(file, { bigint: true });
  return { ino, mtimeNs, ctimeNs };
}
