import { type Document, type Run } from "./document.ts";
import type { Line } from "./scan.ts";
/** The managed block as it stands, its markers included; null when there is none that is well-formed. */
export declare function extractManagedRegion(text: string): string | null;
/** Creates the managed block, with nothing but the title in it, before all other text. */
export declare function ensureManagedBlock(doc: Document, run: Run): Document;
/** Puts the title below the START marker of a managed block that has none. */
export declare function ensureTitle(doc: Document, run: Run): Document;
/** Inserts a block into the managed block: below `anchor`, or below the title, or as its first lines. */
export declare function insertIntoManaged(doc: Document, run: Run, block: string, anchor?: Line): Document;
