/**
 * The protocol, a system call a step. Steps have the names of the functions in `shared/` that make the call:
 * lock/flock.ts (openLocked), fileLock.ts (confirm, evictStale, failOpen, release), update/claim.ts (createClaim, fence,
 * listClaims, removeClaim, discardClaim), system/snapshot.ts (openAtRest, isStill), update/stage.ts (stage),
 * update/updateFile.ts (publish), update/displaced.ts (findOutsideEdit).
 *
 * What is left out: time (an eviction, a failing open and a crash may come at any moment; an appender, however, is faster
 * than the pause before `findOutsideEdit`, unless `slowAppender`), the text (a change is a bit), and the journal.
 */
import type { Move } from "./search.ts";
import { type Claim, copy, type Inode, type Outsider, type State, type Writer } from "./state.ts";

/** The protocol as it is, or weakened; and what may happen to it. */
export interface Options {
  /** `aside`: other claims are renamed, not removed. `none`: they are left alone. */
  fence: "remove" | "aside" | "none";
  readsBeforeFence: boolean;
  fencesBeforeClaim: boolean;
  /** After `flock`, whether the path still names the sidecar. */
  confirms: boolean;
  /** A new file is published by `link`, not by `rename`. */
  links: boolean;
  looksAgain: boolean;
  settles: boolean;
  /** The target itself is written, not a file in the claim. */
  inPlace: boolean;

  maxRounds: number;
  crashes: number;
  /** Without it writers begin with the claim: as if each had failed open, which allows everything that a lock does. */
  lock: boolean;
  evicts: boolean;
  failsOpen: boolean;
  /** A free sidecar may be too old, and be replaced. */
  growsStale: boolean;
  slowAppender: boolean;
  /** What the README gives up counts as lost. */
  strict: boolean;
}

export const AS_IT_IS: Options = {
  ...{
    fence: "remove",
    readsBeforeFence: false,
    fencesBeforeClaim: false,
    confirms: true,
    links: true,
    looksAgain: true,
    settles: true,
  },
  ...{
    inPlace: false,
    maxRounds: 2,
    crashes: 0,
    lock: false,
    evicts: true,
    failsOpen: true,
    growsStale: true,
  },
  ...{ slowAppender: false, strict: false },
};

const ENDED = ["done", "abandoned", "crashed"];
type Change = (state: State, writer: Writer) => void;

/** All steps that a writer or an outsider can take. */
export function movesOf(options: Options): (state: State) => Move[] {
  return (state) => [
    ...state.writers.flatMap((_, me) => writerMoves(state, me, options)),
    ...state.outsiders.flatMap((_, me) => outsiderMoves(state, me, options)),
  ];
}

function writerMoves(state: State, me: number, options: Options): Move[] {
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
    moves.push(step("crashes", (_, self) => goTo(self, "crashed", { opened: null, lock: null })));
  return moves;
}

function goTo(writer: Writer, at: string, change: Partial<Writer> = {}): void {
  Object.assign(writer, { at }, change);
}

const claimOf = (state: State, writer: Writer) => state.claims[writer.claim as number] as Claim;
const inodeAt = (state: State, index: number) => state.inodes[index] as Inode;

type Step = (
  state: State,
  writer: Writer,
  options: Options,
  step: (label: string, change: Change) => Move,
) => Move[];

