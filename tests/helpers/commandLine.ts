/** Runs the built command line. */
import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Output } from "./outputOf.mjs";
import { envOf, type Sandbox } from "./sandbox.ts";

export const COMMAND = fileURLToPath(new URL("../../dist/bin/pact-hooks", import.meta.url));

interface RunOptions extends Pick<SpawnSyncOptions, "timeout" | "killSignal"> {
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** A command that runs the command line. */
  under?: string[];
}

/** What runs the command line by its own name, as a shell does; Windows runs a script only through its program. */
export const COMMAND_LINE = process.platform === "win32" ? [process.execPath, COMMAND] : [COMMAND];

/** Runs the command line in the project of the sandbox. */
export function run(
  args: string[],
  box: Sandbox,
  { env, input = "", under = [], ...limits }: RunOptions = {},
): Output {
  const line = under.includes(process.execPath) ? [COMMAND] : COMMAND_LINE;
  const [program = "", ...rest] = [...under, ...line, ...args];
  const { status, stdout, stderr } = spawnSync(program, rest, {
    ...limits,
    cwd: box.projectDir,
    encoding: "utf8",
    env: envOf(box, env),
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}
