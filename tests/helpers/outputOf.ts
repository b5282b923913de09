import type { ChildProcess } from "node:child_process";

/** What a process has left when it has ended. */
export interface Output {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Waits for a process to end. */
export function outputOf(child: ChildProcess): Promise<Output> {
  const output: Output = { status: null, stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...output, status }));
  });
}
