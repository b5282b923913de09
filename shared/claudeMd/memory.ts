/** The memory block: brings all memory sections of a file into one block inside the managed block. */
import { blockInsertion, ended, removal, withoutBlankTail } from "../text/edits.ts";
import { normalizeLineEndings } from "../text/lineEndings.ts";
import { type Block, isInAnyBlock, isInBlock } from "./blocks.ts";
import { CREATED, count, type Document, edit, type Run } from "./document.ts";
import { contentEnd } from "./managed.ts";
import { MEMORY_END, MEMORY_SECTIONS, MEMORY_START, type MemorySection } from "./markers.ts";
import { isMovable } from "./repair.ts";
import type { Section } from "./scan.ts";

/**
 * Ensures that the managed block holds one memory block with all three sections.
 * - No memory block anywhere: a new one receives the memory sections, wherever they stand in the file.
 * - None in the managed block: the memory block with the most sections moves in unchanged.
 * - Several: one stays, and receives the sections of the others.
 */
export function updateMemoryBlock(doc: Document, run: Run): Document {
  const { managed, memory } = doc.blocks;
  if (memory.length === 0) return createMemoryBlock(doc, run);
  const keeper = memory.find((block) => isInBlock(block.first, managed));
  const placed = keeper ? doc : moveIntoManaged(doc, run, fullest(doc));
  return addMissingSections(mergeOthers(placed, run), run);
}

type Bodies = Map<MemorySection, string>;

function createMemoryBlock(doc: Document, run: Run): Document {
  const sections = doc.sections.filter((section) => isMovable(doc, section, run));
  run.changes.push(
    sections.length > 0
      ? `moved ${count(sections.length, "memory section")} into the managed block`
      : CREATED.memory,
  );
  const bodies = bodiesOf(doc, sections, run);
  const lines = MEMORY_SECTIONS.map((name) => sectionText(name, bodies.get(name), run) + run.ending);
  const block = MEMORY_START + run.ending + run.ending + lines.join("") + MEMORY_END;
  return insertAtEnd(edit(doc, sections.map(removal)), run, block);
}

/** The memory block that holds the most sections; of equals, the first. */
function fullest({ blocks, sections }: Document): Block | undefined {
  let [best] = blocks.memory;
  let most = 0;
  let next = 0;
  for (const block of blocks.memory) {
    let held = 0;
    for (; (sections[next]?.start ?? Infinity) < block.end; next++) {
      if (isInBlock(sections[next] as Section, block)) held++;
    }
    if (held > most) [best, most] = [block, held];
  }
  return best;
}

function moveIntoManaged(doc: Document, run: Run, block: Block | undefined): Document {
  if (!block) return doc;
  run.changes.push("moved the memory block into the managed block");
  const text = doc.text.slice(block.start, block.end);
  return insertAtEnd(edit(doc, [removal(block)]), run, text);
}

function mergeOthers(doc: Document, run: Run): Document {
  const { managed, memory } = doc.blocks;
  const keeper = memory.find((block) => isInBlock(block.first, managed));
  const others = memory.filter((block) => block !== keeper);
  if (others.length === 0) return doc;
  run.changes.push(`merged ${count(others.length, "more memory block")} into the first`);
  const sections = doc.sections.filter((section) => isInAnyBlock(section, others));
  const markers = others.flatMap((block) => [block.first, block.last]);
  const bodies = bodiesOf(doc, sections, run);
  let merged = edit(doc, [...sections, ...markers].map(removal));
  for (const [name, body] of bodies) merged = addToSection(merged, run, name, body);
  return merged;
}

function addMissingSections(doc: Document, run: Run): Document {
  let full = doc;
  for (const name of MEMORY_SECTIONS) {
    if (ownSections(full).some((section) => section.name === name)) continue;
    run.changes.push(`added the section "${name}"`);
    full = addToSection(full, run, name, "");
  }
  return full;
}

/** Adds a body at the end of a section of the memory block. A missing section is created at its place in the order. */
function addToSection(doc: Document, run: Run, name: MemorySection, body: string): Document {
  const sections = ownSections(doc);
  const section = sections.find((candidate) => candidate.name === name);
  if (section) {
    const at = withoutBlankTail(doc.text, section).end;
    return edit(doc, [blockInsertion(doc.text, at, body, run.ending)]);
  }
  const later = MEMORY_SECTIONS.slice(MEMORY_SECTIONS.indexOf(name) + 1);
  const next = sections.find((candidate) => later.includes(candidate.name)) ?? doc.blocks.memory[0]?.last;
  if (!next) return doc;
  return edit(doc, [blockInsertion(doc.text, next.start, sectionText(name, body, run), run.ending)]);
}

/** Adds memory from elsewhere at the end of its sections, unless it stands there already. */
export function addMemory(doc: Document, run: Run, more: readonly [MemorySection, string][]): Document {
  let full = doc;
  for (const [name, body] of more) {
    const own = ownSections(full).find((section) => section.name === name);
    if (own && holdsLines(full.text.slice(own.body, own.end), body)) continue;
    run.changes.push(`moved ${name} of the project's other CLAUDE.md into this one`);
    full = addToSection(full, run, name, normalizeLineEndings(body).replaceAll("\n", run.ending));
  }
  return full;
}

/** Whether a text has these lines, whole and in a row, in any line endings. */
export function holdsLines(text: string, lines: string): boolean {
  return `\n${normalizeLineEndings(text)}\n`.includes(`\n${normalizeLineEndings(lines)}\n`);
}

/** The sections of the one memory block. */
function ownSections(doc: Document): Section[] {
  return doc.sections.filter((section) => isInAnyBlock(section, doc.blocks.memory));
}

/** Section bodies by name, as whole lines. Sections of the same name are joined in order, with a blank line between. */
function bodiesOf(doc: Document, sections: readonly Section[], run: Run): Bodies {
  const bodies: Bodies = new Map();
  for (const section of sections) {
    const { start, end } = withoutBlankTail(doc.text, { start: section.body, end: section.end });
    if (start === end) continue;
    const body = ended(doc.text.slice(start, end), run.ending);
    const before = bodies.get(section.name);
    bodies.set(section.name, before === undefined ? body : before + run.ending + body);
  }
  return bodies;
}

function sectionText(name: MemorySection, body: string | undefined, run: Run): string {
  return `## ${name}${run.ending}${body ?? ""}`;
}

function insertAtEnd(doc: Document, run: Run, block: string): Document {
  return edit(doc, [blockInsertion(doc.text, contentEnd(doc), block, run.ending)]);
}
