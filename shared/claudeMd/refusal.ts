/** Explains why a text is left unchanged: each function names the lines as found, and says what to do about them. */
import { findConflict } from "../text/conflict.ts";
import { removal } from "../text/edits.ts";
import { type FrontMatterPlace, locateFrontMatter, parseYaml, YamlLimit } from "../text/frontMatter.ts";
import { lineNumberAt } from "../text/lineEndings.ts";
import { isInAnyBlock } from "./blocks.ts";
import { type Document, edit, lineNumbers } from "./document.ts";
import { MANAGED_END, MEMORY_END } from "./markers.ts";
import { bodyStart, MAX_PLACES, type Marker } from "./scan.ts";

/** Reports a merge that the user has not resolved yet. A block of ours may stand on both sides of it. */
export function describeConflict(text: string): string | null {
  const conflict = findConflict(text);
  return conflict && `unresolved merge conflict in lines ${conflict.first} to ${conflict.last}. Resolve it.`;
}

/** Reports a text with more headings and marker lines than real files have: they would take too much memory and time. */
export function describeCrowd({ crowdedAt }: { crowdedAt: number }): string | null {
  if (crowdedAt === 0) return null;
  const lines = `lines 1 to ${crowdedAt - 1} hold more than ${MAX_PLACES} headings and marker lines`;
  return `${lines}. Remove those that are not needed, or split the file.`;
}

/** Reports front matter that we do not parse, so that its end is a guess. */
export function describeUnparsed({ text, bodyStart }: Document): string | null {
  const place = locateFrontMatter(text);
  const reason = place?.end === bodyStart && whyUnparsed(text, place);
  if (!reason) return null;
  const lines = `lines 1 to ${lineNumberAt(text, place.close)}`;
  return `the front matter in ${lines} cannot be read: ${reason}. Change that. If these lines are no front matter, put an empty line above line 1.`;
}

function whyUnparsed(text: string, place: FrontMatterPlace): string | undefined {
  try {
    parseYaml(text, place);
  } catch (error) {
    if (error instanceof YamlLimit) return error.reason;
  }
  return undefined;
}

/**
 * Reports a code fence that is never closed and hides our blocks. New blocks above it would be empty, and the model
 * would no longer find the memory in the hidden ones.
 */
export function describeHidden({ hidden, openFence, blocks }: Document): string | null {
  const missing = hidden.filter(({ kind }) =>
    kind === "managed" ? blocks.managed === null : blocks.memory.length === 0,
  );
  if (missing.length === 0) return null;
  return (
    `the code fence opened in line ${openFence} is never closed and hides the markers below it ` +
    `(${lineNumbers(missing)}). Close it.`
  );
}

/**
 * Reports the one damage with more than one possible repair: a START without its END above memory text that runs to
 * the end of the file, across session and routing lines. Nothing shows where memory ends and the user's text begins.
 */
export function describeDamage(doc: Document): string | null {
  const { memory, sessions, routing, strays } = doc.blocks;
  const section = doc.sections.at(-1);
  const start =
    section &&
    strays.findLast(
      ({ kind, edge, start }) =>
        (kind === "managed" || kind === "memory") && edge === "START" && start < section.start,
    );
  if (memory.length > 0 || !start) return null;
  const isPassing = ({ kind }: Marker) => kind === "routing" || kind === "session";
  // The removal of a session block also removes the markers inside it.
  const passing = strays.filter((marker) => isPassing(marker) && !isInAnyBlock(marker, sessions));
  const bare = edit(doc, [...sessions, ...routing, ...passing].map(removal));
  const last = bare.sections.at(-1);
  if (!last?.toEnd || bare.text.slice(last.body, last.end).trim() === "") return null;
  const end = start.kind === "memory" ? MEMORY_END : MANAGED_END;
  return (
    `the ${start.kind} block that starts in line ${start.line} has no end, so it is unclear how much of ` +
    `"${section.name}" (line ${section.line}) is memory. Add a line \`${end}\` where ` +
    `the block ends, or remove line ${start.line}.`
  );
}

/** Reports two rules at the top of a file that only our lines between them keep from being front matter. */
export function describeFrontMatter(original: Document, doc: Document): string | null {
  if (original.bodyStart > 1 || bodyStart(doc.text) <= 1) return null;
  const { text } = original;
  const open = text.startsWith("---", original.bodyStart) ? original.bodyStart : text.indexOf("\n---") + 1;
  const close = open + (locateFrontMatter(text.slice(open))?.close ?? 0);
  const first = lineNumberAt(text, open);
  const markers = original.markers.filter(({ start }) => start < close);
  const lines = lineNumbers(markers);
  const [without, remove] =
    markers.length > 0
      ? [`the marker${markers.length > 1 ? "s" : ""} in ${lines}`, ` If they are, remove ${lines}.`]
      : ["the memory in them", ""];
  return (
    `without ${without}, lines ${first} to ${lineNumberAt(text, close)} would be read as front matter.` +
    `${remove} If they are not, put an empty line above line 1.`
  );
}
