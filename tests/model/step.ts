import type { Options } from "./options.ts";
import type { Move } from "./search.ts";
import type { Claim, Inode, State, Writer } from "./state.ts";

/** What a step does to a copy of the state, and to the writer in it. */
export type Change = (state: State, self: Writer) => void;

/** The moves that a writer has at one point of the protocol; none: it waits. */
export type Step = (
  state: State,
  writer: Writer,
  options: Options,
  step: (label: string, change: Change) => Move,
) => Move[];

export function goTo(writer: Writer, at: string, change: Partial<Writer> = {}): void {
  Object.assign(writer, { at }, change);
}

export const claimOf = (state: State, writer: Writer) => state.claims[writer.claim as number] as Claim;
export const inodeAt = (state: State, index: number) => state.inodes[index] as Inode;

export function roundStart({ fencesBeforeClaim }: Options): string {
  return fencesBeforeClaim ? "listClaims" : "createClaim";
}

export function afterFence({ readsBeforeFence, fencesBeforeClaim }: Options): string {
  if (fencesBeforeClaim) return "createClaim";
  return readsBeforeFence ? "stage" : "openAtRest";
}
