// Runs the tests that depend on Node (hooks, lock, publish) on the other supported versions.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchOtherNodes } from "./nodes.mjs";

const TESTS = [
  "tests/hooks",
  "tests/bin/try",
  "tests/shared/lock/flock",
  "tests/shared/fileLock.test",
  "tests/shared/update/updateFile",
];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

for (const { version, program } of fetchOtherNodes()) {
  console.log(`\nNode ${version}`);
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(program, [vitest, "run", ...TESTS], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
