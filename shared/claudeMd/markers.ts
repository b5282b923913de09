/**
 * The marker lines, byte for byte as existing files carry them, and the reading of a single line.
 *
 * A marker is a whole line: at most three spaces before it, only white space after it. A START may carry
 * other words after a colon, or none; an END carries nothing.
 */

export const MANAGED_START = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->";
export const MANAGED_END = "<!-- PACT_MANAGED_END -->";
export const ROUTING_START = "<!-- PACT_ROUTING_START: Managed by pact-plugin - do not edit this block -->";
export const ROUTING_END = "<!-- PACT_ROUTING_END -->";
export const SESSION_START = "<!-- SESSION_START -->";
export const SESSION_END = "<!-- SESSION_END -->";
export const MEMORY_START = "<!-- PACT_MEMORY_START -->";
export const MEMORY_END = "<!-- PACT_MEMORY_END -->";

/**
 * The version of the routing block's text, in a line of its own below ROUTING_START. The model does not see comments. A
 * change of the text takes the next number, so that an older version leaves the text of a newer one alone.
 */
export const ROUTING_VERSION = 1;
export const routingVersionLine = (version: number) => `<!-- pact-hooks routing ${version} -->`;

export const SESSION_HEADING = "## Current Session";
/** The PACT plugin writes this line into its session block. This package does not. */
export const PACT_SESSION_COMMENT = "<!-- Auto-managed by session_init hook. Overwritten each session. -->";

const SESSION_LINE =
  /^[ \t]*(?:$|## Current Session[ \t#]*$|[-*] (?:Resume|Team|Session dir|Plugin root|Started): )/;

/** Whether a line is one that this package or the PACT plugin writes into a session block, or blank. */
export function isSessionLine(line: string): boolean {
  return SESSION_LINE.test(line) || line.trim() === PACT_SESSION_COMMENT;
}

export const MANAGED_TITLE = "# PACT Framework and Managed Project Memory";

/** Written by older versions, with and without a period; nothing is loaded from there any more. */
export const OBSOLETE_LOADER_LINE = "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.";
const WITHOUT_PERIOD = OBSOLETE_LOADER_LINE.slice(0, -1);

/** Whether the line from `start` to `end` is the obsolete one. */
export function isLoaderLine(text: string, start = 0, end = text.length): boolean {
  if (!text.startsWith(WITHOUT_PERIOD, start)) return false;
  return ["", "."].includes(text.slice(start + WITHOUT_PERIOD.length, end).trim());
}

/** The memory sections, in the order of the template. */
export const MEMORY_SECTIONS = ["Retrieved Context", "Pinned Context", "Working Memory"] as const;
export type MemorySection = (typeof MEMORY_SECTIONS)[number];

const MEMORY_HEADING = new RegExp(`^ {0,3}##[ \\t]+(${MEMORY_SECTIONS.join("|")})(?:[ \\t]+#+)?\\s*$`);

/** Which memory section a line is the heading of. */
export function memoryHeadingOf(line: string): MemorySection | undefined {
  return MEMORY_HEADING.exec(line)?.[1] as MemorySection | undefined;
}

/** `kernel` is the obsolete block of the user-level CLAUDE.md; a project's file has the other four. */
export type MarkerKind = "managed" | "routing" | "session" | "memory" | "kernel";
export type MarkerEdge = "START" | "END";

const KINDS: Record<string, MarkerKind> = {
  PACT_MANAGED: "managed",
  PACT_ROUTING: "routing",
  SESSION: "session",
  PACT_MEMORY: "memory",
  PACT: "kernel",
};

/** Any name, of which `KINDS` knows ours: to spell them out makes V8 take four times as long to compile it. */
const MARKER_LINE = /^ {0,3}<!-- ([A-Z_]+)_(?:(START)(?::(?:(?!-->).)*?)?|END) -->[ \t\r]*$/s;

/** Which marker a line is, without regard to what surrounds it. `line` has no line ending. */
export function markerOf(line: string): { kind: MarkerKind; edge: MarkerEdge } | null {
  const match = MARKER_LINE.exec(line);
  const kind = match?.[1] && KINDS[match[1]];
  return kind ? { kind, edge: match[2] ? "START" : "END" } : null;
}
