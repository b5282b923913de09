import fs from "node:fs";
import { createRequire } from "node:module";

/**
 * What most runs of a hook never need, loaded on first use. The `#names` are in the `imports` field of package.json:
 * here they lead to node_modules, in `dist/` to the bundled copies.
 */
const load = (id: string) => createRequire(import.meta.filename)(id);

export const grayMatter = (): typeof import("gray-matter") => load("#gray-matter");
export const nodeDiff3 = (): typeof import("node-diff3") => load("#node-diff3");
export const writeFileAtomic = (): typeof import("write-file-atomic") => {
  // Node ignores SIGXFSZ, so that a file that may not grow is an error; the exit handlers of the package would reset it
  // to killing us. While there is a listener, they do not.
  if (process.listenerCount("SIGXFSZ") === 0) process.on("SIGXFSZ", () => {});
  return load("#write-file-atomic");
};
export const childProcess = () => process.getBuiltinModule("node:child_process");
/** The compiled addon: optional, never bundled. @throws if it is absent or does not load */
export const fsExt = (): { flockSync(fd: number, flags: "exnb"): void } => load("fs-ext");

/** Random bytes, from the system's own device where there is one: `node:crypto` takes 2 ms to load. */
export function randomBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  try {
    const fd = fs.openSync("/dev/urandom", "r");
    const read = fs.readSync(fd, bytes);
    fs.closeSync(fd);
    if (read === size) return bytes;
  } catch {}
  return process.getBuiltinModule("node:crypto").randomBytes(size);
}
