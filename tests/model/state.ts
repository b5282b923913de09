/** What the model's system calls work on: a folder with a target, claims and a sidecar, and who is at which step. */

/** A set of changes: writer 0's is bit 0, and so on. No changes: an empty file. */
export type Changes = number;

/** The user's text, which is in the file at first. */
export const TEXT = 1 << 16;

export interface Inode {
  holds: Changes;
  /** Not all of it is written yet. */
  partial: boolean;
}

/** What a read finds in a file: of a part, the worst case. */
export const contentOf = ({ holds, partial }: Inode): Changes => (partial ? 0 : holds);

/** A file in a claim. Its name holds two inode numbers, so that whoever fences can tell what it is. */
export interface Staged {
  inode: number;
  /** None for a file that a removal has moved. */
  staged: number | null;
  read: number | null;
  /** What its writer found in the file that it read. In the real name: the time and the size. */
  known: Changes;
}

/** Neither what was staged nor what its writer had read: an exchange displaced a version of an outsider. */
export const isOutside = ({ inode, staged, read }: Staged) => inode !== staged && inode !== read;

/** Whether an outsider has a file open for writing. An appender that the kernel pauses inside its open does not count. */
export function isOpen({ outsiders }: State, file: number | null): boolean {
  return outsiders.some(({ at, inode }) => (at === "write" || at === "rewrite") && inode === file);
}

/** The file that its writer had read, and another program has not finished writing it, or had not when it was read. */
export const isUnfinished = (state: State, { inode, read, known }: Staged) =>
  inode === read && (isOpen(state, inode) || (state.inodes[inode] as Inode).holds !== known);

/** A folder of one writer; a removed one is dead for ever. */
export interface Claim {
  alive: boolean;
  /** Under another name: paths do not lead to it any more. */
  aside: boolean;
  /** Only its owner may remove it. */
  isFirm: boolean;
  next: Staged | null;
  /** What its writer has moved here out of a claim that it removes. */
  taken: Staged | null;
}

export interface Writer {
  at: string;
  rounds: number;
  /** It removes the file, if that holds only the user's text. */
  removes: boolean;
  /** What it wants to add to the target. */
  wants: Changes;
  /** The version of another program that it is merging. */
  outside: Changes;
  /** The text of its first publish, and what that had displaced. */
  published: Changes;
  base: Changes;
  backup: number | null;
  /** Index of its claim. */
  claim: number | null;
  /** Claims that it has listed and not removed yet. */
  others: number[];
  /** The inode that it has open, or null for an absent target, and what it read. */
  snapshot: number | null;
  read: Changes;
  /** What it has displaced, and what it knows to be in it. `isOutside`: not the file that it read. */
  displaced: { inode: number; known: Changes; isOutside: boolean }[];
  /** The sidecar that it has open, and the one that it has locked. */
  opened: number | null;
  lock: number | null;
}

export interface Outsider {
  at:
    | "open"
    | "find"
    | "found"
    | "write"
    | "truncate"
    | "rewrite"
    | "replace"
    | "delete"
    | "lock"
    | "wait"
    | "read"
    | "overwrite"
    | "done";
  inode: number | null;
  /** What it has read, and will write again. */
  read: Changes;
  /** The sidecar that it has open, and the one that it has locked. */
  opened: number | null;
  lock: number | null;
}

export interface State {
  inodes: Inode[];
  target: number | null;
  claims: Claim[];
  /** The sidecar that the path names, and who has locked which. */
  sidecar: number | null;
  sidecars: number;
  /** The sidecar in which a crashed writer has left its record. */
  abandoned: number | null;
  writers: Writer[];
  outsiders: Outsider[];
  /** What was in the file at first. */
  text: Changes;
  /** Changes that an outsider, or a removal, has deleted together with the file. */
  deleted: Changes;
  /** Changes that are in a file beside the target, since they could not be merged. */
  saved: Changes;
  /** Files beside the target, with versions that are not merged, or not yet. */
  beside: number[];
  /** Changes that the guide says may be lost. */
  excused: Changes;
}

export function newWriter(at: string, wants: Changes, removes = false): Writer {
  return {
    ...{ at, rounds: 0, removes, wants, outside: 0, published: 0, base: 0, backup: null, claim: null },
    ...{ others: [], snapshot: null, read: 0, displaced: [], opened: null, lock: null },
  };
}

