import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { listing, type Sandbox } from "./hookProcess.ts";

const COMMAND = fileURLToPath(new URL("../../dist/bin/pact-hooks", import.meta.url));

/** Runs the command line by its own name, as a shell does. */
export function run(args: string[], box: Sandbox, env: NodeJS.ProcessEnv = {}) {
  const temporary = path.join(path.dirname(box.projectDir), "tmp");
  fs.mkdirSync(temporary, { recursive: true });
  const result = spawnSync(COMMAND, args, {
    cwd: box.projectDir,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: path.dirname(box.configDir),
      TMPDIR: temporary,
      CLAUDE_CONFIG_DIR: box.configDir,
      ...env,
    },
  });
  return { ...result, left: listing(temporary) };
}
