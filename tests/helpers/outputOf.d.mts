import type { ChildProcess } from "node:child_process";

/** What a process has left when it has ended. */
export interface Output {
  status: number | null;
  signal?: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export function outputOf(child: ChildProcess): Promise<Output>;
