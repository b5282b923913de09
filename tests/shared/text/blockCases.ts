/** Shared by the tests of blocks: the marker lines that real tools write, and random texts with them. */
import fc from "fast-check";
import type { BlockMarkers } from "../../../shared/text/block.ts";
import { userFile } from "../claudeMd/textCases.ts";

/** The marker lines of real tools. Bodies in these tests are our own. */
export const FORMATS: Record<string, BlockMarkers> = {
  Nx: { start: "<!-- nx configuration start-->", end: "<!-- nx configuration end-->" },
  "Next.js": { start: "<!-- BEGIN:nextjs-agent-rules -->", end: "<!-- END:nextjs-agent-rules -->" },
  "Laravel Boost": { start: "<laravel-boost-guidelines>", end: "</laravel-boost-guidelines>" },
  "claude-mem": { start: "<claude-mem-context>", end: "</claude-mem-context>" },
  beads: { start: "<!-- BEGIN BEADS INTEGRATION -->", end: "<!-- END BEADS INTEGRATION -->" },
  "spec-kit": { start: "<!-- SPECKIT START -->", end: "<!-- SPECKIT END -->" },
  conda: { start: "# >>> conda initialize >>>", end: "# <<< conda initialize <<<" },
  OpenSpec: { start: "<!-- OPENSPEC:START -->", end: "<!-- OPENSPEC:END -->" },
  Ansible: { start: "# BEGIN ANSIBLE MANAGED BLOCK", end: "# END ANSIBLE MANAGED BLOCK" },
};

export const anyMarkers = fc.constantFrom(...Object.values(FORMATS));

/** A body that a tool may give: no marker, nothing left open. */
export const anyBody = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        "text",
        "# Title",
        "- item",
        "",
        "  indented  ",
        "===",
        "---",
        "key: value",
        "```sh\nmake\n```",
        "<!-- one line -->",
        "<!--\nseveral\n-->",
        "a <!-- SPECKIT END --> in the middle",
        "    <!-- nx configuration end-->",
        "lone \r CR",
        "déjà vu 🙂",
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom("\n", "\r\n", "\r\r\n"),
    fc.constantFrom("", "\n", "\n\n", "\r\n"),
  )
  .map(([lines, ending, last]) => lines.join(ending) + last);

export const anyPlace = fc.constantFrom(undefined, "end", "start" as const);

/** Ways in which a text begins and ends. */
const edges = fc.tuple(
  fc.constantFrom("", "", "\uFEFF"),
  fc.constantFrom(
    "",
    "",
    "",
    "---\nk: v\n---",
    "---\nk: v\n---\n",
    "---\r\nk: v\r\n---\r\n",
    "---\nk: v\n---\n\n",
    "---\nk: v\n",
  ),
  fc.constantFrom("", "", "\n", "\r\n", "\n\n", " ", "\t\n", "\r"),
);

/** A text of a user, with no marker. */
export const plainText = fc
  .tuple(
    edges,
    fc.oneof(userFile, fc.constantFrom("", "", "x", "\n")),
    fc.constantFrom("", "", "\n", "\r\n", "\n\n\n", " \n", "  "),
  )
  .map(([[bom, front, blank], body, tail]) => bom + front + blank + body + tail);

/** A text in which tools have been: whole blocks, duplicates, orphans, indented and damaged marker lines. */
export const usedText = fc
  .tuple(
    anyMarkers,
    plainText,
    fc.array(
      fc.tuple(
        fc.constantFrom(
          "START",
          "END",
          "BLOCK",
          "  START",
          "START  ",
          "    END",
          "text",
          "",
          "",
          "```",
          "<!--",
          "-->",
          "---",
        ),
        fc.constantFrom("\n", "\n", "\r\n", "\r\r\n"),
      ),
      { maxLength: 14 },
    ),
    fc.boolean(),
    fc.nat(),
  )
  .map(([markers, text, pieces, isEnded, at]) => {
    const lines = pieces.map(([piece, ending], index) => {
      const block = `START${ending}${index}${ending}END`;
      const line = piece.replace("BLOCK", block).replace("START", markers.start).replace("END", markers.end);
      return index < pieces.length - 1 || isEnded ? line + ending : line;
    });
    const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    const place = lineStarts[at % lineStarts.length] ?? 0;
    return { markers, text: text.slice(0, place) + lines.join("") + text.slice(place) };
  });
