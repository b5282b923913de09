/** The protocol as it is, or weakened; and what may happen to it. */
export interface Options {
  /** How a file is published over an existing one. `either`: writer A exchanges, the others rename. */
  publish: "exchange" | "rename" | "either";
  /**
   * What a writer does with the file in another's claim, before it removes the claim.
   * - `take`: it moves the file into its own claim and looks at it there. An outsider's version goes beside the target.
   * - `remove`: it unlinks the file.
   * - `peek`: it looks first and then unlinks, or moves an outsider's version beside the target.
   * - `aside`: it only renames the claim. `none`: it leaves other claims alone.
   */
  fence: "remove" | "take" | "peek" | "aside" | "none";
  readsBeforeFence: boolean;
  fencesBeforeClaim: boolean;
  /** After `flock`, a writer checks that the path still names the sidecar. */
  confirms: boolean;
  /** A new file is published by `link`, not by `rename`. */
  links: boolean;
  /** A writer calls `isStill` before the publish. */
  looksAgain: boolean;
  /** After an exchange, a writer looks at the file that it got for its own. */
  looksAtDisplaced: boolean;
  /** A writer that displaced an outsider's version moves it beside the target until it is merged. */
  savesFirst: boolean;
  /** What a writer waits for before it reads the displaced files again: until no process has one open, or 3 ms. */
  settle: "writers" | "pause" | "none";
  /** The target itself is written, not a file in the claim. */
  inPlace: boolean;

  maxRounds: number;
  crashes: number;
  /** Without it writers begin with the claim: as if each had failed open, which allows everything that a lock does. */
  lock: boolean;
  evicts: boolean;
  failsOpen: boolean;
  /** A free sidecar is replaced when it is old, although no crashed holder left its record in it. */
  replacesFree: boolean;
  /** `settle: "writers"` may give up while an appender still has the file open. */
  givesUpWaiting: boolean;
  /** An appender may take longer than the 3 ms of `settle: "pause"`. */
  slowAppender: boolean;
  /** What the guide gives up counts as lost. */
  strict: boolean;
}

/** With the native binding. */
export const AS_IT_IS: Options = {
  ...{ publish: "exchange", fence: "take", settle: "writers" },
  ...{ readsBeforeFence: false, fencesBeforeClaim: false, confirms: true, links: true },
  ...{ looksAgain: true, looksAtDisplaced: true, savesFirst: true, inPlace: false },
  ...{ maxRounds: 2, crashes: 0, lock: false, evicts: true, failsOpen: true, replacesFree: false },
  ...{ givesUpWaiting: false, slowAppender: false, strict: false },
};

export const WITHOUT_BINDING = { publish: "rename", settle: "pause" } as const;

export function exchanges({ publish }: Options, writer: number): boolean {
  return publish === "exchange" || (publish === "either" && writer === 0);
}