const STEPS: Record<string, Step> = {
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

  createClaim: (_, __, { readsBeforeFence, fencesBeforeClaim, fence }, step) => [
    step("createClaim", (state, self) => {
      const first = fence === "none" || readsBeforeFence || fencesBeforeClaim ? "openAtRest" : "listClaims";
      state.claims.push({ alive: true, aside: false, next: null });
      goTo(self, first, { claim: state.claims.length - 1, rounds: self.rounds + 1 });
    }),
  ],

  listClaims: (state, writer, options, step) => {
    const others = state.claims.flatMap(({ alive, aside }, index) =>
      alive && !aside && index !== writer.claim ? [index] : [],
    );
    return [
      step("fence: listClaims", (_, self) =>
        goTo(self, others.length > 0 ? "removeClaim" : afterFence(options), { others }),
      ),
    ];
  },

  removeClaim: (_, __, options, step) => [
    step(options.fence === "aside" ? "fence: moves a claim aside" : "fence: removeClaim", (state, self) => {
      const claim = state.claims[self.others[0] as number] as Claim;
      if (options.fence === "aside") claim.aside = true;
      else if (claim.alive && claim.next !== null) {
        claim.next = null;
        return;
      } else claim.alive = false;
      self.others.shift();
      if (self.others.length === 0) self.at = afterFence(options);
    }),
  ],

  openAtRest: (_, __, { readsBeforeFence, fence }, step) => [
    step("openAtRest", (state, self) => {
      self.snapshot = state.target;
      self.read = state.target === null ? 0 : inodeAt(state, state.target).holds;
      const isThere = state.target !== null && (self.read & self.wants) === self.wants;
      if (isThere) self.at = "discardClaim";
      else self.at = readsBeforeFence && fence !== "none" ? "listClaims" : "stage";
    }),
  ],

  stage: (_, __, { inPlace }, step) => [
    step(inPlace ? "writes in place" : "stage: open", (state, self) => {
      const claim = claimOf(state, self);
      if (!claim.alive || claim.aside) return goTo(self, "again");
      state.inodes.push({ holds: self.read | self.wants, partial: true });
      if (inPlace) state.target = state.inodes.length - 1;
      else claim.next = state.inodes.length - 1;
      self.at = "stageAll";
    }),
  ],

  stageAll: (_, __, { looksAgain }, step) => [
    step("stage: write", (state, self) => {
      const { next } = claimOf(state, self);
      if (next !== null) inodeAt(state, next).partial = false;
      self.at = looksAgain ? "isStill" : "publish";
    }),
  ],

  isStill: (_, __, ___, step) => [
    step("isStill", (state, self) => {
      const { snapshot, read } = self;
      const still =
        snapshot === null || (state.target === snapshot && inodeAt(state, snapshot).holds === read);
      self.at = still ? "publish" : "again";
    }),
  ],

  // In two steps, as the system does it: another process may come between the path and the file.
  publish: (_, __, ___, step) => [
    step("publish: path", (state, self) => {
      const { alive, aside } = claimOf(state, self);
      self.at = alive && !aside ? "publishFound" : "again";
    }),
  ],

  publishFound: (_, __, { links }, step) => [
    step("publish", (state, self) => {
      const claim = claimOf(state, self);
      const { next } = claim;
      const exists = links && self.snapshot === null && state.target !== null;
      if (!claim.alive || next === null || exists) return goTo(self, "again");
      state.target = next;
      if (self.snapshot !== null || !links) claim.next = null;
      if (self.snapshot !== null) self.displaced.push({ inode: self.snapshot, known: self.read });
      self.at = "discardClaim";
    }),
  ],

  again: (_, __, options, step) => [
    step("starts over", (state, self) => {
      const claim = claimOf(state, self);
      Object.assign(claim, { alive: false, next: null });
      const rest = { snapshot: null, read: 0 };
      if (self.rounds < options.maxRounds) return goTo(self, roundStart(options), rest);
      // Its own update is done; what it has found in the displaced file is saved beside the target.
      const isMerge = self.displaced.length > 0;
      if (isMerge) state.saved |= self.wants & ~(1 << state.writers.indexOf(self));
      goTo(self, isMerge ? "done" : "abandoned", { ...rest, lock: null });
    }),
  ],

  discardClaim: (_, __, ___, step) => [
    step("discardClaim", (state, self) => {
      const claim = claimOf(state, self);
      if (claim.alive && claim.next !== null) claim.next = null;
      else {
        claim.alive = false;
        goTo(self, "release", { snapshot: null, read: 0, claim: null });
      }
    }),
  ],

  release: (_, __, { settles }, step) => [
    step("release", (_state, self) =>
      goTo(self, settles && self.displaced.length > 0 ? "findOutsideEdit" : "done", { lock: null }),
    ),
  ],

  findOutsideEdit: (state, writer, { slowAppender }, step) => {
    const isOpen = ({ at, inode }: Outsider) =>
      at === "write" && writer.displaced.some((file) => file.inode === inode);
    if (!slowAppender && state.outsiders.some(isOpen)) return [];
    return [
      step("findOutsideEdit", (next, self) => {
        const file = self.displaced.find(({ inode, known }) => inodeAt(next, inode).holds !== known);
        if (!file) return goTo(self, "done");
        const { holds } = inodeAt(next, file.inode);
        self.wants |= holds & ~file.known;
        file.known = holds;
        goTo(self, "openLocked", { rounds: 0 });
      }),
    ];
  },
};

