/** Shared by the tests of the text functions: sessions, and generators of random CLAUDE.md files. */
import fc from "fast-check";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import type { SessionInfo } from "../../../shared/claudeMd/session.ts";

export const session: SessionInfo = {
  id: "0a1b2c3d-1111-2222-3333-444444444444",
  dir: "/home/ada/.claude/pact-sessions/app/0a1b2c3d-1111-2222-3333-444444444444",
  pluginRoot: "/home/ada/.claude/plugins/pact-hooks",
  startedAt: new Date("2026-11-23T10:15:00Z"),
};
export const nextSession: SessionInfo = {
  ...session,
  id: "ffee0011-5555-6666-7777-888888888888",
  dir: "/next",
};

/** `anyFile` replaces every `@` with a new word, so that a test can follow each line. */
const FRAGMENTS = [
  "text @",
  "  indented @",
  "trailing @  ",
  "@ <!-- SESSION_START --> in the middle",
  "    <!-- PACT_MEMORY_END --> @",
  "> <!-- PACT_MANAGED_END --> @",
  "- item @",
  "### deeper @",
  "## other @",
  "# top @",
  "under @",
  "===",
  "---",
  "---",
  "<!--",
  "<!-- opened @",
  "closed @ -->",
  "key: @",
  "",
  "",
  "   ",
  "```",
  "```ts",
  "~~~",
  "````",
  "```",
  "## Retrieved Context",
  "## Pinned Context",
  "## Working Memory",
  "# PACT Framework and Managed Project Memory",
  "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.",
  "- Resume: `claude --resume old`",
  "- Session dir: `/old`",
  "<!-- PACT_START: x -->",
  "<!-- PACT_END -->",
];

const MARKERS = [
  "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->",
  "<!-- PACT_MANAGED_END -->",
  "<!-- PACT_ROUTING_START: other words -->",
  "<!-- PACT_ROUTING_START -->",
  "<!-- PACT_ROUTING_END -->",
  "<!-- SESSION_START -->",
  "  <!-- SESSION_START -->",
  "<!-- SESSION_END -->",
  "<!-- PACT_MEMORY_START -->",
  "<!-- PACT_MEMORY_END -->",
  "<!-- PACT_MEMORY_END -->  ",
];

const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS) },
  { weight: 2, arbitrary: fc.constantFrom(...MARKERS) },
);

const UPDATED = [
  updateProjectText("user @\n", { session }).text,
  updateProjectText("## Working Memory\nremembered @\n# mine @\nrule @", {}).text,
  updateProjectText("---\nkey: @\n---\n\nuser @\n", { session, routingBlock: false }).text,
].map((text) => text.split("\n"));

/** A correct file with accidents: lines deleted, doubled, moved, added. */
const damaged = fc
  .tuple(
    fc.constantFrom(...UPDATED),
    fc.array(fc.tuple(fc.constantFrom("delete", "double", "move", "add"), fc.nat(), fc.nat(), line), {
      maxLength: 6,
    }),
  )
  .map(([lines, accidents]) => {
    const result = [...lines];
    for (const [what, from, to, added] of accidents) {
      const at = from % (result.length || 1);
      const place = to % (result.length + 1);
      if (what === "add") result.splice(place, 0, added);
      else if (what === "double") result.splice(place, 0, result[at] ?? "");
      else if (what === "delete") result.splice(at, 1);
      else result.splice(place, 0, ...result.splice(at, 1));
    }
    return result;
  });

/** A file whose first lines would be front matter if the marker line were not among them. */
const almostFrontMatter = fc
  .tuple(
    fc.array(fc.constantFrom("key: @", "text @", "", "```md", "~~~", "- item @"), { maxLength: 3 }),
    fc.constantFrom(...MARKERS),
    fc.array(fc.constantFrom("key: @", "```md", "```", "", "# top @", "<!--"), { maxLength: 3 }),
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom("```", "~~~", "text @", "-->", ""),
    fc.constantFrom<string[][]>(...UPDATED, []),
  )
  .map(([first, marker, second, below, close, block]) => [
    "---",
    ...first,
    marker,
    ...second,
    "---",
    ...below,
    close,
    ...block,
  ]);

const endings = fc.constantFrom<string[][]>(["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\r\n", "\r\r\n", "\r"]);

/** Any CLAUDE.md: random lines, or a damaged correct file, in all line endings. */
export const anyFile = fc
  .tuple(
    fc.oneof(
      fc.array(line, { maxLength: 30 }),
      damaged,
      almostFrontMatter,
      fc.tuple(damaged, damaged).map((two) => two.flat()),
    ),
    endings,
    fc.constantFrom("", "", "", "\uFEFF"),
    fc.constantFrom("", "", "---\ntitle: @\n---\n", "---\n", "---\nbroken: [@\n---\n"),
    fc.boolean(),
    fc.nat(),
  )
  .map(([lines, ending, bom, front, endsWithNewline, seed]) => {
    let word = 0;
    const chosen = (index: number) => ending[(index * 7 + seed) % ending.length] ?? "\n";
    const text = lines
      .map((text, index) => (index < lines.length - 1 || endsWithNewline ? text + chosen(index) : text))
      .join("");
    return bom + (front + text).replaceAll("@", () => `w${word++}w`);
  });

/** Files without a block or marker of ours. */
export const userFile = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS.slice(0, 26)), fc.string({ unit: "binary" })), {
      maxLength: 20,
    }),
    endings,
    fc.boolean(),
  )
  .map(([lines, ending, endsWithNewline]) =>
    lines
      .map((text, index) =>
        index < lines.length - 1 || endsWithNewline ? text + ending[index % ending.length] : text,
      )
      .join(""),
  );

export const anyOptions = fc.record(
  {
    session: fc.constantFrom(session, nextSession),
    routingBlock: fc.boolean(),
    projectRouting: fc.constantFrom(
      "",
      "Use @ here.",
      "```\nopen",
      "<!-- PACT_ROUTING_END -->\n## Working Memory",
    ),
  },
  { requiredKeys: [] },
);
