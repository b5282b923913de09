/** The changes of files that `install`, `uninstall` and `block` show or make. */
import {
  type ChangeResult,
  type FileChange,
  makeChange,
  type Preview,
  previewChange,
  whyNot,
} from "../../shared/update/fileChange.ts";
import { showDiff } from "../cli/diff.ts";
import { note, printLine } from "../cli/output.ts";

/** A change, and the words for it once it is made. */
export interface NamedChange {
  wanted: FileChange;
  /** "added the hooks" */
  done: string;
  /** Makes the change, if `makeChange` is not enough. */
  make?: typeof makeChange;
}

/** What would change in a file: null for nothing, `false` (and a message) if the file cannot be changed. */
export function previewOf({ wanted }: NamedChange): Preview | null | false {
  try {
    return previewChange(wanted);
  } catch (error) {
    note(whyNot(wanted.file, error));
    return false;
  }
}

/** Shows the diff of a change that is not made. */
export function showPreview({ before, after, file, removed }: Preview): void {
  showDiff(before, after, file);
  if (removed) printLine(`${file} would be removed, because it contains nothing else.`);
}

/** Shows all changes without making them. @returns the exit code */
export function showAll(changes: readonly NamedChange[]): number {
  const previews = changes.map((change) => previewOf(change));
  if (previews.every((preview) => preview === null)) printLine("Nothing to change.");
  for (const preview of previews) if (preview) showPreview(preview);
  return previews.includes(false) ? 1 : 0;
}

/** Makes a change and reports it. @returns null, after a message, if the change could not be made */
export function make(change: NamedChange, hook: string): ChangeResult | null {
  const { wanted, done } = change;
  const result = (change.make ?? makeChange)(wanted, { hook });
  if (result.outcome === "written") printLine(`${wanted.file}: ${done}`);
  if (result.outcome === "removed") printLine(`${wanted.file}: removed, because it contained nothing else`);
  if (result.message) note(result.message);
  return result.outcome === "refused" || result.outcome === "abandoned" ? null : result;
}
