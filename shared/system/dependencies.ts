/** The modules that most runs of a hook never need, loaded on first use. */
import fs from "node:fs";
import path from "node:path";
import { IS_WINDOWS } from "./platform.ts";

/** The build gives its value: the folder of the native binding, from the file that a caller is bundled into. */
declare const PACT_HOOKS_NATIVE_FOLDER: string | undefined;

/** Our own folder: `dist/`, or, of the sources, the one around `native/`. */
export const OWN_FOLDER = path.join(import.meta.dirname, nativeFolder(), "..");

function nativeFolder(): string {
  return typeof PACT_HOOKS_NATIVE_FOLDER === "string" ? PACT_HOOKS_NATIVE_FOLDER : "../../native";
}

/** Node resolves `#names` through `imports` in package.json: here to node_modules, in `dist/` to the bundled copies. */
const load = (id: string) => process.getBuiltinModule("node:module").createRequire(import.meta.filename)(id);

export const grayMatter = (): typeof import("gray-matter") => load("#gray-matter");
export const nodeDiff3 = (): typeof import("node-diff3") => load("#node-diff3");
export const writeFileAtomic = (): typeof import("write-file-atomic") => {
  // Node ignores SIGXFSZ, so writing past a file size limit is an error (EFBIG). Without a listener, the package's exit
  // handlers would reset the signal, and the kernel would kill us.
  if (process.listenerCount("SIGXFSZ") === 0) process.on("SIGXFSZ", () => {});
  return load("#write-file-atomic");
};
export const childProcess = () => process.getBuiltinModule("node:child_process");
export const os = () => process.getBuiltinModule("node:os");
/** The compiled addon: optional, never bundled. @throws if it is absent or does not load */
export const fsExt = (): { flockSync(fd: number, flags: "exnb"): void } => load(addonFolder());

/**
 * Where npm installs the addon with this package: in `dist/`, in the package's folder, or beside that. Node would search for
 * its name in NODE_PATH, too, which a project's settings can set.
 */
function addonFolder(): string {
  const outer = path.dirname(OWN_FOLDER);
  const beside = path.dirname(outer);
  const folders = [path.join(OWN_FOLDER, "node_modules"), path.join(outer, "node_modules")];
  if (path.basename(beside) === "node_modules") folders.push(beside);
  const found = folders.map((folder) => path.join(folder, "fs-ext")).find((folder) => fs.existsSync(folder));
  if (found === undefined) throw new Error("fs-ext is not installed");
  return found;
}

/** Reads random bytes from the system's own device if there is one, because loading `node:crypto` takes 2 ms. */
export function randomBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  try {
    // On Windows, this name is a file of the current drive, which anyone may make.
    if (!IS_WINDOWS) {
      const fd = fs.openSync("/dev/urandom", "r");
      const read = fs.readSync(fd, bytes);
      fs.closeSync(fd);
      if (read === size) return bytes;
    }
  } catch {}
  return process.getBuiltinModule("node:crypto").randomBytes(size);
}
