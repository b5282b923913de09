/**
 * The protocol, a system call a step. Steps have the names of the functions in `shared/` that make the call:
 * lock/flock.ts (openLocked), fileLock.ts (confirm, failOpen, release), lock/eviction.ts (evictHolder), update/claim.ts
 * (createClaim, fence, listClaims, removeClaim, discardClaim), update/atRest.ts (openAtRest, settle), update/stage.ts
 * (stage), system/snapshot.ts (isStill), update/publish.ts (publish), update/inPlace.ts (writeInPlace), update/update.ts
 * (keepPrevious), update/displaced.ts (findOutsideEdit), update/removeFile.ts (removeFile).
 *
 * What is left out
 * - Time: an eviction, a failing open and a crash may come at any moment. `settle`, however, waits for an outsider, unless
 *   `givesUpWaiting` or `slowAppender`. A claim that others cannot remove is young for the whole search, or old.
 * - The text: a change is a bit. A part of a text counts as nothing, and a conflict keeps what `mergeKeepingBoth` keeps. What
 *   a conflict saves beside the target counts for nothing, since the file itself must hold it.
 * - An outsider that writes a text in several pieces, of which the first is as long as the old one: `settle` waits for it.
 * - Without the binding, that a displaced file which stays empty for a second counts as their version: it is saved then.
 * - In a removal, that an outsider creates the file between the look and the rename of the way back.
 * - `restore`, which is an update that replaces the whole text, and the journal.
 */
import { CLAIM_STEPS } from "./claimSteps.ts";
import { LOCK_STEPS } from "./lockSteps.ts";
import type { Options } from "./options.ts";
import { outsiderMoves } from "./outsiders.ts";
import { PUBLISH_STEPS } from "./publishSteps.ts";
import { REMOVE_STEPS } from "./removeSteps.ts";
import { ROUND_STEPS } from "./roundSteps.ts";
import type { Move } from "./search.ts";
import { copy, type State, type Writer } from "./state.ts";
import { type Change, goTo, type Step } from "./step.ts";

export const ENDED = ["done", "abandoned", "crashed"];
const STEPS: Record<string, Step> = {
  ...{ ...LOCK_STEPS, ...CLAIM_STEPS, ...ROUND_STEPS, ...PUBLISH_STEPS, ...REMOVE_STEPS },
};

/** All steps that a writer or an outsider can take. */
export function movesOf(options: Options): (state: State) => Move[] {
  return (state) => [
    ...state.writers.flatMap((_, me) => writerMoves(state, me, options)),
    ...state.outsiders.flatMap((_, me) => outsiderMoves(state, me, options)),
  ];
}

export function writerMoves(state: State, me: number, options: Options): Move[] {
  const writer = state.writers[me] as Writer;
  if (ENDED.includes(writer.at)) return [];
  const name = String.fromCharCode(65 + me);
  const step = (label: string, change: Change): Move => {
    const next = copy(state);
    change(next, next.writers[me] as Writer);
    return { label: `${name} ${label}`, state: next };
  };
  const moves = STEPS[writer.at]?.(state, writer, options, step) ?? [];
  const crashed = state.writers.filter(({ at }) => at === "crashed").length;
  if (crashed < options.crashes)
    moves.push(
      step("crashes", (next, self) => {
        // Its record stays.
        if (self.lock !== null && self.at !== "confirm") next.abandoned = self.lock;
        goTo(self, "crashed", { opened: null, lock: null });
      }),
    );
  return moves;
}
