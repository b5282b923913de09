/** The lines that git leaves in a text whose merge the user has not resolved yet. */
import { Refusal } from "../system/errors.ts";
import { type Fence, fenceAfter } from "./fences.ts";
import { lineContentEnd, nextLineStart } from "./lineEndings.ts";

/** Line numbers, from 1, of the first and the last line of a conflict. */
export interface Conflict {
  first: number;
  last: number;
}

const OURS = /^<{7}(?: |$)/;
const BETWEEN = /^={7}$/;
const THEIRS = /^>{7}(?: |$)/;

/**
 * The first unresolved conflict: lines `<<<<<<< `, `=======` and `>>>>>>> ` in that order, in any of git's conflict styles.
 * One that begins in fenced code is text: a document may show what a conflict looks like.
 */
export function findConflict(text: string): Conflict | null {
  if (!text.includes("<<<<<<<")) return null;
  let fence: Fence | null = null;
  let first = 0;
  let isBetween = false;
  for (let start = 0, line = 1; start < text.length; line++) {
    const next = nextLineStart(text, start);
    const content = text.slice(start, lineContentEnd(text, next));
    start = next;
    if (fence === null && OURS.test(content)) {
      first = line;
      isBetween = false;
    } else if (first === 0) fence = fenceAfter(content, fence);
    else if (BETWEEN.test(content)) isBetween = true;
    else if (isBetween && THEIRS.test(content)) return { first, last: line };
  }
  return null;
}

/**
 * Refuses a text with an unresolved conflict: a block may stand on both sides of it.
 * @throws {Refusal}
 */
export function refuseConflict(text: string, advice = "Resolve it."): void {
  const conflict = findConflict(text);
  if (!conflict) return;
  throw new Refusal(
    `has an unresolved merge conflict in lines ${conflict.first} to ${conflict.last}`,
    advice,
  );
}
