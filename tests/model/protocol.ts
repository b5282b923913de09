/**
 * The protocol, a system call a step. Steps have the names of the functions in `shared/` that make the call:
 * lock/flock.ts (openLocked), fileLock.ts (confirm, failOpen, release), lock/eviction.ts (evictHolder), update/claim.ts
 * (createClaim, fence, listClaims, removeClaim, discardClaim), system/snapshot.ts (isStill), update/stage.ts (stage),
 * update/publish.ts (publish), update/atRest.ts (openAtRest, settle), update/displaced.ts (findOutsideEdit).
 *
 * What is left out: time (an eviction, a failing open and a crash may come at any moment; `settle`, however, waits for an
 * appender, unless `givesUpWaiting` or `slowAppender`), the text (a change is a bit), and the journal.
 */
import { LOCK_STEPS } from "./lockSteps.ts";
import type { Options } from "./options.ts";
import { outsiderMoves } from "./outsiders.ts";
import { ROUND_STEPS } from "./roundSteps.ts";
import type { Move } from "./search.ts";
import { copy, type State, type Writer } from "./state.ts";
import { type Change, goTo, type Step } from "./step.ts";

export const ENDED = ["done", "abandoned", "crashed"];
const STEPS: Record<string, Step> = { ...LOCK_STEPS, ...ROUND_STEPS };

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
