import { updateFile } from "../../dist/index.mjs";

/** The TTL is one that a suspended holder outlives, as for the other locks with a TTL. */
export function update(target, mutate, { ttlMs } = {}) {
  return updateFile(target, mutate, { ttlMs }).outcome === "written";
}
