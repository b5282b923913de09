import { applyEdits, removal } from "../text/edits.ts";
import { isInAnyBlock, pairs } from "./blocks.ts";
import { lineNumbers } from "./document.ts";
import { scan } from "./scan.ts";

/**
 * Removes the obsolete kernel block from a user-level CLAUDE.md. Only a well-formed pair goes, and only when
 * no other marker line lies in it; anything else is left alone and described.
 */
export function stripKernelBlock(text: string): { text: string; changes: string[]; problem?: string } {
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
        `(marker ${lineNumbers(kernel)}) and was left as it is: remove it by hand`,
    };
  }
  const lines = lineNumbers(blocks.map((block) => block.first));
  return {
    text: applyEdits(text, blocks.map(removal)),
    changes: [`removed the obsolete kernel block (${lines})`],
  };
}
