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

export type MakeStep = Parameters<Step>[3];

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

export function afterRead({ readsBeforeFence, fence }: Options): string {
  return readsBeforeFence && fence !== "none" ? "listClaims" : "stage";
}

/** Our change is applied to the outside version, or what that added to the target. */
export function textOf(self: Writer, { writers }: State, options: Options): number {
  if (!self.outside) return self.read | self.wants;
  const acknowledged = options.keepsAcknowledged ? self.read & ~self.published : 0;
  return self.outside | (1 << writers.indexOf(self)) | acknowledged;
}

export function copyOf(state: State, holds: number): number {
  return state.inodes.push({ holds, partial: false }) - 1;
}
