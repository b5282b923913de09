import type { Line } from "../text/lines.ts";
import { type Document, type Run } from "./document.ts";
/**
 * The managed block of a text.
 * @returns its lines, markers included, without a final line ending; null if there is no well-formed managed block
 */
export declare function extractManagedRegion(text: string): string | null;
/**
 * Creates the managed block, holding only its title, as the last thing in the text: the team's own title stays first, and
 * the model, which does not see comments, does not take the team's text for a part of our last section.
 */
export declare function ensureManagedBlock(doc: Document, run: Run): Document;
/** Puts the title below the START marker of a managed block that has none. */
export declare function ensureTitle(doc: Document, run: Run): Document;
/** Where the content of the managed block ends: at its END marker, or at the rule above it that `insertedFirst` writes. */
export declare function contentEnd({ text, blocks: { managed } }: Document): number;
/** Inserts a block into the managed block: below `anchor`, else below the title, else as its first lines. */
export declare function insertIntoManaged(doc: Document, run: Run, block: string, anchor?: Line): Document;
