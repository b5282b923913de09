/** Removes the obsolete kernel block from a user-level CLAUDE.md. */
import { applyEdits, removal } from "../text/edits.ts";
import { isInAnyBlock, pairs } from "./blocks.ts";
import { lineNumbers } from "./document.ts";
import { describeConflict } from "./refusal.ts";
import { scan } from "./scan.ts";

/**
 * Removes every kernel block if all kernel markers form pairs and no other marker line lies inside one. Otherwise
 * leaves the text unchanged, and describes the damage in `problem`.
 */
export function stripKernelBlock(text: string): { text: string; changes: string[]; problem?: string } {
  const conflict = describeConflict(text);
  if (conflict) return { text, changes: [], problem: conflict };
  const { markers } = scan(text);
  const kernel = markers.filter((marker) => marker.kind === "kernel");
  const blocks = pairs(markers, "kernel");
  if (kernel.length === 0) return { text, changes: [] };
  const isSound =
    kernel.length === 2 * blocks.length && !markers.some((marker) => isInAnyBlock(marker, blocks));
  if (!isSound) {
    return {
      text,
      changes: [],
      problem:
        `the obsolete block between <!-- PACT_START … --> and <!-- PACT_END --> is damaged ` +
        `(marker ${lineNumbers(kernel)}). Remove it by hand.`,
    };
  }
  const lines = lineNumbers(blocks.map((block) => block.first));
  return {
    text: applyEdits(text, blocks.map(removal)),
    changes: [`removed the obsolete kernel block (${lines})`],
  };
}
