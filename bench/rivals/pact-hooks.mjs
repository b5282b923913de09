import { updateFile } from "../../dist/index.mjs";

/** With a TTL that a suspended holder outlives, like the others that have one. */
export function update(target, mutate, { ttlMs } = {}) {
  return updateFile(target, mutate, { ttlMs }).outcome === "written";
}
