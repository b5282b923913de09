/** The steps that change the target: update/publish.ts and update/inPlace.ts. */
import { type Options, wayOf } from "./options.ts";
import { contentOf, isOpen, isOutside, type State, type Writer } from "./state.ts";
import { type Change, claimOf, copyOf, goTo, inodeAt, type MakeStep, type Step, textOf } from "./step.ts";

export const PUBLISH_STEPS: Record<string, Step> = {
  // In two steps, as the system does it: another process may come between the path and the file.
  publish: (before, writer, options, step) => {
    const isInPlace = wayOf(options, before.writers.indexOf(writer)) === "inPlace";
    if (isInPlace && writer.snapshot !== null) return [takeToken(options, step)];
    return [
      step("publish: path", (state, self) => {
        const { alive, aside } = claimOf(state, self);
        self.at = alive && !aside ? "publishFound" : "again";
      }),
    ];
  },

  publishFound: (state, writer, options, step) => {
    if (writer.snapshot === null) {
      return options.links
        ? [step("publish: link", link(options))]
        : [step("publish: rename", rename(options))];
    }
    return wayOf(options, state.writers.indexOf(writer)) === "exchange"
      ? [step("publish: exchange", exchange(options))]
      : [step("publish: rename", rename(options))];
  },

  lookAtDisplaced: (_, __, options, step) => [
    step("publish: looks at the displaced file", (state, self) => {
      const { alive, next } = claimOf(state, self);
      if (!alive || !next || !isOutside(next)) return goTo(self, afterLook(self, options));
      self.displaced.push({ inode: next.inode, known: self.read, isOutside: true });
      self.at = options.savesFirst ? "saveOutside" : "discardClaim";
    }),
  ],

  saveOutside: (_, __, ___, step) => [
    step("publish: moves the outside version beside the target", (state, self) => {
      const claim = claimOf(state, self);
      if (claim.alive && claim.next) state.beside.push(claim.next.inode);
      claim.next = null;
      self.at = "discardClaim";
    }),
  ],

  // If a fence has removed the file, a copy of what was read is kept.
  keepPrevious: (_, __, { backup }, step) => [
    step("keepPrevious", (state, self) => {
      const claim = claimOf(state, self);
      if (backup === "displaced" && claim.alive && claim.next) {
        self.backup = claim.next.inode;
        claim.next = null;
      } else self.backup = copyOf(state, self.read);
      self.at = "discardClaim";
    }),
  ],

  lookInPlace: (state, { snapshot }, { givesUpWaiting, slowAppender }, step) => {
    if (isOpen(state, snapshot) && !givesUpWaiting && !slowAppender) return [];
    return [
      step("writeInPlace: looks again", (next, self) => {
        self.at = isUnchanged(next, self) ? "writeText" : "again";
      }),
    ];
  },

  writeText: (_, __, options, step) => [
    step("writeInPlace: writes", (state, self) => {
      overwrite(state, self, options);
      inodeAt(state, self.snapshot as number).partial = true;
      self.at = "cutText";
    }),
  ],

  // What another program has appended meanwhile is gone.
  cutText: (_, __, options, step) => [
    step("writeInPlace: truncates", (state, self) => {
      const file = inodeAt(state, self.snapshot as number);
      Object.assign(file, { holds: file.holds & textOf(self, state, options), partial: false });
      self.at = "readBack";
    }),
  ],

  readBack: (_, __, options, step) => [
    step("writeInPlace: reads it back", (state, self) => {
      const text = textOf(self, state, options);
      const isWhole = (inodeAt(state, self.snapshot as number).holds & text) === text;
      if (!isWhole) return goTo(self, "again", { rounds: Infinity });
      self.at = state.target === self.snapshot || !options.looksAfterInPlace ? "discardClaim" : "again";
    }),
  ],
};

function takeToken(options: Options, step: MakeStep) {
  return step("writeInPlace: takes its token", (state, self) => {
    const claim = claimOf(state, self);
    if (!claim.alive) return goTo(self, "again");
    claim.next = null;
    if (options.pausesInPlace) return goTo(self, "lookInPlace");
    if (!isUnchanged(state, self)) return goTo(self, "again");
    overwrite(state, self, options);
    self.at = "discardClaim";
  });
}

function isUnchanged(state: State, { snapshot, read }: Writer): boolean {
  return state.target === snapshot && contentOf(inodeAt(state, snapshot as number)) === read;
}

function overwrite(state: State, self: Writer, options: Options): void {
  inodeAt(state, self.snapshot as number).holds = textOf(self, state, options);
}

/** An absent target. */
const link =
  (options: Options): Change =>
  (state, self) => {
    const { alive, next } = claimOf(state, self);
    if (!alive || !next || state.target !== null) return goTo(self, "again");
    state.target = next.inode;
    noteFirst(state, self, options);
    self.at = "discardClaim";
  };

const rename =
  (options: Options): Change =>
  (state, self) => {
    const claim = claimOf(state, self);
    if (!claim.alive || !claim.next) return goTo(self, "again");
    state.target = claim.next.inode;
    claim.next = null;
    noteFirst(state, self, options);
    keepDisplaced(self);
    self.at = afterLook(self, options);
  };

const exchange =
  (options: Options): Change =>
  (state, self) => {
    const { alive, next } = claimOf(state, self);
    if (!alive || !next || state.target === null) return goTo(self, "again");
    const displaced = state.target;
    state.target = next.inode;
    next.inode = displaced;
    noteFirst(state, self, options);
    keepDisplaced(self);
    self.at = options.looksAtDisplaced ? "lookAtDisplaced" : "discardClaim";
  };

const afterLook = (self: Writer, { backup }: Options) =>
  backup !== "none" && self.backup === null ? "keepPrevious" : "discardClaim";

function noteFirst(state: State, self: Writer, options: Options): void {
  const isFirst = self.displaced.length === 0;
  if (isFirst && options.backup !== "none") self.base = self.read;
  if (options.conflicts && (isFirst || !options.remembersFirst))
    self.published = textOf(self, state, options);
}

/** The file that it read, and still has open. */
function keepDisplaced({ snapshot, read, displaced }: Writer): void {
  if (snapshot !== null) displaced.push({ inode: snapshot, known: read, isOutside: false });
}
