/** The steps of a removal after its last look: update/removeFile.ts. */
import { isOpen } from "./state.ts";
import { claimOf, goTo, inodeAt, type Step } from "./step.ts";

export const REMOVE_STEPS: Record<string, Step> = {
  moveAway: (_, __, { removal }, step) => [
    step(`removeFile: ${removal === "unlinks" ? "unlinks" : "moves"} the file`, (state, self) => {
      const claim = claimOf(state, self);
      const isThere = claim.alive && state.target !== null;
      if (!isThere) return goTo(self, "discardClaim");
      if (removal === "unlinks") state.deleted |= self.read;
      else
        claim.next = { inode: state.target as number, staged: null, read: self.snapshot, known: self.read };
      state.target = null;
      self.at = removal === "unlinks" ? "discardClaim" : "settleMoved";
    }),
  ],

  settleMoved: (state, { snapshot }, { settle, givesUpWaiting, slowAppender }, step) => {
    const open = isOpen(state, snapshot);
    if (settle === "pause" && (!open || slowAppender))
      return [step("settle: 3 ms", (_, self) => goTo(self, "compareMoved"))];
    if (!open) return [step("settle: no process has it open", (_, self) => goTo(self, "compareMoved"))];
    return givesUpWaiting ? [step("settle: gives up waiting", (_, self) => goTo(self, "putBack"))] : [];
  },

  compareMoved: (_, __, { removal }, step) => [
    step("removeFile: compares what it has moved", (state, self) => {
      const { alive, next } = claimOf(state, self);
      const isSame =
        alive && next?.inode === self.snapshot && inodeAt(state, next?.inode as number).holds === self.read;
      if (isSame) state.deleted |= self.read;
      self.at = isSame || removal === "keeps" ? "discardClaim" : "putBack";
    }),
  ],

  putBack: (_, __, ___, step) => [
    step("removeFile: puts it back", (state, self) => {
      const claim = claimOf(state, self);
      if (claim.alive && claim.next) {
        if (state.target === null) state.target = claim.next.inode;
        else state.beside.push(claim.next.inode);
      }
      const isTaken = !claim.alive || !claim.next;
      const moved = self.snapshot as number;
      // A fence has removed the file: what was written into it since goes beside the target.
      if (isTaken && inodeAt(state, moved).holds !== self.read) state.beside.push(moved);
      claim.next = null;
      self.at = "discardClaim";
    }),
  ],
};
