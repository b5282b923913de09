/** The managed block: reads it, creates it with its title, and inserts other blocks into it. */
import { blockInsertion, isBlankLine } from "../text/edits.ts";
import { isInAnyBlock, isInManagedOnly } from "./blocks.ts";
import { CREATED, type Document, edit, parseDocument, type Run } from "./document.ts";
import { MANAGED_END, MANAGED_START, MANAGED_TITLE } from "./markers.ts";
import type { Line } from "./scan.ts";

/**
 * The managed block of a text.
 * @returns its lines, markers included, without a final line ending; null if there is no well-formed managed block
 */
export function extractManagedRegion(text: string): string | null {
  const { managed } = parseDocument(text).blocks;
  return managed && text.slice(managed.start, managed.end).trimEnd();
}

/** Creates the managed block, holding only its title, above all text except front matter. */
export function ensureManagedBlock(doc: Document, run: Run): Document {
  if (doc.blocks.managed) return doc;
  run.changes.push(CREATED.managed);
  const { text, bodyStart: at } = doc;
  const { ending } = run;
  const block = [MANAGED_START, MANAGED_TITLE, "", MANAGED_END].join(ending);
  const unended = at > 1 && text[at - 1] !== "\n";
  const before = at > 1 ? ending : "";
  return edit(doc, [{ start: at, end: at, insert: (unended ? ending : "") + before + block + afterBlock() }]);

  function afterBlock(): string {
    // Always add one blank line, even above one of the user's: `removeManagedBlock` then knows which one to remove.
    if (at < text.length) return ending + ending;
    return unended ? "" : ending;
  }
}

/** Puts the title below the START marker of a managed block that has none. */
export function ensureTitle(doc: Document, run: Run): Document {
  const { managed } = doc.blocks;
  if (!managed || titleOf(doc)) return doc;
  run.changes.push("added the title of the managed block");
  const at = managed.first.end;
  const after = isBlankLine(doc.text, at) ? "" : run.ending;
  return edit(doc, [{ start: at, end: at, insert: MANAGED_TITLE + run.ending + after }]);
}

/** Inserts a block into the managed block: below `anchor`, else below the title, else as its first lines. */
export function insertIntoManaged(doc: Document, run: Run, block: string, anchor?: Line): Document {
  const { managed } = doc.blocks;
  const at = anchor?.end ?? titleOf(doc)?.end ?? managed?.first.end ?? doc.bodyStart;
  return edit(doc, [blockInsertion(doc.text, at, block, run.ending)]);
}

function titleOf(doc: Document): Line | undefined {
  const { sessions, routing } = doc.blocks;
  return doc.titles.find(
    (title) =>
      isInManagedOnly(title, doc.blocks) && !isInAnyBlock(title, sessions) && !isInAnyBlock(title, routing),
  );
}
