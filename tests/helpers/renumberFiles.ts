import fs from "node:fs";
import { onTestFinished, vi } from "vitest";

/** Gives a file another inode number at each look in this process, as some network file systems do, until the test ends. */
export function renumberFiles(): void {
  let looks = 0;
  for (const name of ["statSync", "lstatSync", "fstatSync"] as const) {
    const look = fs[name] as (...args: unknown[]) => fs.Stats | fs.BigIntStats | undefined;
    const renumbered = (...args: unknown[]) => {
      const stat = look(...args);
      looks++;
      return stat && Object.assign(stat, { ino: typeof stat.ino === "bigint" ? BigInt(looks) : looks });
    };
    vi.spyOn(fs, name).mockImplementation(renumbered as typeof fs.statSync);
  }
  onTestFinished(() => void vi.restoreAllMocks());
}
