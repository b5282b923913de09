/**
 * The native binding: four system calls that Node lacks (native/syscalls.c), on Linux x64 and arm64. The only file that
 * loads it. Elsewhere, and where it does not load, everything works without it.
 */
import path from "node:path";
import { OWN_FOLDER } from "./dependencies.ts";
import { systemErrorOf } from "./errors.ts";

/** Each function returns a negative errno for a failure, and never throws. */
interface Binding {
  /** `flock(2)`. */
  flock(fd: number, operation: number): number;
  /** Two files swap their names in one step: `renameat2(2)`. */
  exchange(a: string, b: string): number;
  /** 1 if any process has the file open for writing, 0 if none has. The descriptor must be open for reading alone. */
  writers(fd: number): number;
  /** Gives `to` the access control list and the extended attributes of `from`, and no others. */
  copyAttributes(from: number, to: number): number;
}

let loaded: Binding | null | undefined;

/** The binding, loaded on first use; null if this machine has none. `PACT_HOOKS_NATIVE=off` switches it off. */
export function native(): Binding | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

function load(): Binding | null {
  if (process.platform !== "linux" || process.env.PACT_HOOKS_NATIVE === "off") return null;
  const module = { exports: {} as Binding };
  try {
    // No `require`: to resolve a name takes ten times as long as to load the file.
    process.dlopen(module, path.join(OWN_FOLDER, "native", `linux-${process.arch}.node`));
    return module.exports;
  } catch {
    // Another architecture, or a system that lets no program load code from here: each counts as absent.
    return null;
  }
}

/** @returns the result of a call of the binding @throws the system's error, for a negative one */
export function succeeded(result: number): number {
  if (result < 0) throw systemErrorOf(-result);
  return result;
}
