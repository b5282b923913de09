import fs from "node:fs";
import lockfile from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";

/** It polls; with a delay that is as short as ours, since its own default would make it look slower than it is. */
const RETRIES = { forever: true, minTimeout: 1, maxTimeout: 8, randomize: true };

export async function update(target, mutate, { ttlMs } = {}) {
  const release = await lockfile.lock(target, {
    retries: RETRIES,
    ...(ttlMs && { stale: ttlMs }),
    onCompromised() {},
  });
  writeFileAtomic.sync(target, mutate(fs.readFileSync(target, "utf8")));
  // Whoever was evicted finds its lock gone only now.
  await release().catch(() => {});
  return true;
}
