/** The routing block, which tells the model how to work with the plugin's blocks. */
import { CONTROL, LONE_SURROGATE, truncate } from "../text/characters.ts";
import { blockRemoval, type Edit, removal } from "../text/edits.ts";
import { type Fence, fenceAfter } from "../text/fences.ts";
import { lineContentEnd, normalizeLineEndings } from "../text/lineEndings.ts";
import { isInBlock, isInManagedOnly } from "./blocks.ts";
import { CREATED, count, type Document, edit, type Run } from "./document.ts";
import { insertIntoManaged } from "./managed.ts";
import {
  isLoaderLine,
  memoryHeadingOf,
  ROUTING_END,
  ROUTING_START,
  ROUTING_VERSION,
  routingVersionLine,
} from "./markers.ts";

/** In characters. Longer words of the project are truncated, because they cost tokens in every request. */
export const MAX_PROJECT_ROUTING = 1500;

/** In characters. Our words stand first in their block, and what we write is far shorter. */
const MAX_BLOCK = 16 * 1024;

/** The text for the model, without markers. Every request carries it, so every word costs tokens. */
export function routingText(): string {
  return ROUTING_LINES.join("\n");
}

/**
 * The same for every user and every setting: two people's sessions must not rewrite it against each other. No list: a file
 * with bullets of another kind would have two kinds, which markdownlint reports.
 */
const ROUTING_LINES = [
  "## PACT Routing",
  "",
  "Session: its id, team and journal folder are in your context, from the pact-hooks plugin where it is installed.",
  "",
  "Memory: read Pinned Context and Working Memory before you start; write what should last into them.",
  "",
  "Do not edit this section, or the comments that mark the sections.",
  "",
  "CLAUDE.md edits lost or slow? Look in the session's journal for `lock_fail_open` and `lock_reaped`.",
];

/** The lines of the routing block, markers included, with the team's own words after ours. */
export function routingBlock(projectRouting = ""): string[] {
  const own = projectLines(projectRouting);
  const lines = own.length > 0 ? [...ROUTING_LINES, "", ...own] : ROUTING_LINES;
  return [ROUTING_START, routingVersionLine(ROUTING_VERSION), "", ...lines, "", ROUTING_END];
}

/** Whether a text has our routing words, or those of a newer version: then the model need not be given them again. */
export function hasRouting(text: string): boolean {
  const start = text.indexOf(ROUTING_START.slice(0, ROUTING_START.indexOf(":")));
  const end = text.indexOf(ROUTING_END, start);
  if (start === -1 || end === -1) return false;
  const block = text.slice(start, Math.min(end, start + MAX_BLOCK));
  return versionOf(block) > ROUTING_VERSION || essence(block).includes(essence(routingText()));
}

const VERSION_LINE = /^[ \t]*<!-- pact-hooks routing (\d{1,6}) -->[ \t\r]*$/m;

function versionOf(block: string): number {
  return Number(VERSION_LINE.exec(block)?.[1] ?? 0);
}

/** A text without what a formatter may change: white space, list numbers, and the signs of lists, tables and emphasis. */
function essence(text: string): string {
  return text.replace(/^[ \t]*\d{1,9}[.)][ \t]/gm, "").replace(/[\s*_+\-\\`~|]+/g, "");
}

/**
 * Brings the first routing block inside the managed block up to date, or creates it there, and removes all others.
 * @param wanted null for no routing block at all
 */
export function updateRoutingBlock(doc: Document, run: Run, wanted: readonly string[] | null): Document {
  const { managed, routing } = doc.blocks;
  const keeper = wanted && routing.find((block) => isInManagedOnly(block.first, doc.blocks));
  const edits: Edit[] = [];
  for (const block of routing) {
    if (block !== keeper) {
      edits.push(isInBlock(block.first, managed) ? blockRemoval(doc.text, block) : removal(block));
    }
  }
  if (edits.length > 0) run.changes.push(`removed ${count(edits.length, removed())}`);
  if (wanted && keeper) {
    const end = lineContentEnd(doc.text, keeper.end);
    const old = doc.text.slice(keeper.start, end);
    const insert = wanted.join(run.ending);
    // A teammate's newer version wrote one with a higher number.
    const isSame = old === insert || (old.length <= MAX_BLOCK && essence(old) === essence(insert));
    if (!isSame && versionOf(old) <= ROUTING_VERSION) {
      run.changes.push("updated the routing block");
      edits.push({ start: keeper.start, end, insert });
    }
  }
  const updated = edit(doc, edits);
  if (!wanted || keeper) return updated;
  run.changes.push(CREATED.routing);
  return insertIntoManaged(updated, run, wanted.join(run.ending));

  function removed(): string {
    if (!wanted) return "routing block";
    return keeper ? "duplicate routing block" : "misplaced routing block";
  }
}

/**
 * Makes the body of the settings file safe to stand inside the block: no comment, and so no marker, can begin in it; no
 * line reads as the heading of a memory section; an open fence is closed; long text is truncated.
 */
function projectLines(body: string): string[] {
  if (body === "") return [];
  const text = normalizeLineEndings(body).replace(UNSAFE, "\uFFFD").replaceAll("<!--", "&lt;!--").trim();
  const lines = truncate(text, MAX_PROJECT_ROUTING)
    .split("\n")
    .map((line) => (memoryHeadingOf(line) ? line.replace("#", "\\#") : line))
    .filter((line) => !isLoaderLine(line.trim()));
  let fence: Fence | null = null;
  for (const line of lines) fence = fenceAfter(line, fence);
  if (fence) lines.push(fence.char.repeat(fence.length));
  return lines.join("\n") === "" ? [] : lines;
}

const UNSAFE = new RegExp(`(?![\\t\\n])[${CONTROL}${LONE_SURROGATE}]`, "gu");
