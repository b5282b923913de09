/** Repairs damaged markers: removes stray lines of ours, and gives memory sections their markers back. */
import { insertion, isBlankLine, removal } from "../text/edits.ts";
import { nextLineStart } from "../text/lineEndings.ts";
import type { Line } from "../text/lines.ts";
import { isInAnyBlock, isInBlock } from "./blocks.ts";
import { count, type Document, edit, lineNumbers, type Run } from "./document.ts";
import { type MarkerKind, MEMORY_END, MEMORY_START } from "./markers.ts";
import type { Section } from "./scan.ts";

/**
 * Removes every marker line that is not part of a sound block; the text around it stays in place. Later steps move
 * sound inner blocks of a damaged block into the managed block, and know its memory sections by their headings.
 * @param titles removed in the same edit: without its title, a session pair that is not ours would look like ours
 */
export function removeStrays(
  doc: Document,
  kinds: readonly MarkerKind[],
  titles: readonly Line[] = [],
): Document {
  const strays = doc.blocks.strays.filter((marker) => kinds.includes(marker.kind));
  return edit(doc, [...strays, ...titles].map(removal));
}

/** Reports which marker lines `removeStrays` will remove, by their numbers in the text as found. */
export function reportStrays(doc: Document, run: Run, kinds: readonly MarkerKind[]): void {
  for (const kind of kinds) {
    const strays = doc.blocks.strays.filter((marker) => marker.kind === kind);
    if (strays.length === 0) continue;
    run.changes.push(`removed ${count(strays.length, `orphan ${kind} marker`)} (${lineNumbers(strays)})`);
  }
}

/** Removes what is left of session blocks that have lost their START marker. */
export function removeHeadless(doc: Document, run: Run): Document {
  const { headless } = doc.blocks;
  if (headless.length > 0) {
    const lines = lineNumbers(headless.map(({ first }) => first));
    run.changes.push(`removed ${count(headless.length, "session block")} without a START marker (${lines})`);
  }
  return edit(doc, headless.map(removal));
}

/** Not in a session block: that is rewritten as a whole, or keeps its bytes. */
export function removeLoaderLines(doc: Document, run: Run): Document {
  const loaders = doc.loaders.filter((line) => !isInAnyBlock(line, doc.blocks.sessions));
  if (loaders.length > 0) run.changes.push("removed the obsolete line about the global PACT Orchestrator");
  return edit(doc, loaders.map(removal));
}

/**
 * Turns each run of memory sections that lost their markers into a memory block, in two cases:
 * - The run removes a line that ends a section: an orphan, a title, or a session or routing block. Without markers, the
 *   text below that line would become memory.
 * - The file had a memory block but no managed block: the sections beside that block are memory as much as it is.
 */
export function markSections(doc: Document, run: Run, original: Document): Document {
  const { memory, strays, sessions, headless, routing } = doc.blocks;
  const loose = doc.sections.filter((section) => !isInAnyBlock(section, memory));
  const removed = new Set(
    [...strays, ...sessions, ...headless, ...routing, ...strayTitles(doc, original)].map(
      ({ start }) => start,
    ),
  );
  const isNeeded =
    memory.length > 0 ? !original.blocks.managed : loose.some((section) => removed.has(section.end));
  if (!isNeeded) return doc;
  const sections = loose.filter((section) => isMovable(doc, section, run));
  const firsts = sections.filter((section, index) => sections[index - 1]?.end !== section.start);
  const lasts = sections.filter((section, index) => sections[index + 1]?.start !== section.end);
  const unended = doc.text.endsWith("\n") ? "" : run.ending;
  return edit(doc, [
    ...firsts.map(({ start }) => insertion(start, MEMORY_START + run.ending)),
    ...lasts.map(({ end, toEnd }) => insertion(end, (toEnd ? unended : "") + MEMORY_END + run.ending)),
  ]);
}

/**
 * Whether a section can be moved or given an end; reports why not. A section with an open fence or comment would then
 * swallow the text after it.
 */
export function isMovable(doc: Document, section: Section, run: Run): boolean {
  const hasFence = section.toEnd && doc.openFence > section.line;
  const hasComment = doc.openComment !== null && doc.openComment.start < section.end;
  if (!hasFence && !hasComment) return true;
  const why = hasFence ? "it has a code fence" : "a comment in or above it";
  const change = `left "${section.name}" where it is: ${why} ${hasFence ? "that " : ""}is never closed`;
  if (!run.changes.includes(change)) run.changes.push(change);
  return false;
}

/**
 * The titles to remove with stray managed markers: each title right below such a marker and, if there is no managed
 * START at all, the first title above the END.
 */
export function strayTitles(doc: Document, original: Document): Line[] {
  const managed = doc.blocks.strays.filter((marker) => marker.kind === "managed");
  const below = new Set(managed.map((marker) => afterBlankLines(doc.text, marker.end)));
  const hasStart = original.blocks.managed !== null || managed.some((marker) => marker.edge === "START");
  const titles = doc.titles.filter((title) => !isInBlock(title, doc.blocks.managed));
  const isAboveEnd = (title: Line) =>
    !hasStart && title === titles[0] && title.start < (managed[0]?.start ?? 0);
  return titles.filter((title) => below.has(title.start) || isAboveEnd(title));
}

function afterBlankLines(text: string, at: number): number {
  let next = at;
  while (isBlankLine(text, next)) next = nextLineStart(text, next);
  return next;
}
