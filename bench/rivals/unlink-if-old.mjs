import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";

const POLL_MS = 5;
const TTL_MS = 30_000;

export async function update(target, mutate, { ttlMs = TTL_MS } = {}) {
  const lock = `${target}.lock`;
  while (!tryLock(lock, ttlMs)) await setTimeout(POLL_MS);
  writeFileAtomic.sync(target, mutate(fs.readFileSync(target, "utf8")));
  fs.rmSync(lock, { force: true });
  return true;
}

function tryLock(lock, ttlMs) {
  try {
    fs.closeSync(fs.openSync(lock, "wx"));
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const stat = fs.statSync(lock, { throwIfNoEntry: false });
  if (stat && Date.now() - stat.mtimeMs > ttlMs) fs.rmSync(lock, { force: true });
  return false;
}
