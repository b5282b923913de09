/** Removes the managed block from a project's CLAUDE.md, as if this plugin had never been there. */
import { belowFrontMatter, lineAbove, wholeRemoval } from "../text/blockLayout.ts";
import { applyEdits, type Edit, ended, isBlankLine, withoutBlankTail } from "../text/edits.ts";
import { dominantLineEnding, lineContentEnd } from "../text/lineEndings.ts";
import { type Block, isInAnyBlock, isInBlock } from "./blocks.ts";
import type { ProjectTextResult } from "./document.ts";
import { count, type Document, lineNumbers, parseDocument } from "./document.ts";
import { contentEnd } from "./managed.ts";
import { PACT_SESSION_COMMENT } from "./markers.ts";
import { describeConflict, describeCrowd } from "./refusal.ts";

interface Span {
  start: number;
  end: number;
}

/**
 * Removes the managed block, and the blank lines that came with it. Text that people wrote into the block stays in its
 * place as ordinary text: memory under its headings (unless `purge`), and lines beside the inner blocks. All other text
 * keeps its bytes.
 *
 * The text shows which lines came with the block, because `ensureManagedBlock` always inserts the same: the last thing in
 * the text, below one blank line, and without a line ending where the text before had none; or first, with a rule at its
 * end and a blank line below. An older version inserted it first, without a rule, with a blank line of its own above, too,
 * if there was front matter.
 * @returns an empty text if the file held only the block
 */
export function removeManagedBlock(text: string, { purge = false } = {}): ProjectTextResult {
  const doc = parseDocument(text);
  const unfit = describeCrowd(doc) ?? describeConflict(text);
  if (unfit) return { text, changes: [], problem: unfit };
  const { managed, strays } = doc.blocks;
  const isOurs = managed || strays.some(({ kind }) => kind === "managed");
  if (isOurs && strays.length > 0) return { text, changes: [], problem: describeStrays(strays) };
  if (!managed) return { text, changes: [] };

  const kept = keptText(doc, managed, purge);
  const changes = ["removed the managed block"];
  if (kept === "") return { text: applyEdits(text, [removeWhole(doc, managed)]), changes };
  changes.push("kept what people had written into it");
  return { text: applyEdits(text, [replaceBlock(doc, managed, kept)]), changes };
}

function describeStrays(strays: Document["markers"]): string {
  return `has damaged markers: ${count(strays.length, "marker line")} without a counterpart (${lineNumbers(strays)})`;
}

/** Removes the whole block, with the blank lines or line endings that came with it. */
function removeWhole(doc: Document, { start, end, last }: Block): Edit {
  const edit = wholeRemoval(doc, { start, end });
  const isFirst = start === belowFrontMatter(doc) && end < doc.text.length;
  // An older version's, with a blank line of its own below front matter.
  const isOld = isFirst && contentEnd(doc) === last.start;
  return isOld ? { ...edit, start: doc.bodyStart } : edit;
}

/** Replaces the block with the kept text. Blank lines that stood around the block now set off that text. */
function replaceBlock({ text, bodyStart }: Document, { start, end }: Span, kept: string): Edit {
  const ending = dominantLineEnding(text);
  const isFirst = start === bodyStart;
  const isSetOffAbove = isFirst || isBlankLine(text, lineAbove(text, start));
  const isSetOffBelow = end === text.length || isBlankLine(text, end);
  const lines = text.endsWith("\n") || end < text.length ? ended(kept, ending) : withoutLastEnding(kept);
  return { start, end, insert: (isSetOffAbove ? "" : ending) + lines + (isSetOffBelow ? "" : ending) };
}

/**
 * The text inside the block that is not ours, in its order. Each piece between two parts of ours loses the blank lines
 * around it and keeps its other bytes; one blank line separates two pieces.
 */
function keptText(doc: Document, managed: Block, purge: boolean): string {
  const { text, titles, loaders, sections } = doc;
  const within = <T extends Span>(places: readonly T[]) =>
    places.filter((place) => isInBlock(place, managed));
  const memory = within(doc.blocks.memory);
  const { routing, sessions, headless } = doc.blocks;
  // The PACT plugin reads the previous session from its own block.
  const ours = sessions.filter(({ start, end }) => !text.slice(start, end).includes(PACT_SESSION_COMMENT));
  const rewritten = within([...routing, ...ours, ...headless].sort((a, b) => a.start - b.start));
  const isOwnLine = (line: Span) => !isInAnyBlock(line, memory) && !isInAnyBlock(line, rewritten);
  const isEmpty = (section: (typeof sections)[number]) => text.slice(section.body, section.end).trim() === "";
  const removed: Span[] = [
    ...rewritten,
    ...within([...titles, ...loaders]).filter(isOwnLine),
    ...memory.flatMap(({ first, last }) => [first, last]),
    ...sections.filter((section) => isInAnyBlock(section, memory) && (purge || isEmpty(section))),
  ].sort((a, b) => a.start - b.start);

  const pieces: string[] = [];
  let at = managed.first.end;
  // Without the rule that ends a block which stands first.
  for (const { start, end } of [...removed, { start: contentEnd(doc), end: managed.last.end }]) {
    if (start > at) pieces.push(withoutBlankEdges(text, { start: at, end: start }));
    at = Math.max(at, end);
  }
  const ending = dominantLineEnding(text);
  return pieces.filter((piece) => piece !== "").join(ending);
}

function withoutBlankEdges(text: string, span: Span): string {
  const { start, end } = withoutBlankTail(text, span);
  const lines = text.slice(start, end);
  return lines.replace(/^(?:[ \t]*\r?\n)+/, "");
}

const withoutLastEnding = (lines: string) => lines.slice(0, lineContentEnd(lines, lines.length));
