import { nextLineStart } from "./lineEndings.ts";
import { MANAGED_END, MEMORY_END } from "./markers.ts";
import { count, type Document, edit, linesOf, type Run } from "./projectRun.ts";
import type { Line, Marker, Section } from "./scan.ts";
import { isBlankLine, removal } from "./textEdits.ts";

/**
 * Damaged markers. Every marker line that is not part of a sound block is removed, and nothing else: the text
 * around it stays where it is. What was inside the damaged block is then found by the later steps: sound inner
 * blocks move into the managed block, memory sections are known by their headings.
 *
 * One damage cannot be read in one way only: a START without its END, and memory text that runs on to the end
 * of the file. There is no telling where memory ends and the user's own text begins.
 */
export function describeDamage(doc: Document): string | null {
  if (doc.blocks.memory.length > 0) return null;
  const section = doc.sections.at(-1);
  if (!section?.toEnd || isEmpty(doc, section)) return null;
  const start = doc.blocks.strays.findLast(
    (marker) =>
      marker.edge === "START" &&
      (marker.kind === "memory" || marker.kind === "managed") &&
      marker.start < section.start,
  );
  if (!start) return null;
  const end = start.kind === "memory" ? MEMORY_END : MANAGED_END;
  const fence = doc.openFence
    ? ` The code fence opened in line ${doc.openFence} is never closed and hides all that follows: close it.`
    : "";
  return (
    `the ${start.kind} block that starts in line ${start.line} has no end, so it is unclear how much of ` +
    `"${section.name}" (line ${section.line}) is memory.${fence} Add a line \`${end}\` where the block ends, ` +
    `or remove line ${start.line}.`
  );
}

export function removeStrays(doc: Document, run: Run, kinds?: readonly Marker["kind"][]): Document {
  const strays = doc.blocks.strays.filter((marker) => !kinds || kinds.includes(marker.kind));
  for (const kind of ["managed", "routing", "session", "memory"] as const) {
    const ofKind = strays.filter((marker) => marker.kind === kind);
    if (ofKind.length > 0) {
      run.changes.push(`removed ${count(ofKind.length, `orphan ${kind} marker`)} (${linesOf(ofKind)})`);
    }
  }
  return edit(doc, [...strays, ...strayTitles(doc, strays)].map(removal));
}

/** Without a stray line above it, `---` may begin front matter, and markers in that are text: so look again. */
export function removeAllStrays(doc: Document, run: Run): Document {
  let clean = doc;
  while (clean.blocks.strays.length > 0) clean = removeStrays(clean, run);
  return clean;
}

export function removeLoaderLines(doc: Document, run: Run): Document {
  if (doc.loaders.length > 0) {
    run.changes.push("removed the obsolete line about the global PACT Orchestrator");
  }
  return edit(doc, doc.loaders.map(removal));
}

/**
 * A title goes with its markers: the one right below a managed marker that is removed, or, when there is no
 * managed START at all, the first one above the END.
 */
function strayTitles(doc: Document, strays: readonly Marker[]): Line[] {
  const managed = strays.filter((marker) => marker.kind === "managed");
  const below = new Set(managed.map((marker) => afterBlankLines(doc.text, marker.end)));
  const hasStart = doc.blocks.managed !== null || managed.some((marker) => marker.edge === "START");
  const isAboveEnd = (title: Line) =>
    !hasStart && title === doc.titles[0] && title.start < (managed[0]?.start ?? 0);
  return doc.titles.filter((title) => below.has(title.start) || isAboveEnd(title));
}

function afterBlankLines(text: string, at: number): number {
  let next = at;
  while (isBlankLine(text, next)) next = nextLineStart(text, next);
  return next;
}

function isEmpty(doc: Document, section: Section): boolean {
  return doc.text.slice(section.body, section.end).trim() === "";
}
