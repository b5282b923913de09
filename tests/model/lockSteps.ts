/** The steps of the lock: lock/flock.ts (openLocked), fileLock.ts (confirm, failOpen), lock/eviction.ts (evictHolder). */
import type { State } from "./state.ts";
import { type Change, goTo, roundStart, type Step } from "./step.ts";

/** Whether a writer, or a program that knows only the lock, has the flock of a sidecar. */
export function isLocked({ writers, outsiders }: State, sidecar: number | null): boolean {
  return [...writers, ...outsiders].some(({ lock }) => lock !== null && lock === sidecar);
}

export const LOCK_STEPS: Record<string, Step> = {
  openLocked: (_, __, options, step) => {
    if (!options.lock) return [step("begins", (_state, self) => goTo(self, roundStart(options)))];
    return [
      step("openLocked: open", (state, self) => {
        state.sidecar ??= state.sidecars++;
        goTo(self, "flock", { opened: state.sidecar });
      }),
    ];
  },

  flock: (state, writer, options, step) => {
    if (!isLocked(state, writer.opened))
      return [
        step("openLocked: flock", (_, self) => goTo(self, "confirm", { lock: self.opened, opened: null })),
      ];
    const moves = [step("openLocked: refused", (_, self) => goTo(self, "openLocked", { opened: null }))];
    if (options.evicts && state.sidecar === writer.opened) {
      moves.push(step("evictHolder: looks", (_, self) => goTo(self, "evict", { opened: null })));
    }
    if (options.failsOpen)
      moves.push(step("failOpen", (_, self) => goTo(self, roundStart(options), { opened: null })));
    return moves;
  },

  // By its path: what lies there may be another sidecar by now.
  evict: (_, __, ___, step) => [
    step("evictHolder: unlinks", (state, self) => {
      state.sidecar = null;
      self.at = "openLocked";
    }),
  ],

  confirm: (state, writer, options, step) => {
    const startOver: Change = (_, self) => goTo(self, "openLocked", { lock: null });
    if (options.confirms && state.sidecar !== writer.lock)
      return [step("confirm: another sidecar", startOver)];
    const moves = [
      step("confirm", (next, self) => {
        if (next.abandoned === self.lock) next.abandoned = null;
        goTo(self, roundStart(options));
      }),
    ];
    const unlinks = (why: string) =>
      step(`confirm: ${why}, unlink`, (next, self) => {
        next.sidecar = null;
        startOver(next, self);
      });
    if (state.sidecar !== writer.lock) return moves;
    if (state.abandoned === writer.lock) moves.push(unlinks("abandoned"));
    if (options.replacesFree && state.sidecars < 2) moves.push(unlinks("free, but old"));
    return moves;
  },
};
