/** Moves the memory of a project's second CLAUDE.md, which an older session used, into the first one. */
import { withoutBlankTail } from "../text/edits.ts";
import { lineContentEnd } from "../text/lineEndings.ts";
import { isInBlock } from "./blocks.ts";
import { type Document, type ProjectTextResult, parseDocument } from "./document.ts";
import type { MemorySection } from "./markers.ts";
import { holdsLines } from "./memory.ts";
import { removeManagedBlock } from "./removeManaged.ts";

/** What stands in each memory section of a text's managed block; sections that are empty are left out. */
export function memoryTextOf(text: string): [MemorySection, string][] {
  const doc = parseDocument(text);
  return doc.sections
    .filter((section) => isInBlock(section, doc.blocks.managed))
    .map((section): [MemorySection, string] => [section.name, bodyOf(doc, section)])
    .filter(([, body]) => body !== "");
}

/** The second file without its block, once all memory in that stands in the first file. */
export function withoutMovedBlock(text: string, first: string): ProjectTextResult {
  const isMoved = memoryTextOf(text).every(([, body]) => holdsLines(first, body));
  return isMoved ? removeManagedBlock(text, { purge: true }) : { text, changes: [] };
}

function bodyOf({ text }: Document, { body, end }: Document["sections"][number]): string {
  const span = withoutBlankTail(text, { start: body, end });
  const lines = text.slice(span.start, lineContentEnd(text, span.end));
  return lines.replace(/^(?:[ \t]*\r?\n)+/, "");
}
