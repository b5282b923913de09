import { keyOf, type State } from "./state.ts";

/** A step that can be taken, and where it leads. */
export interface Move {
  label: string;
  state: State;
}

export interface Finding {
  states: number;
  /** What is wrong in the first state that is, and the shortest way there. */
  broken?: { what: string; schedule: string[] };
}

/**
 * Visits every state that can be reached, those with the fewest steps first.
 * @param moves the steps that can be taken in a state; none: it is final
 * @param check says what is wrong with a state, or null
 */
export function search(
  from: State,
  moves: (state: State) => Move[],
  check: (state: State, isFinal: boolean) => string | null,
  maxStates = Number.POSITIVE_INFINITY,
): Finding {
  const seen = new Set([keyOf(from)]);
  const cameFrom: { before: number; label: string }[] = [{ before: -1, label: "" }];
  let layer: { state: State; number: number }[] = [{ state: from, number: 0 }];
  while (layer.length > 0) {
    const next: typeof layer = [];
    for (const { state, number } of layer) {
      const found = moves(state);
      const what = check(state, found.length === 0);
      if (what) return { states: seen.size, broken: { what, schedule: scheduleTo(number, cameFrom) } };
      for (const move of found) {
        const key = keyOf(move.state);
        if (seen.has(key)) continue;
        seen.add(key);
        cameFrom.push({ before: number, label: move.label });
        next.push({ state: move.state, number: cameFrom.length - 1 });
      }
      if (seen.size > maxStates) throw new Error(`more than ${maxStates} states`);
    }
    layer = next;
  }
  return { states: seen.size };
}

function scheduleTo(number: number, cameFrom: { before: number; label: string }[]): string[] {
  const schedule: string[] = [];
  for (let at = number; at > 0; at = cameFrom[at]?.before ?? 0) schedule.unshift(cameFrom[at]?.label ?? "");
  return schedule;
}
