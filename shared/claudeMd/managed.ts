/** The managed block: reads it, creates it with its title, and inserts other blocks into it. */
import { appended, mayNotAppend, prepended } from "../text/blockLayout.ts";
import { blockInsertion, type Edit } from "../text/edits.ts";
import type { Line } from "../text/lines.ts";
import { isInAnyBlock, isInManagedOnly } from "./blocks.ts";
import { CREATED, type Document, edit, parseDocument, type Run } from "./document.ts";
import { MANAGED_END, MANAGED_START, MANAGED_TITLE } from "./markers.ts";

/**
 * The managed block of a text.
 * @returns its lines, markers included, without a final line ending; null if there is no well-formed managed block
 */
export function extractManagedRegion(text: string): string | null {
  const { managed } = parseDocument(text).blocks;
  return managed && text.slice(managed.start, managed.end).trimEnd();
}

/**
 * Creates the managed block, holding only its title, as the last thing in the text: the team's own title stays first, and
 * the model, which does not see comments, does not take the team's text for a part of our last section.
 */
export function ensureManagedBlock(doc: Document, run: Run): Document {
  if (doc.blocks.managed) return doc;
  run.changes.push(CREATED.managed);
  const isOpen = mayNotAppend(doc, { fence: doc.openFence, comment: doc.openComment });
  return edit(doc, [isOpen ? insertedFirst(doc, run) : insertedLast(doc, run)]);
}

function insertedLast({ text }: Document, { ending, isNew }: Run): Edit {
  return appended(text, newBlock([], ending), ending, isNew);
}

/**
 * Below front matter, where the text leaves a code fence or a comment open at its end. A visible rule, which the model sees,
 * ends the block.
 */
function insertedFirst(doc: Document, { ending }: Run): Edit {
  return prepended(doc, newBlock([RULE, ""], ending), ending);
}

const RULE = "---";

function newBlock(more: readonly string[], ending: string): string {
  return [MANAGED_START, "", MANAGED_TITLE, "", ...more, MANAGED_END].join(ending);
}

/** Puts the title below the START marker of a managed block that has none. */
export function ensureTitle(doc: Document, run: Run): Document {
  const { managed } = doc.blocks;
  if (!managed || titleOf(doc)) return doc;
  run.changes.push("added the title of the managed block");
  return edit(doc, [blockInsertion(doc.text, managed.first.end, MANAGED_TITLE, run.ending)]);
}

/** Where the content of the managed block ends: at its END marker, or at the rule above it that `insertedFirst` writes. */
export function contentEnd({ text, blocks: { managed } }: Document): number {
  if (!managed) return text.length;
  const isFirst = text.slice(0, managed.start).trim() === "" || managed.end < text.length;
  const rule = isFirst && RULE_AT_END.exec(text.slice(managed.first.end, managed.last.start));
  return rule ? managed.first.end + rule.index + rule[0].indexOf(RULE) : managed.last.start;
}

/** Below a blank line: else it may be the underline of a heading. */
const RULE_AT_END = /(?:^|\n)[ \t]*\r?\n---\r?\n(?:[ \t]*\r?\n)*$/;

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
