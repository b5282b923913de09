/** Pairs the markers of a CLAUDE.md into blocks, and says whether a place lies inside one. */
import { type MarkerPair, pairsOf } from "../text/markerPairs.ts";
import { isSessionLine, type MarkerKind, SESSION_HEADING } from "./markers.ts";
import type { Marker, Scan } from "./scan.ts";

/** A well-formed pair of one kind. */
export interface Block extends MarkerPair<Marker> {
  kind: MarkerKind;
}

/**
 * The blocks of a project's CLAUDE.md, which nest properly. Memory blocks lie inside the managed block or apart from it.
 * A routing block holds no marker line. A session block holds no marker except orphan routing markers, which `strays`
 * does not list, and no heading of level 1 or 2 except its own. Neither of these two holds a memory section.
 */
export interface Blocks {
  managed: Block | null;
  memory: Block[];
  sessions: Block[];
  /** Session blocks that have lost their START marker: from the heading to the END. */
  headless: Block[];
  routing: Block[];
  /** The markers that fit no block. Nothing may act on the text between them: it may be the user's, or memory. */
  strays: Marker[];
}

export function blocksOf(scan: Scan): Blocks {
  const markers = scan.markers.filter((marker) => marker.kind !== "kernel");
  const memory = pairs(markers, "memory");
  const managed =
    pairs(markers, "managed").find(
      (block) => !isInAnyBlock(block.first, memory) && !isInAnyBlock(block.last, memory),
    ) ?? null;
  const at = new Map(markers.map((marker, index) => [marker, index]));
  const between = (block: Block) => markers.slice(index(block.first) + 1, index(block.last));
  const index = (marker: Marker) => at.get(marker) ?? 0;

  const used = new Set<Marker>();
  const sessions: Block[] = [];
  for (const block of pairs(markers, "session")) {
    const isOurs = isInBlock(block.first, managed) || isSession(scan, block);
    // The markers of a pair that is the user's text are text, too.
    if (!isOurs) used.add(block.first).add(block.last);
    else if (!holdsAny(block, scan.headings) && between(block).every(({ kind }) => kind === "routing")) {
      sessions.push(block);
    }
  }
  const hidden = sessions.map(between).filter(isWithoutPair).flat();
  const outsideSessions = markers.filter((marker) => !isInAnyBlock(marker, sessions));
  const routing = pairs(outsideSessions, "routing").filter(
    (block) => !holdsAny(block, scan.sections) && index(block.last) === index(block.first) + 1,
  );
  for (const { last } of sessions) used.add(last);
  const headless = headlessSessions(scan, markers, used);

  for (const marker of hidden) used.add(marker);
  for (const block of [...sessions, ...headless, ...routing, ...memory, ...(managed ? [managed] : [])]) {
    used.add(block.first).add(block.last);
  }
  return {
    managed,
    memory,
    sessions,
    headless,
    routing,
    strays: markers.filter((marker) => !used.has(marker)),
  };
}

/**
 * Whether a session pair outside of the managed block is a session block: it holds our heading or a Resume line, and
 * nothing that neither this package nor the PACT plugin writes. Any other pair is the user's text.
 */
function isSession({ text }: Scan, { first, last }: Block): boolean {
  const lines = text.slice(first.end, last.start).split(/\r?\n/);
  const isNamed = lines.some((line) => line.startsWith(SESSION_HEADING) || /^[ \t]*[-*] Resume: /.test(line));
  return isNamed && lines.every(isSessionLine);
}

/** The headings of session blocks with nothing but lines of such a block between them and an END without a START. */
function headlessSessions(scan: Scan, markers: readonly Marker[], paired: ReadonlySet<Marker>): Block[] {
  const headings = scan.sessionHeadings;
  let below = 0; // index of the first heading below the marker
  return markers.flatMap((last, index) => {
    while ((headings[below]?.start ?? Infinity) < last.start) below++;
    if (last.kind !== "session" || last.edge !== "END" || paired.has(last)) return [];
    const heading = headings[below - 1];
    const above = markers[index - 1];
    if (!heading || (above && above.start > heading.start)) return [];
    if (!scan.text.slice(heading.end, last.start).split(/\r?\n/).every(isSessionLine)) return [];
    const first: Marker = { ...heading, kind: "session", edge: "START" };
    return [{ kind: "session", first, last, start: first.start, end: last.end }];
  });
}

/** The well-formed pairs of one kind. */
export function pairs(markers: readonly Marker[], kind: MarkerKind): Block[] {
  return pairsOf(markers.filter((marker) => marker.kind === kind)).map((pair) => ({ kind, ...pair }));
}

/** Whether a place lies inside a block, its own markers excluded. */
export function isInBlock(place: { start: number }, block: Block | null): boolean {
  return block !== null && place.start > block.start && place.start < block.last.start;
}

/** Whether a place lies inside any of these blocks, which must be sorted. */
export function isInAnyBlock(place: { start: number }, blocks: readonly Block[]): boolean {
  return isInBlock(
    place,
    firstFrom(blocks, (block) => block.end > place.start),
  );
}

/** Whether a place lies in the managed block, but not in a memory block. */
export function isInManagedOnly(place: { start: number }, { managed, memory }: Blocks): boolean {
  return isInBlock(place, managed) && !isInAnyBlock(place, memory);
}

function holdsAny(block: Block, places: readonly { start: number }[]): boolean {
  const place = firstFrom(places, ({ start }) => start > block.start);
  return place !== null && isInBlock(place, block);
}

/** Binary search for the first item that meets the condition, which all later items must meet too. */
function firstFrom<T>(items: readonly T[], holds: (item: T) => boolean): T | null {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) high = middle;
    else low = middle + 1;
  }
  return items[low] ?? null;
}

function isWithoutPair(routing: readonly Marker[]): boolean {
  return pairs(routing, "routing").length === 0;
}
