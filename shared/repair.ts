import { isInside } from "./blocks.ts";
import { nextLineStart } from "./lineEndings.ts";
import { MANAGED_END, type MarkerKind, MEMORY_END, MEMORY_START } from "./markers.ts";
import { count, type Document, edit, linesOf, type Run } from "./projectRun.ts";
import type { Line, Marker, Section } from "./scan.ts";
import { insertion, isBlankLine, removal } from "./textEdits.ts";

/**
 * Damaged markers. Every marker line that is not part of a sound block is removed, and nothing else: the text
 * around it stays where it is. What was inside the damaged block is then found by the later steps: sound inner
 * blocks move into the managed block, memory sections are known by their headings.
 */
export function removeStrays(doc: Document, kinds: readonly MarkerKind[]): Document {
  return edit(doc, doc.blocks.strays.filter((marker) => kinds.includes(marker.kind)).map(removal));
}

/** Without a stray line above it, `---` may begin front matter, and markers in that are text: so look again. */
export function removeAllStrays(doc: Document): Document {
  let clean = doc;
  while (clean.blocks.strays.length > 0) clean = edit(clean, clean.blocks.strays.map(removal));
  return clean;
}

/** Tells which marker lines will go, by their numbers in the text as it was found. */
export function reportStrays(doc: Document, run: Run, kinds: readonly MarkerKind[]): void {
  for (const kind of kinds) {
    const strays = doc.blocks.strays.filter((marker) => marker.kind === kind);
    if (strays.length === 0) continue;
    run.changes.push(`removed ${count(strays.length, `orphan ${kind} marker`)} (${linesOf(strays)})`);
  }
}

export function removeLoaderLines(doc: Document, run: Run): Document {
  if (doc.loaders.length > 0)
    run.changes.push("removed the obsolete line about the global PACT Orchestrator");
  return edit(doc, doc.loaders.map(removal));
}

/**
 * One damage cannot be read in one way only: a START without its END, and memory text that runs on to the end
 * of the file. There is no telling where memory ends and the user's own text begins. `original` is the same
 * text as it was found: the message has the line numbers of that.
 */
export function describeDamage(doc: Document, original: Document): string | null {
  if (doc.blocks.memory.length > 0) return null;
  const section = doc.sections.at(-1);
  if (!section?.toEnd || isEmpty(doc, section)) return null;
  const start = doc.blocks.strays.findLast(
    (marker) => marker.edge === "START" && marker.start < section.start,
  );
  if (!start) return null;
  const end = start.kind === "memory" ? MEMORY_END : MANAGED_END;
  const line = lineInOriginal(start, doc.markers, original.markers);
  const fence = original.openFence
    ? ` The code fence opened in line ${original.openFence} is never closed and hides all that follows: close it.`
    : "";
  return (
    `the ${start.kind} block that starts in line ${line} has no end, so it is unclear how much of ` +
    `"${section.name}" (line ${original.sections.at(-1)?.line}) is memory.${fence} Add a line \`${end}\` where ` +
    `the block ends, or remove line ${line}.`
  );
}

/** Markers of a kind are only added in front: counted from the end, they are the same. */
function lineInOriginal(marker: Marker, now: readonly Marker[], original: readonly Marker[]): number {
  const ofKind = (markers: readonly Marker[]) => markers.filter(({ kind }) => kind === marker.kind);
  return ofKind(original).at(ofKind(now).indexOf(marker) - ofKind(now).length)?.line ?? marker.line;
}

/**
 * When memory has lost its markers, a stray marker may still tell where its text ends. Each run of sections
 * becomes a memory block then, or that knowledge would go with the stray line.
 */
export function markSections(doc: Document, run: Run): Document {
  const strays = new Set(doc.blocks.strays.map((marker) => marker.start));
  if (doc.blocks.memory.length > 0 || !doc.sections.some((section) => strays.has(section.end))) return doc;
  const sections = doc.sections.filter((section) => !hasOpenFence(doc, section));
  const firsts = sections.filter((section, index) => sections[index - 1]?.end !== section.start);
  const lasts = sections.filter((section, index) => sections[index + 1]?.start !== section.end);
  const unended = doc.text.endsWith("\n") ? "" : run.ending;
  return edit(doc, [
    ...firsts.map(({ start }) => insertion(start, MEMORY_START + run.ending)),
    ...lasts.map(({ end, toEnd }) => insertion(end, (toEnd ? unended : "") + MEMORY_END + run.ending)),
  ]);
}

/** Moved or given an end, such a section would swallow what comes after it. */
export function hasOpenFence(doc: Document, section: Section): boolean {
  return section.toEnd && doc.openFence > section.line;
}

/**
 * A title goes with its markers: the one right below a managed marker that is removed, or, when there is no
 * managed START at all, the first one above the END.
 */
export function removeStrayTitles(doc: Document, original: Document): Document {
  const managed = doc.blocks.strays.filter((marker) => marker.kind === "managed");
  const below = new Set(managed.map((marker) => afterBlankLines(doc.text, marker.end)));
  const hasStart = original.blocks.managed !== null || managed.some((marker) => marker.edge === "START");
  const titles = doc.titles.filter((title) => !isInside(title, doc.blocks.managed));
  const isAboveEnd = (title: Line) =>
    !hasStart && title === titles[0] && title.start < (managed[0]?.start ?? 0);
  return edit(doc, titles.filter((title) => below.has(title.start) || isAboveEnd(title)).map(removal));
}

function afterBlankLines(text: string, at: number): number {
  let next = at;
  while (isBlankLine(text, next)) next = nextLineStart(text, next);
  return next;
}

function isEmpty(doc: Document, section: Section): boolean {
  return doc.text.slice(section.body, section.end).trim() === "";
}
