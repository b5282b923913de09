import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import fsExt from "fs-ext";
import writeFileAtomic from "write-file-atomic";

const POLL_MS = 100;

export async function update(target, mutate) {
  const fd = fs.openSync(`${target}.lock`, "a");
  while (!tryLock(fd)) await setTimeout(POLL_MS);
  writeFileAtomic.sync(target, mutate(fs.readFileSync(target, "utf8")));
  fs.closeSync(fd);
  return true;
}

function tryLock(fd) {
  try {
    fsExt.flockSync(fd, "exnb");
    return true;
  } catch (error) {
    if (error.code === "EAGAIN" || error.code === "EWOULDBLOCK") return false;
    throw error;
  }
}
