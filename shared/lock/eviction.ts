/**
 * When a waiter may unlink a sidecar that it could not lock. The kernel frees a dead process's flock at once, so a holder
 * is always alive, and is evicted only if it is *known* to have held the lock for longer than the TTL.
 *
 * - A holder of this package wrote a record: the time in it is older than the TTL, or in the future by more.
 * - Any other holder (`flock(1)`, a script in another language) leaves nothing, and the sidecar's age says nothing of it.
 *   The first waiter that meets it leaves a *witness*: who held the lock, and when. A later waiter evicts that process if
 *   it holds the lock still and the witness is older than the TTL. A holder that the kernel does not name is not evicted.
 * In both cases the waiter itself has waited for a second, in which the record has not changed.
 *
 * A witness is a line of the sidecar: `{"pid":…,"start":…,"seen_at":…}`. Waiters append, so they neither wait for each
 * other nor damage a record, which is the first line and has `acquired_at`. Of several witnesses of a process the oldest
 * counts. The next writer that gets the lock truncates the sidecar; until then a witness only names a former holder.
 *
 * Windows lets no process unlink a file that another one has open, so there no holder is evicted.
 *
 * The sidecar lies in the project: a repository can contain one. So a record counts only for the process that the kernel
 * names, or if the kernel names none and the process runs. A witness counts only for the process that the kernel names,
 * and its start token cannot be guessed.
 */
import fs from "node:fs";
import type { LockHolder } from "../journal/events.ts";
import { ifPresent, isCode, quietly } from "../system/errors.ts";
import { isSameFile } from "../system/files.ts";
import { IS_LINUX, IS_WINDOWS } from "../system/platform.ts";
import { monotonicMs } from "../system/time.ts";
import {
  callersOf,
  describeHolder,
  findHolder,
  findProcess,
  type HolderRecord,
  type ProcessId,
  parseProcess,
  parseRecord,
  readLines,
} from "./holder.ts";

/** A waiter evicts no process before it has waited this long for it. */
const PATIENCE_MS = 1000;
/** Between two looks at the sidecar, which cost more than a try to lock it. */
const LOOK_MS = 100;
/** Foreign holders never truncate the sidecar. In a longer one, a waiter does so before it appends a witness. */
const MAX_SIDECAR_BYTES = 2048;
const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
const OPEN_FLAGS = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK;

/** The holder that a waiter waits for. */
export interface Watch {
  /** The sidecar's inode, and the record in it. */
  seen: string;
  /** Since when the waiter has seen no other. */
  since: number;
  nextLookAt: number;
  /** The waiter has left a witness: not it, but a later one may evict that holder. */
  isWitness: boolean;
}

/** A sidecar that we unlinked. */
export interface Unlinked {
  ageMs: number;
  ino: number;
  holder?: LockHolder | undefined;
}

/** A sidecar that is held, as a waiter reads it. */
interface Held {
  fd: number;
  stat: fs.BigIntStats;
  record: HolderRecord | null;
  /** What its lines name: its witnesses, and its record. */
  witnesses: (ProcessId & Record<string, unknown>)[];
}

export function newWatch(): Watch {
  return { seen: "", since: 0, nextLookAt: 0, isWitness: false };
}

/**
 * Evicts the holder of a sidecar if it may, by unlinking the sidecar. Called after each refusal.
 * @returns what it evicted; `replaced` if the path names another file now; `held` to wait on
 * @throws the system's error
 */
