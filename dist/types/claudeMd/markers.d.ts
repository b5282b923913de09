/**
 * The marker lines, byte for byte as existing files carry them, and the reading of a single line.
 *
 * A marker is a whole line: at most three spaces before it, only white space after it. A START may carry
 * other words after a colon, or none; an END carries nothing.
 */
export declare const MANAGED_START = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->";
export declare const MANAGED_END = "<!-- PACT_MANAGED_END -->";
export declare const ROUTING_START = "<!-- PACT_ROUTING_START: Managed by pact-plugin - do not edit this block -->";
export declare const ROUTING_END = "<!-- PACT_ROUTING_END -->";
export declare const SESSION_START = "<!-- SESSION_START -->";
export declare const SESSION_END = "<!-- SESSION_END -->";
export declare const MEMORY_START = "<!-- PACT_MEMORY_START -->";
export declare const MEMORY_END = "<!-- PACT_MEMORY_END -->";
/**
 * The version of the routing block's text, in a line of its own below ROUTING_START. The model does not see comments. A
 * change of the text takes the next number, so that an older version leaves the text of a newer one alone.
 */
export declare const ROUTING_VERSION = 1;
export declare const routingVersionLine: (version: number) => string;
export declare const SESSION_HEADING = "## Current Session";
/** The PACT plugin writes this line into its session block. This package does not. */
export declare const PACT_SESSION_COMMENT = "<!-- Auto-managed by session_init hook. Overwritten each session. -->";
/** Whether a line is one that this package or the PACT plugin writes into a session block, or blank. */
export declare function isSessionLine(line: string): boolean;
export declare const MANAGED_TITLE = "# PACT Framework and Managed Project Memory";
/** Written by older versions, with and without a period; nothing is loaded from there any more. */
export declare const OBSOLETE_LOADER_LINE = "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.";
/** Whether the line from `start` to `end` is the obsolete one. */
export declare function isLoaderLine(text: string, start?: number, end?: number): boolean;
/** The memory sections, in the order of the template. */
export declare const MEMORY_SECTIONS: readonly ["Retrieved Context", "Pinned Context", "Working Memory"];
export type MemorySection = (typeof MEMORY_SECTIONS)[number];
/** Which memory section a line is the heading of. */
export declare function memoryHeadingOf(line: string): MemorySection | undefined;
/** `kernel` is the obsolete block of the user-level CLAUDE.md; a project's file has the other four. */
export type MarkerKind = "managed" | "routing" | "session" | "memory" | "kernel";
export type MarkerEdge = "START" | "END";
/** Which marker a line is, without regard to what surrounds it. `line` has no line ending. */
export declare function markerOf(line: string): {
    kind: MarkerKind;
    edge: MarkerEdge;
} | null;
