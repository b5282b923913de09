/**
 * Outsiders know nothing of claims: appenders, editors that replace the file, or empty and then write it, programs that
 * delete it. Only one kind knows the lock: it waits with one descriptor of the sidecar, as `flock(1)` does, reads the file and replaces it.
 */
import { isLocked } from "./lockSteps.ts";
import { type Options, wayOf } from "./options.ts";
import type { Move } from "./search.ts";
import { copy, type Outsider, type State } from "./state.ts";
import { inodeAt } from "./step.ts";

/** The steps that an outsider can take. Its change is a bit above those of the writers. */
export function outsiderMoves(state: State, me: number, options: Options): Move[] {
  const bit = bitOf(state, me);
  const { at } = state.outsiders[me] as Outsider;
  const step = (label: string, change: (next: State, self: Outsider) => void): Move => {
    const next = copy(state);
    change(next, next.outsiders[me] as Outsider);
    return { label: `an outsider ${label}`, state: next };
  };
  switch (at) {
    case "open":
      return [
        step("opens, to append", (next, self) => {
          if (next.target === null) newTarget(next, 0);
          if (isBeforeRename(next, options, true) && !options.strict) next.excused |= bit;
          Object.assign(self, { at: "write", inode: next.target });
        }),
      ];
    // The same in two steps: the kernel has found the file, and does not count the descriptor yet.
    case "find":
      return state.target === null
        ? []
        : [
            step("opens: path", (next, self) => {
              Object.assign(self, { at: "found", inode: next.target });
            }),
          ];
    case "found":
      return [
        step("opens, to append", (_, self) => {
          self.at = "write";
        }),
      ];
    case "write":
      return [
        step("appends", (next, self) => {
          inodeAt(next, self.inode as number).holds |= bit;
          Object.assign(self, { at: "done", inode: null });
        }),
      ];
    // Reads the file, empties it, and writes it whole through the same descriptor.
    case "truncate":
      return state.target === null
        ? []
        : [
            step("opens and empties the file", (next, self) => {
              if (isBeforeRename(next, options, true) && !options.strict) next.excused |= bit;
              const file = inodeAt(next, next.target as number);
              Object.assign(self, { at: "rewrite", inode: next.target, read: file.holds });
              file.holds = 0;
            }),
          ];
    case "rewrite":
      return [
        step("writes the file", (next, self) => {
          inodeAt(next, self.inode as number).holds = self.read | bit;
          Object.assign(self, { at: "done", inode: null, read: 0 });
        }),
      ];
    case "replace":
      return [
        step("replaces the file", (next, self) => {
          if (isBeforeRename(next, options) && !options.strict) next.excused |= bit;
          // What is appended to the old file then is lost between the two outsiders.
          next.excused |= openedBy(next, next.target);
          newTarget(next, bit | (next.target === null ? 0 : inodeAt(next, next.target).holds));
          self.at = "done";
        }),
      ];
    case "lock":
      return [
        step("opens the sidecar", (next, self) => {
          next.sidecar ??= next.sidecars++;
          Object.assign(self, { at: "wait", opened: next.sidecar });
        }),
      ];
    case "wait":
      return isLocked(state, (state.outsiders[me] as Outsider).opened)
        ? []
        : [
            step("gets the lock", (_, self) =>
              Object.assign(self, { at: "read", lock: self.opened, opened: null }),
            ),
          ];
    case "read":
      return [
        step("reads the file", (next, self) => {
          const read = next.target === null ? 0 : inodeAt(next, next.target).holds;
          Object.assign(self, { at: "overwrite", read });
        }),
      ];
    case "overwrite":
      return [
        step("replaces the file, and unlocks", (next, self) => {
          newTarget(next, bit | self.read);
          Object.assign(self, { at: "done", lock: null });
        }),
      ];
    case "delete":
      return [
        step("deletes the file", (next, self) => {
          next.deleted |= bit | (next.target === null ? 0 : inodeAt(next, next.target).holds);
          next.target = null;
          self.at = "done";
        }),
      ];
    default:
      return [];
  }
}

function newTarget(state: State, holds: number): void {
  state.inodes.push({ holds, partial: false });
  state.target = state.inodes.length - 1;
}

/** Whether a writer is between `isStill` and its rename. @param isReplaced and will lose what is the target now */
function isBeforeRename(state: State, options: Options, isReplaced = false): boolean {
  return state.writers.some(
    ({ at, snapshot }, number) =>
      at.startsWith("publish") &&
      snapshot !== null &&
      wayOf(options, number) === "rename" &&
      !(isReplaced && snapshot === state.target),
  );
}

/** What outsiders will write into a file that they have open. */
export function openedBy({ writers, outsiders }: State, file: number | null): number {
  const bits = outsiders.map(({ inode, read }, number) =>
    inode !== null && inode === file ? read | (1 << (writers.length + number)) : 0,
  );
  return bits.reduce((all, bit) => all | bit, 0);
}

export function bitOf(state: State, outsider: number): number {
  return 1 << (state.writers.length + outsider);
}