export function evictHolder(sidecar: string, watch: Watch, ttlMs: number): Unlinked | "replaced" | "held" {
  if (IS_WINDOWS) return "held";
  const now = monotonicMs();
  if (now < watch.nextLookAt) return "held";
  watch.nextLookAt = now + LOOK_MS;
  const fd = ifPresent(() => fs.openSync(sidecar, OPEN_FLAGS));
  if (fd === null) return "replaced";
  try {
    const held = readHeld(fd);
    const seen = `${held.stat.dev} ${held.stat.ino} ${JSON.stringify(held.record)}`;
    if (watch.seen !== seen) Object.assign(watch, { seen, since: now });
    if (now - watch.since < PATIENCE_MS) return "held";
    watch.nextLookAt = now + PATIENCE_MS;
    const holder = findProcess(fd, held.record, held.witnesses);
    if (!holder) return "held";
    const ageMs = heldMs(held, holder);
    if (ageMs === undefined) {
      leaveWitness(held, holder);
      watch.isWitness = true;
      return "held";
    }
    const isKnown = holder === held.record || !watch.isWitness;
    if (!isKnown || Math.abs(ageMs) <= ttlMs) return "held";
    const unlinked = { ageMs, ino: Number(held.stat.ino), holder: describeHolder(holder, held.record) };
    const named = fs.lstatSync(sidecar, { bigint: true, throwIfNoEntry: false });
    // If another waiter unlinks the sidecar first, that waiter reports the eviction.
    if (!isSameFile(named, held.stat) || ifPresent(() => fs.unlinkSync(sidecar)) === null) return "replaced";
    return unlinked;
  } finally {
    fs.closeSync(fd);
  }
}

/** Finds the holder of a sidecar, and leaves a witness if that one has left no record. Never throws. */
export function witnessHolder(sidecar: string): LockHolder | undefined {
  if (IS_WINDOWS) return findHolder(sidecar);
  let found: LockHolder | undefined;
  quietly(() => {
    const fd = fs.openSync(sidecar, OPEN_FLAGS);
    try {
      const held = readHeld(fd);
      const holder = findProcess(fd, held.record, held.witnesses);
      found = holder && describeHolder(holder, held.record);
      if (holder && heldMs(held, holder) === undefined) leaveWitness(held, holder);
    } finally {
      fs.closeSync(fd);
    }
  });
  return found;
}

/** For how long a process is known to have held the lock, in milliseconds; undefined without a record or witness. */
function heldMs({ record, witnesses }: Held, holder: ProcessId): number | undefined {
  if (record && holder === record) return Date.now() - Date.parse(record.acquired_at);
  const ages = witnesses
    .filter(({ pid, start }) => pid === holder.pid && start === holder.start)
    .map(({ seen_at }) => Date.now() - Date.parse(String(seen_at)))
    // Not a record, which says no such time, nor a witness from before the clock was set back, which would never grow old.
    .filter((age) => age >= 0);
  return ages.length > 0 ? Math.max(...ages) : undefined;
}

/** Never throws: if it fails, the next waiter is the first one. */
function leaveWitness({ fd, stat }: Held, { pid, start }: ProcessId): void {
  quietly(() => {
    // Otherwise we would write into another file.
    if (!stat.isFile() || stat.nlink !== 1n) return;
    if (stat.size > MAX_SIDECAR_BYTES) fs.ftruncateSync(fd, 0);
    // What a crash or another program has left may not end in a line break.
    fs.writeSync(fd, `\n${JSON.stringify({ pid, start, seen_at: new Date().toISOString() })}\n`);
  });
}

/** @throws the system's error */
function readHeld(fd: number): Held {
  const stat = fs.fstatSync(fd, { bigint: true });
  const lines = readLines(fd);
  const witnesses = lines.map(parseProcess).flatMap((named) => named ?? []);
  return { fd, stat, record: parseRecord(lines[0] ?? ""), witnesses };
}

/**
 * Unlinks a sidecar that we may not open, if it is stale and no process is known to hold it: another user made it, perhaps
 * root in a container.
 * @param error why we could not open it
 * @returns what it unlinked; `replaced` if another process was faster; undefined if the sidecar must stay
 */
export function removeUnreadable(
  error: unknown,
  sidecar: string,
  ttlMs: number,
): Unlinked | "replaced" | undefined {
  if (!isCode(error, "EACCES", "EPERM")) return undefined;
  try {
    const stat = fs.lstatSync(sidecar, { bigint: true });
    const ageMs = Date.now() - Number(stat.mtimeMs);
    if (!stat.isFile() || Math.abs(ageMs) <= ttlMs || isLocked(stat.ino)) return undefined;
    fs.unlinkSync(sidecar);
    return { ageMs, ino: Number(stat.ino) };
  } catch (problem) {
    // Otherwise we may not write the folder.
    return isCode(problem, "ENOENT") ? "replaced" : undefined;
  }
}

function isLocked(ino: bigint): boolean {
  try {
    return IS_LINUX && callersOf(ino).length > 0;
  } catch {
    return false;
  }
}
