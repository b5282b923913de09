/** What `install` and `uninstall` have in common: changes of files, shown or made. */
import fs from "node:fs";
import path from "node:path";
import {
  type ChangeResult,
  type FileChange,
  makeChange,
  type Preview,
  previewChange,
  whyNot,
} from "../../shared/install/fileChange.ts";
import { printable } from "../../shared/text/characters.ts";
import { showDiff } from "../cli/diff.ts";
import { note, print } from "../cli/output.ts";
import { UsageError } from "../cli/usage.ts";

/** A change, and what it is called once it is made. */
export interface NamedChange {
  wanted: FileChange;
  /** "added the hooks" */
  done: string;
  /** How it is made, if not as any other. */
  make?: typeof makeChange;
}

/** The project's folder. @throws {UsageError} */
export function folderOf(positionals: readonly string[], command: string, usage: string): string {
  if (positionals.length > 1) throw new UsageError(`${command} takes one folder`, usage);
  const dir = path.resolve(positionals[0] ?? ".");
  if (fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return dir;
  throw new UsageError(`${dir} is not a folder`, usage);
}

/** Says a line to the person; what comes from files is in it. */
export function say(line: string): void {
  print(`${printable(line)}\n`);
}

/** Says what is wrong. */
export function complain(message: string): void {
  note(printable(`pact-hooks: ${message}`));
}

/** What would change in a file; `false` if it is left alone, which the person is told. */
export function look({ wanted }: NamedChange): Preview | null | false {
  try {
    return previewChange(wanted);
  } catch (error) {
    complain(whyNot(wanted.file, error));
    return false;
  }
}

/** Shows a change and makes none. @returns whether there is nothing wrong */
export function show(change: NamedChange): boolean {
  const preview = look(change);
  if (preview === false) return false;
  if (preview === null) return true;
  showDiff(preview.before, preview.after, preview.file);
  if (preview.removed) say(`${preview.file} would be removed: nothing else is in it.`);
  return true;
}

/** Makes a change and says what was done. @returns null if it could not be made, which the person is told */
export function make(change: NamedChange, hook: string): ChangeResult | null {
  const { wanted, done } = change;
  const result = (change.make ?? makeChange)(wanted, hook);
  if (result.outcome === "written") say(`${wanted.file}: ${done}`);
  if (result.outcome === "removed") say(`${wanted.file}: removed, for nothing else was in it`);
  if (result.message) complain(result.message);
  return result.outcome === "refused" || result.outcome === "abandoned" ? null : result;
}
