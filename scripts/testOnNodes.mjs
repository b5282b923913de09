// Runs the tests that depend on Node (hooks, lock, publish) on the other supported versions.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchOldNodes, fetchOtherNodes } from "./nodes.mjs";

const TESTS = [
  "tests/hooks",
  "tests/bin/try",
  "tests/shared/lock/flock",
  "tests/shared/fileLock.test",
  "tests/shared/update/updateFile",
];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

for (const { version, program } of fetchOldNodes()) {
  console.log(`Node ${version}: must be told, and let the session start`);
  const run = (file, ...args) =>
    spawnSync(program, [path.join(root, file), ...args], { encoding: "utf8", input: "{}" });
  for (const name of ["sessionStart", "sessionEnd"]) {
    const { status, stdout, stderr } = run(`dist/hooks/${name}.cjs`);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    assert.match(JSON.parse(stdout).systemMessage, new RegExp(`needs Node 20.17 or later.* v${version} `));
  }
  for (const command of ["doctor", "--help"]) {
    const { status, stdout, stderr } = run("dist/bin/pact-hooks", command);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(stderr, /^pact-hooks: needs Node 20.17 or later.*\n$/);
  }
}

for (const { version, program } of fetchOtherNodes()) {
  console.log(`\nNode ${version}`);
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(program, [vitest, "run", ...TESTS], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
