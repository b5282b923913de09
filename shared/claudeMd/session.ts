/** The session block, which names the current session: writes it, and reads the session that it replaces. */
import { CONTROL, LONE_SURROGATE, SEPARATOR_OR_DIRECTION } from "../text/characters.ts";
import { blockRemoval, type Edit, ended, removal } from "../text/edits.ts";
import { type Block, isInBlock, isInManagedOnly } from "./blocks.ts";
import { CREATED, count, type Document, edit, type Run } from "./document.ts";
import { insertIntoManaged } from "./managed.ts";
import { PACT_SESSION_COMMENT, SESSION_END, SESSION_HEADING, SESSION_START } from "./markers.ts";

export interface SessionInfo {
  id: string;
  dir: string;
  pluginRoot: string;
  startedAt: Date;
  /** The agent that the session runs as, if it was started with `--agent`. */
  agent?: string | undefined;
}

/**
 * Whether a source, as Claude Code names it, begins a session. The other sources go on with a session, beside which others
 * may have begun.
 */
export function isBeginning(source: string | undefined): boolean {
  return source === "startup" || source === "clear" || source === "fork";
}

/** The lines of the session block, markers included. @param started the value of its Started line */
export function sessionBlock(session: SessionInfo, started = utc(session.startedAt)): string[] {
  const { agent } = session;
  return [
    SESSION_START,
    "",
    SESSION_HEADING,
    "",
    `- Resume: \`${resumeCommand({ id: inCodeSpan(session.id), agent: agent && inCodeSpan(agent) })}\``,
    `- Team: \`${teamName(session.id)}\``,
    `- Session dir: \`${inCodeSpan(session.dir)}\``,
    `- Plugin root: \`${inCodeSpan(session.pluginRoot)}\``,
    `- Started: ${started}`,
    "",
    SESSION_END,
  ];
}

/** The command that goes on with a session. Without its agent, the PACT plugin does not take the session for a lead's. */
export function resumeCommand({ id, agent }: Pick<SessionInfo, "id" | "agent">): string {
  return `claude ${agent ? `--agent ${agent} ` : ""}--resume ${id}`;
}

/** The name of the team that Claude Code, since 2.1.178, makes for a session: from the first eight characters of its id. */
export function teamName(sessionId: string): string {
  return `session-${inCodeSpan(sessionId.slice(0, 8))}`;
}

/** What becomes of the session block. With neither a session nor `remove`, an existing one keeps its content. */
export interface SessionBlockOptions {
  /** The session that the block is to name. */
  session?: SessionInfo | undefined;
  /** A block of ours is removed. */
  removeSessionBlock?: boolean;
  /** False: the session does not replace the block of another one; it only brings its own up to date. */
  mayReplaceSession?: boolean;
  /** Whether a plugin root is this package's. The PACT plugin's block names its own. */
  isOurRoot?: (root: string) => boolean;
  /** Whether the PACT plugin is enabled here, so that its block is in use. Default: it is. */
  isPactEnabled?: () => boolean;
}

/**
 * Brings the session block up to date. A block of the PACT plugin stays as it is: that plugin reads the previous session
 * from it. Of ours, the first one inside the managed block stays, and all others are removed; if all lie outside, the first
 * moves in. With `removeSessionBlock`, all of ours are removed.
 */
export function updateSessionBlock(doc: Document, run: Run, options: SessionBlockOptions): Document {
  const textOf = (block: Block) => doc.text.slice(block.start, block.end);
  const ours = doc.blocks.sessions.filter((block) => isOurs(textOf(block), options));
  const hasOther = ours.length < doc.blocks.sessions.length;
  const yields = options.session !== undefined && hasOther && (options.isPactEnabled?.() ?? true);
  if (options.removeSessionBlock || yields) return removeSessions(doc, run, ours);

  const keeper = ours.find((block) => isInManagedOnly(block.first, doc.blocks));
  const found = keeper ?? ours[0];
  const old = found && textOf(found);
  const wanted = wantedBlock(old, run, options);
  const edits = ours.filter((block) => block !== keeper).map((block) => removalOf(doc, block));
  const duplicates = edits.length - (found && !keeper ? 1 : 0);
  if (duplicates > 0) run.changes.push(`removed ${count(duplicates, "duplicate session block")}`);
  if (keeper && wanted !== undefined && wanted !== old) {
    edits.push({ start: keeper.start, end: keeper.end, insert: wanted });
  }
  const updated = edit(doc, edits);
  if (wanted === undefined) return updated;

  if (!old) run.changes.push(CREATED.session);
  else if (wanted !== old) run.changes.push("replaced the session block");
  else if (!keeper) run.changes.push("moved the session block into the managed block");
  return keeper ? updated : insertIntoManaged(updated, run, wanted, routingOf(updated));
}

function removeSessions(doc: Document, run: Run, blocks: readonly Block[]): Document {
  if (blocks.length > 0) run.changes.push(`removed ${count(blocks.length, "session block")}`);
  return edit(
    doc,
    blocks.map((block) => removalOf(doc, block)),
  );
}

function removalOf(doc: Document, block: Block): Edit {
  return isInBlock(block.first, doc.blocks.managed) ? blockRemoval(doc.text, block) : removal(block);
}

function isOurs(block: string, { session, isOurRoot }: SessionBlockOptions): boolean {
  if (block.includes(PACT_SESSION_COMMENT)) return false;
  const root = field(block, PLUGIN_ROOT);
  return root === undefined || root === session?.pluginRoot || (isOurRoot ?? isNamedLikeUs)(root);
}

/** Whether a plugin root is this package's, by the name that the plugin system gives its folder. */
export function isNamedLikeUs(root: string): boolean {
  return /(?:^|[\\/])pact-hooks(?:[\\/]|$)/.test(root);
}

/** What the block should hold; undefined if there is none and none is to be made. */
function wantedBlock(old: string | undefined, run: Run, options: SessionBlockOptions): string | undefined {
  const { session, mayReplaceSession = true } = options;
  if (!session) return old;
  const isSame = old !== undefined && field(old, RESUME) === inCodeSpan(session.id);
  if (isSame ? hasSameFields(old, session) : !mayReplaceSession) return old;
  const started = isSame ? field(old, STARTED) : undefined;
  return ended(sessionBlock(session, started).join(run.ending), run.ending);
}

/** A plugin that was moved, or a session folder, is brought up to date. */
function hasSameFields(block: string, { dir, pluginRoot }: SessionInfo): boolean {
  return (
    field(block, SESSION_DIR) === inCodeSpan(dir) && field(block, PLUGIN_ROOT) === inCodeSpan(pluginRoot)
  );
}

const RESUME = /^[ \t]*[-*] Resume: `claude (?:--agent \S+ )?--resume ([^`]+)`/;
const SESSION_DIR = /^[ \t]*[-*] Session dir: `([^`]+)`/;
const PLUGIN_ROOT = /^[ \t]*[-*] Plugin root: `([^`]+)`/;
const STARTED = /^[ \t]*[-*] Started: (.+?)[ \t\r]*$/;

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
