/** What must hold in every interleaving. */
import type { Options } from "./options.ts";
import { bitOf } from "./outsiders.ts";
import { ENDED, writerMoves } from "./protocol.ts";
import { copy, type State, type Writer } from "./state.ts";
import { inodeAt, roundStart } from "./step.ts";

/** What must hold in every state, and at the end. @returns what does not, or null */
export function checkOf(options: Options): (state: State, isFinal: boolean) => string | null {
  return (state, isFinal) => {
    if (state.target !== null && inodeAt(state, state.target).partial) return "the target is partial";
    if (!isFinal) return null;
    const after = afterNextWriter(state, options);
    if (typeof after === "string") return after;
    return missing(state, after, options) ?? leftOver(after, options);
  };
}

/** @param state as all have ended @param after the same, swept up */
function missing(state: State, after: State, options: Options): string | null {
  const beside = after.beside.reduce((holds, inode) => holds | inodeAt(after, inode).holds, 0);
  const target = after.target === null ? 0 : inodeAt(after, after.target).holds;
  const holds = target | beside | after.deleted | after.saved | after.excused;
  for (const [number, { at }] of state.writers.entries()) {
    if (at === "done" && !(holds & (1 << number)))
      return `the update of ${String.fromCharCode(65 + number)} is missing`;
  }
  for (const [number, { at }] of state.outsiders.entries()) {
    const bit = bitOf(state, number);
    if (at === "done" && isEdit(state, bit) && !(holds & bit) && !diedWith(state, bit, options))
      return "the outside edit is missing";
  }
  return null;
}

/** A deletion leaves no bit anywhere. */
const isEdit = (state: State, bit: number) => state.inodes.some(({ holds }) => holds & bit);

/**
 * A writer that crashes before it has looked back takes with it what an appender has put into the displaced file: the
 * backup has that. The backup does not have a version that an outsider put in the place of the file.
 */
function diedWith(state: State, bit: number, { savesFirst, strict }: Options): boolean {
  return state.writers.some(
    ({ at, displaced }) =>
      at === "crashed" &&
      displaced.some(
        ({ inode, isOutside }) =>
          inodeAt(state, inode).holds & bit && (!isOutside || (!savesFirst && !strict)),
      ),
  );
}

/** Lets one more writer run, alone. @returns the state after that, or what is wrong with it */
function afterNextWriter(state: State, options: Options): State | string {
  let now = copy(state);
  const me = now.writers.length;
  now.writers.push({
    ...{ at: roundStart(options), rounds: 0, wants: 1 << 20, claim: null, others: [], snapshot: null },
    ...{ read: 0, displaced: [], opened: null, lock: null },
  });
  while (!ENDED.includes((now.writers[me] as Writer).at)) {
    const [move] = writerMoves(now, me, { ...options, crashes: 0, maxRounds: 10, lock: false });
    if (!move) return "the next writer cannot go on";
    now = move.state;
  }
  return (now.writers[me] as Writer).at === "done" ? now : "the next writer gives up";
}

function leftOver({ claims }: State, { fence }: Options): string | null {
  if (fence === "none" || fence === "aside") return null;
  return claims.some(({ alive }) => alive) ? "a claim outlives the next writer" : null;
}
