/** Runs the command line in a terminal of so many columns, with util-linux's `script`. */
import { spawnSync } from "node:child_process";
import { COMMAND } from "./commandLine.ts";
import { envOf, type Sandbox } from "./sandbox.ts";

/** Whether there is such a `script`. The BSDs and macOS have another one. */
export const HAS_TERMINAL = spawnSync("script", ["--version"], { stdio: "ignore" }).status === 0;

/** @returns the exit code, and what the terminal showed, with LF line ends */
export function runInTerminal(
  columns: number,
  command: string,
  box: Sandbox,
  env: NodeJS.ProcessEnv = {},
): { status: number | null; shown: string } {
  const script = `stty cols ${columns}; exec ${COMMAND} ${command}`;
  const { status, stdout } = spawnSync("script", ["-qec", script, "/dev/null"], {
    cwd: box.projectDir,
    encoding: "utf8",
    env: envOf(box, env),
    input: "",
  });
  return { status, shown: stdout.replaceAll("\r\n", "\n") };
}
