/** The steps on claims: update/claim.ts. */
import type { Options } from "./options.ts";
import { openedBy } from "./outsiders.ts";
import { type Claim, isOutside, isUnfinished, type Staged, type State, TEXT, type Writer } from "./state.ts";
import { afterFence, type Change, claimOf, goTo, inodeAt, type MakeStep, type Step } from "./step.ts";

export const CLAIM_STEPS: Record<string, Step> = {
  createClaim: (_, __, { readsBeforeFence, fencesBeforeClaim, fence, firm }, step) => [
    step("createClaim", (state, self) => {
      const first = fence === "none" || readsBeforeFence || fencesBeforeClaim ? "openAtRest" : "listClaims";
      const isFirm = firm !== "none" && self === state.writers[0];
      state.claims.push({ alive: true, aside: false, isFirm, next: null, taken: null });
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
    if (other.isFirm && options.firm === "young")
      return [step("fence: a claim is in the way", (_, self) => goTo(self, "again"))];
    if (other.isFirm && options.firm === "old")
      return [
        step("fence: ignores an old claim", (_, self) => {
          self.others.shift();
          if (self.others.length === 0) self.at = afterFence(options);
        }),
      ];
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
  lookAtTaken: (_, __, options, step) => [
    step("fence: looks at what it took", (state, self) => {
      const own = claimOf(state, self);
      if (own.taken && isKept(state, own.taken, options)) state.beside.push(own.taken.inode);
      // The file of a removal, whose writer may have crashed.
      else if (own.taken?.staged === null) state.deleted |= TEXT;
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

  discardClaim: (_, __, options, step) => [
    step("discardClaim", (state, self) => {
      const claim = claimOf(state, self);
      if (claim.alive && claim.next) {
        if (options.savesUnfinished && isKept(state, claim.next, options))
          state.beside.push(claim.next.inode);
        claim.next = null;
      } else {
        claim.alive = false;
        goTo(self, "release", { snapshot: null, read: 0, claim: null });
      }
    }),
  ],
};

/** Whether whoever removes a claim moves the file in it beside the target. */
function isKept(state: State, file: Staged, { savesUnfinished }: Options): boolean {
  return isOutside(file) || (savesUnfinished && isUnfinished(state, file));
}

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