export function initial(
  writers: number,
  outsiders: Outsider["at"][],
  exists: boolean,
  removers: number,
): State {
  return {
    inodes: exists ? [{ holds: TEXT, partial: false }] : [],
    target: exists ? 0 : null,
    claims: [],
    sidecar: null,
    sidecars: 0,
    abandoned: null,
    writers: Array.from({ length: writers + removers }, (_, number) =>
      newWriter("openLocked", 1 << number, number >= writers),
    ),
    outsiders: outsiders.map((at) => ({ at, inode: null, read: 0, opened: null, lock: null })),
    text: exists ? TEXT : 0,
    deleted: 0,
    saved: 0,
    beside: [],
    excused: 0,
  };
}

export function copy(state: State): State {
  return {
    ...state,
    inodes: state.inodes.map((inode) => ({ ...inode })),
    claims: state.claims.map(({ alive, aside, isFirm, next, taken }) => ({
      alive,
      aside,
      isFirm,
      next: next && { ...next },
      taken: taken && { ...taken },
    })),
    writers: state.writers.map((writer) => ({
      ...writer,
      others: [...writer.others],
      displaced: writer.displaced.map((file) => ({ ...file })),
    })),
    outsiders: state.outsiders.map((outsider) => ({ ...outsider })),
    beside: [...state.beside],
  };
}

/** Two states with the same key behave alike: what no step can reach is left out, and the rest is numbered again. */
export function keyOf(state: State): string {
  const numbers = new Map<number, number>();
  const inodes: unknown[] = [];
  const inode = (index: number | null): number | null => {
    if (index === null) return null;
    const known = numbers.get(index);
    if (known !== undefined) return known;
    numbers.set(index, inodes.length);
    const { holds, partial } = state.inodes[index] as Inode;
    inodes.push(partial ? -holds - 1 : holds);
    return inodes.length - 1;
  };
  const sidecars = new Map<number, number>();
  const sidecar = (index: number | null): number | null => {
    if (index === null) return null;
    if (!sidecars.has(index)) sidecars.set(index, sidecars.size);
    return sidecars.get(index) as number;
  };
  const staged = (file: Staged | null) =>
    file && [inode(file.inode), isOutside(file) ? -1 : file.inode === file.read ? file.known : -2];
  const contents = ({ aside, isFirm, next, taken }: Claim) => [
    (aside ? 1 : 0) + (isFirm ? 2 : 0),
    staged(next),
    staged(taken),
  ];
  // A dead claim matters to its owner alone, who sees that it is dead.
  const claim = (index: number | null): unknown => {
    if (index === null) return null;
    const found = state.claims[index] as Claim;
    return found.alive ? contents(found) : 0;
  };
  const owned = new Set(state.writers.map((writer) => writer.claim));
  return JSON.stringify([
    inode(state.target),
    sidecar(state.sidecar),
    sidecar(state.abandoned),
    // Above that it makes no difference: see `confirm`.
    Math.min(state.sidecars, 2),
    state.writers.map((writer) => [
      ...[writer.at, writer.rounds, writer.wants, writer.outside, writer.published, writer.base],
      ...[writer.read, inode(writer.backup), claim(writer.claim), inode(writer.snapshot)],
      ...[sidecar(writer.opened), sidecar(writer.lock)],
      writer.others.filter((other) => state.claims[other]?.alive).map((other) => ownerOf(state, other)),
      writer.displaced.map((file) => [inode(file.inode), file.known, Number(file.isOutside)]),
    ]),
    state.claims.flatMap((left, index) => (left.alive && !owned.has(index) ? [contents(left)] : [])),
    state.outsiders.map(({ at, inode: held, read, opened, lock }) => [
      ...[at, inode(held), read, sidecar(opened), sidecar(lock)],
    ]),
    state.beside.map(inode),
    ...[state.deleted, state.saved, state.excused, inodes],
  ]);
}

/** A claim by its owner: a writer has one at a time; one that a crash has left by its number. */
function ownerOf(state: State, claim: number): number {
  const owner = state.writers.findIndex((writer) => writer.claim === claim);
  return owner === -1 ? claim + state.writers.length : owner;
}
