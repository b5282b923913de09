/** What must hold in every interleaving. */
import { type Options, wayOf } from "./options.ts";
import { bitOf } from "./outsiders.ts";
import { ENDED, writerMoves } from "./protocol.ts";
import { copy, newWriter, type State, type Writer } from "./state.ts";
import { inodeAt, roundStart } from "./step.ts";

/** What must hold in every state, and at the end. @returns what does not, or null */
export function checkOf(options: Options): (state: State, isFinal: boolean) => string | null {
  return (state, isFinal) => {
    const isPartial = state.target !== null && inodeAt(state, state.target).partial;
    if (isPartial && (isFinal || options.publish !== "inPlace")) return "the target is partial";
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
  if (state.text & ~holds) return "the user's text is missing";
  for (const [number, { at, removes, backup, base }] of state.writers.entries()) {
    const name = String.fromCharCode(65 + number);
    if (at === "done" && !removes && !(holds & (1 << number))) return `the update of ${name} is missing`;
    if (backup !== null && base & ~inodeAt(state, backup).holds) return `the backup of ${name} is stale`;
  }
  const backups = state.writers.reduce((all, { backup }) => all | holdsOf(state, backup), 0);
  for (const [number, { at }] of state.outsiders.entries()) {
    const bit = bitOf(state, number);
    if (at === "done" && !((holds | backups) & bit) && !diedWith(state, bit, options))
      return "the outside edit is missing";
  }
  return null;
}

const holdsOf = (state: State, inode: number | null) => (inode === null ? 0 : inodeAt(state, inode).holds);

/** A writer that crashes before it has looked back takes with it what an appender has put into a file that it replaced by a rename. */
function diedWith(state: State, bit: number, options: Options): boolean {
  return state.writers.some(
    ({ at, displaced }, number) =>
      at === "crashed" &&
      displaced.some(
        ({ inode, isOutside }) =>
          inodeAt(state, inode).holds & bit && isGivenUp(isOutside, wayOf(options, number), options),
      ),
  );
}

function isGivenUp(
  isOutside: boolean,
  way: string,
  { savesFirst, savesUnfinished, strict }: Options,
): boolean {
  if (isOutside) return !savesFirst && !strict;
  return way === "rename" || !(savesUnfinished || strict);
}

/** Lets one more writer run, alone. @returns the state after that, or what is wrong with it */
function afterNextWriter(state: State, options: Options): State | string {
  let now = copy(state);
  const me = now.writers.length;
  now.writers.push(newWriter(roundStart(options), 1 << 20));
  while (!ENDED.includes((now.writers[me] as Writer).at)) {
    const [move] = writerMoves(now, me, { ...options, crashes: 0, maxRounds: 10, lock: false });
    if (!move) return "the next writer cannot go on";
    now = move.state;
  }
  return (now.writers[me] as Writer).at === "done" ? now : "the next writer gives up";
}

function leftOver({ claims }: State, { fence, firm }: Options): string | null {
  if (fence === "none" || fence === "aside" || firm !== "none") return null;
  return claims.some(({ alive }) => alive) ? "a claim outlives the next writer" : null;
}
