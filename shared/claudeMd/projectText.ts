/** Updates the text of a project's CLAUDE.md: one pure function for each change that the manager makes. */
import { dominantLineEnding } from "../text/lineEndings.ts";
import { isInBlock } from "./blocks.ts";
import {
  CREATED,
  type Document,
  lineNumbers,
  type ProjectTextResult,
  parseDocument,
  type Run,
} from "./document.ts";
import { ensureManagedBlock, ensureTitle } from "./managed.ts";
import type { MemorySection } from "./markers.ts";
import { addMemory, updateMemoryBlock } from "./memory.ts";
import {
  describeConflict,
  describeCrowd,
  describeDamage,
  describeFrontMatter,
  describeHidden,
  describeUnparsed,
} from "./refusal.ts";
import {
  markSections,
  removeHeadless,
  removeLoaderLines,
  removeStrays,
  reportStrays,
  strayTitles,
} from "./repair.ts";
import { routingBlock, updateRoutingBlock } from "./routing.ts";
import { type SessionBlockOptions, updateSessionBlock } from "./session.ts";

export type { SessionBlockOptions, SessionInfo } from "./session.ts";

export interface ProjectTextOptions extends SessionBlockOptions {
  /** False: no routing block is created, and an existing one is removed. */
  routingBlock?: boolean;
  /** The team's own words, added to the routing block. */
  projectRouting?: string;
  /** Memory that stands elsewhere, by section: added where the file lacks it. */
  moreMemory?: [MemorySection, string][];
}

/**
 * Creates or repairs the managed block of a project's CLAUDE.md, and brings every block inside it up to date.
 * Idempotent: a second run changes nothing.
 * @param text null for a file that does not exist
 */
export function updateProjectText(text: string | null, options: ProjectTextOptions): ProjectTextResult {
  return runSteps(text, (original, run) => {
    const damage = describeDamage(original);
    if (damage) return { doc: original, problem: damage };
    reportStrays(original, run, ALL);
    const managed = ensureManagedBlock(original, run);
    const marked = markSections(managed, run, original);
    const tidy = removeStrays(marked, ALL, strayTitles(marked, original));
    const whole = ensureTitle(removeLoaderLines(removeHeadless(tidy, run), run), run);
    const routed = updateRoutingBlock(whole, run, wantedRouting(options));
    const doc = updateMemoryBlock(updateSessionBlock(routed, run, options), run);
    return { doc: addMemory(doc, run, options.moreMemory ?? []) };
  });
}

const ALL = ["managed", "routing", "session", "memory"] as const;

/** Ensures a managed block with title, routing and memory; leaves one that already holds memory unchanged. */
export function ensureMemoryText(text: string | null, options: ProjectTextOptions = {}): ProjectTextResult {
  return isComplete(text) ? unchanged(text) : updateProjectText(text, { ...options, session: undefined });
}

/** Moves the memory sections and the session block of a legacy file into a managed block. */
export function migrateText(text: string | null, options: ProjectTextOptions = {}): ProjectTextResult {
  return isLegacy(text) ? updateProjectText(text, { ...options, session: undefined }) : unchanged(text);
}

/** Removes the lines of routing markers that do not belong to a well-formed pair. */
export function stripOrphanRoutingText(text: string | null): ProjectTextResult {
  return runSteps(text, (doc, run) => ({ doc: withoutStrays(doc, run, "routing") }));
}

/** Brings only the routing block up to date; without a managed block to hold it, updates all blocks. */
export function updateRoutingText(text: string | null, options: ProjectTextOptions = {}): ProjectTextResult {
  return updatePart(text, { ...options, session: undefined }, (doc, run) => ({
    doc: updateRoutingBlock(withoutStrays(doc, run, "routing"), run, wantedRouting(options)),
  }));
}

/** Brings only the session block up to date; without a managed block to hold it, updates all blocks. */
export function updateSessionText(text: string | null, options: SessionBlockOptions): ProjectTextResult {
  return updatePart(text, options, (doc, run) => ({
    doc: updateSessionBlock(withoutStrays(doc, run, "session"), run, options),
  }));
}

type Steps = (doc: Document, run: Run) => { doc: Document; problem?: string };

function withoutStrays(doc: Document, run: Run, kind: "routing" | "session"): Document {
  reportStrays(doc, run, [kind]);
  return removeStrays(doc, [kind]);
}

function updatePart(text: string | null, options: ProjectTextOptions, steps: Steps): ProjectTextResult {
  const hasManaged = text !== null && parseDocument(text).blocks.managed !== null;
  return hasManaged ? runSteps(text, steps) : updateProjectText(text, options);
}

function runSteps(text: string | null, steps: Steps): ProjectTextResult {
  const before = text ?? "";
  const original = parseDocument(before);
  const { doc, changes, problem } = take(steps, original, text === null);
  const reason = problem ?? describeFrontMatter(original, doc) ?? describeUnstable(steps, original, doc);
  if (reason) return { ...unchanged(before), problem: reason };
  if (doc.text === before) return unchanged(before);
  return { text: doc.text, changes: withoutImplied(changes) };
}

function take(steps: Steps, original: Document, isNew: boolean): ReturnType<Steps> & { changes: string[] } {
  const unfit =
    describeCrowd(original) ??
    describeUnparsed(original) ??
    describeConflict(original.text) ??
    describeHidden(original);
  if (unfit) return { doc: original, problem: unfit, changes: [] };
  const run: Run = { ending: dominantLineEnding(original.text), isNew, changes: [] };
  return { ...steps(original, run), changes: run.changes };
}

/** Last safety net: refuses a result that the next run would parse differently, or change again. */
function describeUnstable(steps: Steps, original: Document, written: Document): string | null {
  if (written.text === original.text) return null;
  const found = parseDocument(written.text);
  const { doc, problem } = take(steps, found, false);
  const isSameBlock = found.blocks.managed?.start === written.blocks.managed?.start;
  if (!problem && isSameBlock && doc.text === found.text) return null;
  return (
    "the updated text would not be read as intended. Look for code fences, comments and marker lines without a " +
    `counterpart (marker ${lineNumbers(original.markers)}), and repair them.`
  );
}

function unchanged(text: string | null): ProjectTextResult {
  return { text: text ?? "", changes: [] };
}

/** Omits the new parts of a new managed block: its own status line implies them. */
function withoutImplied(changes: readonly string[]): string[] {
  return changes.includes(CREATED.managed)
    ? changes.filter((change) => change === CREATED.managed || !Object.values(CREATED).includes(change))
    : [...changes];
}

function wantedRouting(options: ProjectTextOptions): string[] | null {
  return options.routingBlock === false ? null : routingBlock(options.projectRouting);
}

function isComplete(text: string | null): boolean {
  if (text === null) return false;
  const { managed, memory } = parseDocument(text).blocks;
  return memory.some((block) => isInBlock(block.first, managed));
}

function isLegacy(text: string | null): boolean {
  if (text === null) return false;
  const { blocks, sections } = parseDocument(text);
  return blocks.managed === null
    ? sections.length + blocks.sessions.length + blocks.memory.length > 0
    : sections.length > 0 && blocks.memory.length === 0;
}
