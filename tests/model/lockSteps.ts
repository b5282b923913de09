/** The steps of the lock: lock/flock.ts (openLocked), fileLock.ts (confirm, evictStale, failOpen). */
import { type Change, goTo, roundStart, type Step } from "./step.ts";

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
    const isHeld = state.writers.some(({ lock }) => lock === writer.opened);
    if (!isHeld)
      return [
        step("openLocked: flock", (_, self) => goTo(self, "confirm", { lock: self.opened, opened: null })),
      ];
    const moves = [step("openLocked: refused", (_, self) => goTo(self, "openLocked", { opened: null }))];
    if (options.evicts && state.sidecar === writer.opened) {
      moves.push(step("evictStale: looks", (_, self) => goTo(self, "evict", { opened: null })));
    }
    if (options.failsOpen)
      moves.push(step("failOpen", (_, self) => goTo(self, roundStart(options), { opened: null })));
    return moves;
  },

  // By its path: what lies there may be another sidecar by now.
  evict: (_, __, ___, step) => [
    step("evictStale: unlinks", (state, self) => {
      state.sidecar = null;
      self.at = "openLocked";
    }),
  ],

  confirm: (state, writer, options, step) => {
    const startOver: Change = (_, self) => goTo(self, "openLocked", { lock: null });
    if (options.confirms && state.sidecar !== writer.lock)
      return [step("confirm: another sidecar", startOver)];
    const moves = [step("confirm", (_, self) => goTo(self, roundStart(options)))];
    if (options.growsStale && state.sidecars < 2 && state.sidecar === writer.lock) {
      moves.push(
        step("confirm: too old, unlink", (next, self) => {
          next.sidecar = null;
          startOver(next, self);
        }),
      );
    }
    return moves;
  },
};
