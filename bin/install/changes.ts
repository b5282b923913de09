/** What `install` and `uninstall` have in common: changes of files, shown or made. */
import {
  type ChangeResult,
  type FileChange,
  makeChange,
  type Preview,
  previewChange,
  whyNot,
} from "../../shared/install/fileChange.ts";
import { showDiff } from "../cli/diff.ts";
import { note, printLine } from "../cli/output.ts";

/** A change, and what it is called once it is made. */
export interface NamedChange {
  wanted: FileChange;
  /** "added the hooks" */
  done: string;
  /** How it is made, if not as any other. */
  make?: typeof makeChange;
}

/** What would change in a file; `false` if it is left alone, which the person is told. */
export function previewOf({ wanted }: NamedChange): Preview | null | false {
  try {
    return previewChange(wanted);
  } catch (error) {
    note(whyNot(wanted.file, error));
    return false;
  }
}

/** Shows what would change. */
export function showPreview({ before, after, file, removed }: Preview): void {
  showDiff(before, after, file);
  if (removed) printLine(`${file} would be removed, because it contains nothing else.`);
}

/** Makes a change and says what was done. @returns null if it could not be made, which the person is told */
export function make(change: NamedChange, hook: string): ChangeResult | null {
  const { wanted, done } = change;
  const result = (change.make ?? makeChange)(wanted, hook);
  if (result.outcome === "written") printLine(`${wanted.file}: ${done}`);
  if (result.outcome === "removed") printLine(`${wanted.file}: removed, because it contained nothing else`);
  if (result.message) note(result.message);
  return result.outcome === "refused" || result.outcome === "abandoned" ? null : result;
}
