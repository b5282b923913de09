/** What a program of the system sees of the session that starts it. */
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { HAS_FLOCK_PROGRAM, HAS_STRACE, IS_LINUX } from "../../helpers/machine.ts";
import { tempDir, tempFile } from "../../helpers/tempDir.ts";

const OFF = { PACT_HOOKS_NATIVE: "off" };

test.for([
  ["flock", "holdLock", { ...OFF, PACT_HOOKS_FLOCK: "flock" }, "left"],
  ["cp", "update", OFF, "result"],
] as const)("%s sees nothing of the session's environment", async ([name, program, env, field], { skip }) => {
  skip(!IS_LINUX || !HAS_STRACE || !HAS_FLOCK_PROGRAM, "needs Linux, strace and the program");
  useJournal();
  const log = path.join(tempDir(), "log");
  const under = ["strace", "-f", "-qq", "-v", "-o", log, "-e", "trace=execve"];
  const params = { target: tempFile("old\n"), line: "new" };
  await startProgram(program, params, { env: { ...env, TOKEN: "SECRET" }, under }).message(field);
  const started = fs
    .readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes(`/${name}", [`));
  expect(started).toEqual([expect.stringContaining('], ["LC_ALL=C"])')]);
});