function roundStart({ fencesBeforeClaim }: Options): string {
  return fencesBeforeClaim ? "listClaims" : "createClaim";
}

function afterFence({ readsBeforeFence, fencesBeforeClaim }: Options): string {
  if (fencesBeforeClaim) return "createClaim";
  return readsBeforeFence ? "stage" : "openAtRest";
}

/** An outsider knows nothing of locks and claims. Its change is a bit above those of the writers. */
function outsiderMoves(state: State, me: number, { strict }: Options): Move[] {
  const bit = bitOf(state, me);
  const { at } = state.outsiders[me] as Outsider;
  const step = (label: string, change: (next: State, self: Outsider) => void): Move => {
    const next = copy(state);
    change(next, next.outsiders[me] as Outsider);
    return { label: `an outsider ${label}`, state: next };
  };
  const newTarget = (next: State, holds: number) => {
    next.inodes.push({ holds, partial: false });
    next.target = next.inodes.length - 1;
  };
  switch (at) {
    case "open":
      return [
        step("opens, to append", (next, self) => {
          if (next.target === null) newTarget(next, 0);
          Object.assign(self, { at: "write", inode: next.target });
        }),
      ];
    case "write":
      return [
        step("appends", (next, self) => {
          inodeAt(next, self.inode as number).holds |= bit;
          self.at = "done";
        }),
      ];
    case "replace":
      return [
        step("replaces the file", (next, self) => {
          // Between our last look and our rename: there is no call that exchanges two files.
          const inWindow = next.writers.some(
            (writer) => writer.at.startsWith("publish") && writer.snapshot === next.target,
          );
          if (inWindow && !strict) next.excused |= bit;
          newTarget(next, bit | (next.target === null ? 0 : inodeAt(next, next.target).holds));
          self.at = "done";
        }),
      ];
    case "delete":
      return [
        step("deletes the file", (next, self) => {
          if (next.target !== null) next.deleted |= inodeAt(next, next.target).holds;
          next.target = null;
          self.at = "done";
        }),
      ];
    default:
      return [];
  }
}

function bitOf(state: State, outsider: number): number {
  return 1 << (state.writers.length + outsider);
}

/** What must hold in every state, and at the end. @returns what does not, or null */
export function checkOf(options: Options): (state: State, isFinal: boolean) => string | null {
  return (state, isFinal) => {
    if (state.target !== null && inodeAt(state, state.target).partial) return "the target is partial";
    if (!isFinal) return null;
    const holds =
      (state.target === null ? 0 : inodeAt(state, state.target).holds) |
      state.deleted |
      state.saved |
      state.excused;
    for (const [number, { at }] of state.writers.entries()) {
      if (at === "done" && !(holds & (1 << number)))
        return `the update of ${String.fromCharCode(65 + number)} is missing`;
    }
    for (const [number, { at }] of state.outsiders.entries()) {
      const bit = bitOf(state, number);
      if (at === "done" && isEdit(state, bit) && !(holds & bit) && !diedWith(state, bit))
        return "the outside edit is missing";
    }
    return options.fence === "remove" ? claimLeftByNext(state, options) : null;
  };
}

/** A deletion leaves no bit anywhere. */
const isEdit = (state: State, bit: number) => state.inodes.some(({ holds }) => holds & bit);

/** A writer that crashes before it has looked back takes what it has displaced with it: the backup has that. */
const diedWith = (state: State, bit: number) =>
  state.writers.some(
    ({ at, displaced }) =>
      at === "crashed" && displaced.some(({ inode }) => inodeAt(state, inode).holds & bit),
  );

/** Lets one more writer run, alone: no claim outlives it. */
function claimLeftByNext(state: State, options: Options): string | null {
  let now = copy(state);
  const me = now.writers.length;
  const [first] = now.writers;
  now.writers.push({
    ...(first as Writer),
    ...{ at: "createClaim", rounds: 0, wants: 1 << 20, claim: null },
  });
  Object.assign(now.writers[me] as Writer, { others: [], displaced: [], opened: null, lock: null });
  while (!ENDED.includes((now.writers[me] as Writer).at)) {
    const [move] = writerMoves(now, me, { ...options, crashes: 0, maxRounds: 10, lock: false });
    if (!move) return "the next writer cannot go on";
    now = move.state;
  }
  if ((now.writers[me] as Writer).at !== "done") return "the next writer gives up";
  return now.claims.some(({ alive }) => alive) ? "a claim outlives the next writer" : null;
}
