import type { ChildProcess } from "node:child_process";

/** The output of a process that has ended. */
export interface Output {
  status: number | null;
  signal?: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export function outputOf(child: ChildProcess): Promise<Output>;
