/** Pairs marker lines: a START and an END with nothing of their kind between them. */

export interface MarkerLine {
  edge: "START" | "END";
  /** Offset of the line's first character. */
  start: number;
  /** Offset of the next line's first character. */
  end: number;
}

/** A well-formed pair: `start` to `end` is the offset range of its lines, markers included. */
export interface MarkerPair<M extends MarkerLine> {
  first: M;
  last: M;
  start: number;
  end: number;
}

/** The well-formed pairs among the markers of one kind, in text order: a START and the next marker, if that is an END. */
export function pairsOf<M extends MarkerLine>(markers: readonly M[]): MarkerPair<M>[] {
  const found: MarkerPair<M>[] = [];
  let first: M | null = null;
  for (const marker of markers) {
    if (first && marker.edge === "END") {
      found.push({ first, last: marker, start: first.start, end: marker.end });
    }
    first = marker.edge === "START" ? marker : null;
  }
  return found;
}
