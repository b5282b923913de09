/** The session block, which names the current session: writes it, and reads the session that it replaces. */
import { CONTROL, LONE_SURROGATE, SEPARATOR_OR_DIRECTION } from "../text/characters.ts";
import { blockRemoval, type Edit, ended, removal } from "../text/edits.ts";
import { isInBlock, isInManagedOnly } from "./blocks.ts";
import { CREATED, count, type Document, edit, type PreviousSession, type Run } from "./document.ts";
import { insertIntoManaged } from "./managed.ts";
import { SESSION_END, SESSION_START } from "./markers.ts";

export interface SessionInfo {
  id: string;
  dir: string;
  pluginRoot: string;
  startedAt: Date;
}

/** The lines of the session block, markers included. */
export function sessionBlock(session: SessionInfo): string[] {
  return [
    SESSION_START,
    "## Current Session",
    `- Resume: \`claude --resume ${inCodeSpan(session.id)}\``,
    `- Team: \`${teamName(session.id)}\``,
    `- Session dir: \`${inCodeSpan(session.dir)}\``,
    `- Plugin root: \`${inCodeSpan(session.pluginRoot)}\``,
    `- Started: ${utc(session.startedAt)}`,
    SESSION_END,
  ];
}

/** `pact-` and the hexadecimal digits and hyphens among the first eight characters of the session id. */
export function teamName(sessionId: string): string {
  return `pact-${sessionId.slice(0, 8).replace(/[^0-9a-f-]/gi, "") || "unknown"}`;
}

/**
 * Brings the session block up to date. The first one inside the managed block stays, and all others are removed; if all
 * lie outside, the first moves in. A session with another id than the Resume line names replaces the block.
 * @param session if absent, no block is created, and an existing one keeps its content
 */
export function updateSessionBlock(
  doc: Document,
  run: Run,
  session?: SessionInfo,
): { doc: Document; previous?: PreviousSession } {
  const { managed, sessions } = doc.blocks;
  const keeper = sessions.find((block) => isInManagedOnly(block.first, doc.blocks));
  const found = keeper ?? sessions[0];
  const old = found && doc.text.slice(found.start, found.end);
  const isSame = !session || (old !== undefined && field(old, RESUME) === inCodeSpan(session.id));
  const wanted = isSame ? old : ended(sessionBlock(session).join(run.ending), run.ending);

  const edits: Edit[] = sessions
    .filter((block) => block !== keeper)
    .map((block) => (isInBlock(block.first, managed) ? blockRemoval(doc.text, block) : removal(block)));
  const duplicates = edits.length - (found && !keeper ? 1 : 0);
  if (duplicates > 0) run.changes.push(`removed ${count(duplicates, "duplicate session block")}`);
  if (keeper && wanted !== undefined && wanted !== old) {
    edits.push({ start: keeper.start, end: keeper.end, insert: wanted });
  }
  const updated = edit(doc, edits);
  if (wanted === undefined) return { doc: updated };

  if (!old) run.changes.push(CREATED.session);
  else if (!isSame) run.changes.push("replaced the session block");
  else if (!keeper) run.changes.push("moved the session block into the managed block");
  const placed = keeper ? updated : insertIntoManaged(updated, run, wanted, routingOf(updated));
  return { doc: placed, previous: isSame || !old ? undefined : previousSession(old) };
}

const RESUME = /^[ \t]*[-*] Resume: `claude --resume ([^`]+)`/;
const SESSION_DIR = /^[ \t]*[-*] Session dir: `([^`]+)`/;

function previousSession(block: string): PreviousSession | undefined {
  const id = field(block, RESUME);
  const dir = field(block, SESSION_DIR);
  return id !== undefined && dir !== undefined ? { id, dir } : undefined;
}

function field(block: string, pattern: RegExp): string | undefined {
  for (const line of block.split("\n")) {
    const match = pattern.exec(line);
    if (match) return match[1];
  }
  return undefined;
}

function routingOf(doc: Document) {
  return doc.blocks.routing.find((block) => isInManagedOnly(block.first, doc.blocks))?.last;
}

/**
 * Makes a foreign value safe for a code span: it stays on one line, and cannot end the span, open a comment or change
 * the direction of text. U+FFFD replaces each character that could, so that a reader sees the replacement.
 */
function inCodeSpan(value: string): string {
  const safe = value.slice(0, MAX_VALUE).replace(UNSAFE, "\uFFFD");
  return safe.trim() || "unknown";
}

const UNSAFE = new RegExp(`<!--|-->|[${CONTROL}${LONE_SURROGATE}${SEPARATOR_OR_DIRECTION}\`]`, "gu");

/** In characters: the longest path that Linux accepts. */
const MAX_VALUE = 4096;

function utc(date: Date): string {
  if (Number.isNaN(date.getTime())) return "unknown";
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
