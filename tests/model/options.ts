/** The protocol as it is, or weakened; and what may happen to it. */
export interface Options {
  /**
   * How a file is published over an existing one. `either`: writer A exchanges, the others rename. `inPlace`: it cannot be
   * replaced, so its content is.
   */
  publish: "exchange" | "rename" | "either" | "inPlace";
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
  /** So does whoever finds in a claim what an exchange displaced while an outsider had it open, or after it wrote into it. */
  savesUnfinished: boolean;
  /** What a writer waits for before it reads the displaced files again: until no process has one open, or 3 ms. */
  settle: "writers" | "pause" | "none";
  /** Other processes may come between the steps of a write in place. */
  pausesInPlace: boolean;
  /** After a write in place, a writer looks whether the path still names the file. */
  looksAfterInPlace: boolean;
  /** A file counts as emptied because of what was read from it, or of its size at the open, or never. */
  judgesCut: "read" | "open" | "never";
  /** No outside edit of a displaced file merges with what the target holds by then. */
  conflicts: boolean;
  /** After a conflict, the file keeps what other writers have published on top. */
  keepsAcknowledged: boolean;
  /** That is what its first publish does not hold, not its last one. */
  remembersFirst: boolean;
  /** What a writer keeps: the file that its first publish displaced, a copy of it, or what it read first. */
  backup: "displaced" | "copy" | "early" | "none";
  /** How a removal handles the file: it moves and compares it, or unlinks it, or does not put it back. */
  removal: "moves" | "unlinks" | "keeps";
  /** A's claims cannot be removed by others, who wait, or ignore them as old. */
  firm: "young" | "old" | "none";

  maxRounds: number;
  crashes: number;
  /** Without it writers begin with the claim: as if each had failed open, which allows everything that a lock does. */
  lock: boolean;
  evicts: boolean;
  failsOpen: boolean;
  /** A free sidecar is replaced when it is old, although no crashed holder left its record in it. */
  replacesFree: boolean;
  /** `settle: "writers"`, and the wait for an emptied file, may give up while an outsider still has the file open. */
  givesUpWaiting: boolean;
  /** An outsider may keep the file open for longer than the pauses of `settle: "pause"`. */
  slowAppender: boolean;
  /** What the guide gives up counts as lost. */
  strict: boolean;
}

/** With the native binding. */
export const AS_IT_IS: Options = {
  ...{ publish: "exchange", fence: "take", settle: "writers" },
  ...{ readsBeforeFence: false, fencesBeforeClaim: false, confirms: true, links: true },
  ...{ looksAgain: true, looksAtDisplaced: true, savesFirst: true, savesUnfinished: true },
  ...{ pausesInPlace: true, looksAfterInPlace: true, judgesCut: "read", conflicts: false },
  ...{ keepsAcknowledged: true, remembersFirst: true, backup: "none", removal: "moves", firm: "none" },
  ...{ maxRounds: 2, crashes: 0, lock: false, evicts: true, failsOpen: true, replacesFree: false },
  ...{ givesUpWaiting: false, slowAppender: false, strict: false },
};

export const WITHOUT_BINDING = { publish: "rename", settle: "pause" } as const;

/** How a writer publishes over an existing file. */
export function wayOf({ publish }: Options, writer: number): "exchange" | "rename" | "inPlace" {
  if (publish !== "either") return publish;
  return writer === 0 ? "exchange" : "rename";
}
