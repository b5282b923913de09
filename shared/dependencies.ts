import { createRequire } from "node:module";

/**
 * What most runs of a hook never need, loaded on first use. The `#names` are in the `imports` field of package.json:
 * here they lead to node_modules, in `dist/` to the bundled copies.
 */
const require = createRequire(import.meta.url);

export const grayMatter = (): typeof import("gray-matter") => require("#gray-matter");
export const nodeDiff3 = (): typeof import("node-diff3") => require("#node-diff3");
export const writeFileAtomic = (): typeof import("write-file-atomic") => {
  // Node ignores SIGXFSZ, so that a file that may not grow is an error; the exit handlers of the package would reset it
  // to killing us. While there is a listener, they do not.
  if (process.listenerCount("SIGXFSZ") === 0) process.on("SIGXFSZ", () => {});
  return require("#write-file-atomic");
};
export const childProcess = (): typeof import("node:child_process") => require("node:child_process");
/** The compiled addon: optional, never bundled. @throws if it is absent or does not load */
export const fsExt = (): { flockSync(fd: number, flags: "exnb"): void } => require("fs-ext");
export const randomBytes = (size: number): Buffer =>
  (require("node:crypto") as typeof import("node:crypto")).randomBytes(size);
