/** The steps of a round, from its claim to the look back. */
import { exchanges, type Options } from "./options.ts";
import { openedBy } from "./outsiders.ts";
import { type Claim, isOutside, type Outsider, type State, type Writer } from "./state.ts";
import { afterFence, type Change, claimOf, goTo, inodeAt, roundStart, type Step } from "./step.ts";

export const ROUND_STEPS: Record<string, Step> = {
  createClaim: (_, __, { readsBeforeFence, fencesBeforeClaim, fence }, step) => [
    step("createClaim", (state, self) => {
      const first = fence === "none" || readsBeforeFence || fencesBeforeClaim ? "openAtRest" : "listClaims";
      state.claims.push({ alive: true, aside: false, next: null, taken: null });
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

  removeClaim: (state, writer, options, step) => {
    const other = firstOther(state, writer);
    if (options.fence !== "aside" && other.alive && (other.next || other.taken))
      return [emptyClaim(options, step)];
    return [
      step(options.fence === "aside" ? "fence: moves a claim aside" : "fence: removeClaim", (next, self) => {
        const claim = next.claims[self.others.shift() as number] as Claim;
        if (options.fence === "aside") claim.aside = true;
        else claim.alive = false;
        if (self.others.length === 0) self.at = afterFence(options);
      }),
    ];
  },

  // The file's name holds two inode numbers: of the file that was staged, and of the file that its writer had read.
  lookAtTaken: (_, __, ___, step) => [
    step("fence: looks at what it took", (state, self) => {
      const own = claimOf(state, self);
      if (own.taken && isOutside(own.taken)) state.beside.push(own.taken.inode);
      own.taken = null;
      self.at = "removeClaim";
    }),
  ],

  unlinkPeeked: (_, __, { strict }, step) => [
    step("fence: unlinks the file in a claim", (state, self) => {
      unlinkNext(state, self, strict);
      self.at = "removeClaim";
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
      const staged = state.inodes.push({ holds: self.read | self.wants, partial: true }) - 1;
      if (inPlace) state.target = staged;
      else claim.next = { inode: staged, staged, read: self.snapshot };
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

  publishFound: (state, writer, options, step) => {
    if (writer.snapshot === null) {
      return options.links ? [step("publish: link", link)] : [step("publish: rename", rename)];
    }
    return exchanges(options, state.writers.indexOf(writer))
      ? [step("publish: exchange", exchange(options))]
      : [step("publish: rename", rename)];
  },

  lookAtDisplaced: (_, __, { savesFirst }, step) => [
    step("publish: looks at the displaced file", (state, self) => {
      const { alive, next } = claimOf(state, self);
      if (!alive || !next || !isOutside(next)) return goTo(self, "discardClaim");
      self.displaced.push({ inode: next.inode, known: self.read, isOutside: true });
      self.at = savesFirst ? "saveOutside" : "discardClaim";
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

  again: (_, __, options, step) => [
    step("starts over", (state, self) => {
      Object.assign(claimOf(state, self), { alive: false, next: null, taken: null });
      const rest = { snapshot: null, read: 0, others: [] };
      if (self.rounds < options.maxRounds) return goTo(self, roundStart(options), rest);
      if (self.displaced.length === 0) return goTo(self, "abandoned", { ...rest, lock: null });
      // Its own update is done; what it has found in a displaced file is saved beside the target. Others may hold more.
      const own = 1 << state.writers.indexOf(self);
      state.saved |= self.wants & ~own;
      goTo(self, "release", { ...rest, claim: null, wants: own });
    }),
  ],

  discardClaim: (_, __, ___, step) => [
    step("discardClaim", (state, self) => {
      const claim = claimOf(state, self);
      if (claim.alive && claim.next) claim.next = null;
      else {
        claim.alive = false;
        goTo(self, "release", { snapshot: null, read: 0, claim: null });
      }
    }),
  ],

  release: (_, __, { settle }, step) => [
    step("release", (_state, self) =>
      goTo(self, settle !== "none" && self.displaced.length > 0 ? "settle" : "done", { lock: null }),
    ),
  ],

  settle: (state, writer, { settle, slowAppender, givesUpWaiting }, step) => {
    const isOpen = state.outsiders.some(
      ({ at, inode }: Outsider) => at === "write" && writer.displaced.some((file) => file.inode === inode),
    );
    if (settle === "pause") return isOpen && !slowAppender ? [] : [lookBack(step, "settle: 3 ms")];
    if (!isOpen) return [lookBack(step, "settle: no process has it open")];
    return givesUpWaiting ? [lookBack(step, "settle: gives up waiting")] : [];
  },

  findOutsideEdit: (_, __, ___, step) => [
    step("findOutsideEdit", (state, self) => {
      const file = self.displaced.find(({ inode, known }) => inodeAt(state, inode).holds !== known);
      if (!file) {
        // All is merged, so what is saved beside the target is not needed any more.
        const own = self.displaced.filter(({ isOutside }) => isOutside).map(({ inode }) => inode);
        state.beside = state.beside.filter((inode) => !own.includes(inode));
        return goTo(self, "done", { displaced: [] });
      }
      const { holds } = inodeAt(state, file.inode);
      self.wants |= holds & ~file.known;
      file.known = holds;
      goTo(self, "openLocked", { rounds: 0 });
    }),
  ],
};

type MakeStep = Parameters<Step>[3];

const lookBack = (step: MakeStep, label: string) => step(label, (_, self) => goTo(self, "findOutsideEdit"));

/** The file in another's claim goes first. */
function emptyClaim({ fence, strict }: Options, step: MakeStep) {
  if (fence === "take") return step("fence: takes the file in a claim", takeFile);
  if (fence === "peek") return step("fence: looks at the file in a claim", peekAtFile);
  return step("fence: unlinks the file in a claim", (state, self) => unlinkNext(state, self, strict));
}

const firstOther = (state: State, { others }: Writer) => state.claims[others[0] as number] as Claim;

const takeFile: Change = (state, self) => {
  const claim = firstOther(state, self);
  const own = claimOf(state, self);
  if (!own.alive) return goTo(self, "again");
  own.taken = claim.next ?? claim.taken;
  if (claim.next) claim.next = null;
  else claim.taken = null;
  self.at = "lookAtTaken";
};

const peekAtFile: Change = (state, self) => {
  const claim = firstOther(state, self);
  if (!claim.next || !isOutside(claim.next)) return goTo(self, "unlinkPeeked");
  state.beside.push(claim.next.inode);
  claim.next = null;
};

function unlinkNext(state: State, self: Writer, strict: boolean): void {
  const claim = firstOther(state, self);
  // An outsider replaced the file before an exchange, and the claim's owner has not looked yet: the guide gives that up.
  if (claim.next && isOutside(claim.next) && !strict) {
    const { inode } = claim.next;
    state.excused |= inodeAt(state, inode).holds | openedBy(state, inode);
  }
  claim.next = null;
}

/** An absent target. */
const link: Change = (state, self) => {
  const { alive, next } = claimOf(state, self);
  if (!alive || !next || state.target !== null) return goTo(self, "again");
  state.target = next.inode;
  self.at = "discardClaim";
};

const rename: Change = (state, self) => {
  const claim = claimOf(state, self);
  if (!claim.alive || !claim.next) return goTo(self, "again");
  state.target = claim.next.inode;
  claim.next = null;
  keepDisplaced(self);
  self.at = "discardClaim";
};

const exchange =
  ({ looksAtDisplaced }: Options): Change =>
  (state, self) => {
    const { alive, next } = claimOf(state, self);
    if (!alive || !next || state.target === null) return goTo(self, "again");
    const displaced = state.target;
    state.target = next.inode;
    next.inode = displaced;
    keepDisplaced(self);
    self.at = looksAtDisplaced ? "lookAtDisplaced" : "discardClaim";
  };

/** The file that it read, and still has open. */
function keepDisplaced({ snapshot, read, displaced }: Writer): void {
  if (snapshot !== null) displaced.push({ inode: snapshot, known: read, isOutside: false });
}
