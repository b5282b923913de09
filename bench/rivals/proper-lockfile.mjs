import fs from "node:fs";
import lockfile from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";

/** Polls with a delay as short as ours: its own default would make it look slower than it is. */
const RETRIES = { forever: true, minTimeout: 1, maxTimeout: 8, randomize: true };

export async function update(target, mutate, { ttlMs } = {}) {
  const release = await lockfile.lock(target, {
    retries: RETRIES,
    ...(ttlMs && { stale: ttlMs }),
    onCompromised() {},
  });
  writeFileAtomic.sync(target, mutate(fs.readFileSync(target, "utf8")));
  // A holder that was evicted learns only now that its lock is gone.
  await release().catch(() => {});
  return true;
}
