/** The steps of a round apart from its claim and its publish, and the look back. */
import type { Options } from "./options.ts";
import { openedBy } from "./outsiders.ts";
import { contentOf, isOpen, type State, TEXT, type Writer } from "./state.ts";
import { afterRead, claimOf, copyOf, goTo, inodeAt, roundStart, type Step, textOf } from "./step.ts";

export const ROUND_STEPS: Record<string, Step> = {
  openAtRest: (state, _, options, step) => {
    if (state.target === null)
      return [
        step("openAtRest: absent", (_state, self) => {
          goTo(self, self.removes ? "discardClaim" : afterRead(options), { snapshot: null, read: 0 });
        }),
      ];
    if (options.judgesCut === "open" && isCut(state, state.target)) return [];
    return [step("openAtRest: open", (next, self) => goTo(self, "read", { snapshot: next.target }))];
  },

  // An emptied file is finished once no outsider has it open. Without the binding it is so after a while.
  read: (state, { snapshot }, options, step) => {
    const waits = options.judgesCut === "read" && isCut(state, snapshot) && isOpen(state, snapshot);
    if (!waits || (options.settle === "pause" && options.slowAppender))
      return [step("openAtRest: read", (next, self) => readFile(next, self, options))];
    if (options.givesUpWaiting)
      return [step("openAtRest: gives up waiting", (_, self) => goTo(self, "again", { rounds: Infinity }))];
    return [step("openAtRest: waits", (_, self) => goTo(self, "openAtRest", { snapshot: null }))];
  },

  stage: (_, __, options, step) => [
    step("stage: open", (state, self) => {
      const claim = claimOf(state, self);
      if (!claim.alive || claim.aside) return goTo(self, "again");
      const staged = state.inodes.push({ holds: textOf(self, state, options), partial: true }) - 1;
      claim.next = { inode: staged, staged, read: self.snapshot, known: self.read };
      self.at = "stageAll";
    }),
  ],

  stageAll: (_, __, { looksAgain }, step) => [
    step("stage: write", (state, self) => {
      const { next } = claimOf(state, self);
      if (next) inodeAt(state, next.inode).partial = false;
      self.at = looksAgain ? "isStill" : "publish";
    }),
  ],

  isStill: (_, __, ___, step) => [
    step("isStill", (state, self) => {
      const { snapshot, read } = self;
      const still =
        snapshot === null || (state.target === snapshot && contentOf(inodeAt(state, snapshot)) === read);
      if (self.removes) return goTo(self, still ? "moveAway" : "discardClaim");
      self.at = still ? "publish" : "again";
    }),
  ],

  again: (_, __, options, step) => [
    step("starts over", (state, self) => {
      Object.assign(claimOf(state, self), { alive: false, next: null, taken: null });
      const rest = { snapshot: null, read: 0, others: [] };
      if (self.rounds < options.maxRounds && !self.removes) return goTo(self, roundStart(options), rest);
      const isDone = self.displaced.length > 0;
      if (!isDone || self.removes) return goTo(self, "abandoned", { ...rest, rounds: 0, lock: null });
      // Its own update is done; what it has found in a displaced file is saved beside the target. Others may hold more.
      const own = 1 << state.writers.indexOf(self);
      state.saved |= self.wants & ~own;
      goTo(self, "release", { ...rest, rounds: 0, claim: null, wants: own, outside: 0 });
    }),
  ],

  release: (_, __, { settle }, step) => [
    step("release", (_state, self) =>
      goTo(self, settle !== "none" && self.displaced.length > 0 ? "settle" : "done", { lock: null }),
    ),
  ],

  settle: (state, writer, { settle, slowAppender, givesUpWaiting, strict }, step) => {
    const open = writer.displaced.filter(({ inode }) => isOpen(state, inode));
    const giveUp = (label: string) =>
      step(label, (next, self) => {
        if (!strict) for (const { inode } of open) next.excused |= openedBy(next, inode) & ~TEXT;
        goTo(self, "findOutsideEdit");
      });
    if (settle === "pause" && (open.length === 0 || slowAppender)) return [giveUp("settle: 3 ms")];
    if (open.length === 0) return [giveUp("settle: no process has it open")];
    return settle === "writers" && givesUpWaiting ? [giveUp("settle: gives up waiting")] : [];
  },

  findOutsideEdit: (_, __, options, step) => [
    step("findOutsideEdit", (state, self) => {
      const file = self.displaced.find(
        ({ inode, known }) => inodeAt(state, inode).holds !== known && !isCut(state, inode),
      );
      if (!file) {
        // All is merged, so what is saved beside the target is not needed any more.
        const own = self.displaced.map(({ inode }) => inode);
        const merged = own.filter((inode) => state.beside.includes(inode) && !isOpen(state, inode));
        if (options.backup !== "none") self.backup ??= merged[0] ?? null;
        state.beside = state.beside.filter((inode) => !merged.includes(inode));
        return goTo(self, "done", { displaced: [] });
      }
      const { holds } = inodeAt(state, file.inode);
      self.wants = holds & ~file.known;
      if (options.conflicts) self.outside = holds;
      file.known = holds;
      goTo(self, "openLocked", { rounds: 0 });
    }),
  ],
};

/** Whether the file is empty: an outsider has not written it yet. */
function isCut(state: State, file: number | null): boolean {
  return file !== null && inodeAt(state, file).holds === 0;
}

function readFile(state: State, self: Writer, options: Options): void {
  self.read = contentOf(inodeAt(state, self.snapshot as number));
  if (options.backup === "early") self.backup ??= copyOf(state, self.read);
  const isNothingToDo = self.removes ? self.read !== TEXT : textOf(self, state, options) === self.read;
  if (isNothingToDo) self.at = "discardClaim";
  else self.at = self.removes ? "isStill" : afterRead(options);
}
