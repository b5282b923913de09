/** Shared by the tests of the text functions: sessions, and generators of random CLAUDE.md files. */
import fc from "fast-check";
import { type ProjectTextOptions, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { bodyStart } from "../../../shared/claudeMd/scan.ts";
import type { SessionInfo } from "../../../shared/claudeMd/session.ts";
import { dominantLineEnding } from "../../../shared/text/lineEndings.ts";

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

/** Lines of a user. `anyFile` replaces every `@` with a new word, so that a test can follow each line. */
const USER_FRAGMENTS = [
  "text @",
  "  indented @",
  "trailing @  ",
  "@ <!-- SESSION_START --> in the middle",
  "    <!-- PACT_MEMORY_END --> @",
  "> <!-- PACT_MANAGED_END --> @",
  "- item @",
  "1. item @",
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
  "  ```",
  "- ```",
  "<div>",
  "</div>",
  "<pre>",
  "</pre>",
  "<a href='@'>",
  "  <?php",
  "?>",
  "<!DOCTYPE @",
];

const FRAGMENTS = [
  ...USER_FRAGMENTS,
  "## Retrieved Context",
  "## Pinned Context",
  "## Working Memory",
  "## Current Session",
  "# PACT Framework and Managed Project Memory",
  "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.",
  "- Resume: `claude --resume old`",
  "- Session dir: `/old`",
  "- Plugin root: `/home/ada/.claude/plugins/pact-hooks`",
  "- Plugin root: `/home/ada/.claude/plugins/PACT`",
  "- Started: @",
  "<!-- Auto-managed by session_init hook. Overwritten each session. -->",
  "<!-- pact-hooks routing 99 -->",
  "<!-- PACT_START: x -->",
  "<!-- PACT_END -->",
];

/** The session block as the PACT plugin writes it. */
export const PACT_SESSION = [
  "<!-- SESSION_START -->",
  "## Current Session",
  "<!-- Auto-managed by session_init hook. Overwritten each session. -->",
  "- Resume: `claude --resume 99887766-1111-2222-3333-444444444444`",
  "- Team: `pact-99887766`",
  "- Session dir: `/home/ada/.claude/pact-sessions/app/99887766-1111-2222-3333-444444444444`",
  "- Plugin root: `/home/ada/.claude/plugins/cache/pact-marketplace/PACT/3.5.0`",
  "- Started: 2026-11-22 08:00:00 UTC",
  "<!-- SESSION_END -->",
];

/** Whether a session block is the PACT plugin's: it has that plugin's comment, or names a plugin root that is not ours. */
export function isPactBlock(block: string): boolean {
  const roots = block.split("\n").map((line) => /^[ \t]*[-*] Plugin root: `([^`]+)`/.exec(line)?.[1]);
  const root = roots.find((found) => found !== undefined) ?? "pact-hooks";
  return block.includes("Auto-managed by session_init hook") || !root.includes("pact-hooks");
}

/** A session block that has lost its START marker, as real files have it. */
const HEADLESS = [
  "## Current Session",
  "",
  "- Resume: `claude --resume lost`",
  "- Started: @",
  "",
  "<!-- SESSION_END -->",
];

/** The managed block as version 0.1 wrote it: without blank lines around markers and headings, and always first. */
const OLD_BLOCK = [
  "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->",
  "# PACT Framework and Managed Project Memory",
  "",
  "<!-- PACT_ROUTING_START: Managed by pact-plugin - do not edit this block -->",
  "## PACT Routing",
  "- Session: see Current Session in CLAUDE.md. Its Session dir holds `session-journal.jsonl`.",
  "- Memory: read Pinned Context and Working Memory before you start; write what should last into them.",
  "- Do not edit marker comments, this section or Current Session: session start rewrites them.",
  "- CLAUDE.md edits lost or slow? Look in the journal for `lock_fail_open` and `lock_reaped`.",
  "<!-- PACT_ROUTING_END -->",
  "",
  "<!-- SESSION_START -->",
  "## Current Session",
  "- Resume: `claude --resume 11112222-1111-2222-3333-444444444444`",
  "- Team: `pact-11112222`",
  "- Session dir: `/home/ada/.claude/pact-sessions/app/11112222-1111-2222-3333-444444444444`",
  "- Plugin root: `/home/ada/.claude/plugins/pact-hooks`",
  "- Started: 2026-11-21 09:30:00 UTC",
  "<!-- SESSION_END -->",
  "",
  "<!-- PACT_MEMORY_START -->",
  "## Retrieved Context",
  "",
  "## Pinned Context",
  "",
  "## Working Memory",
  "",
  "<!-- PACT_MEMORY_END -->",
  "",
  "<!-- PACT_MANAGED_END -->",
];

/** A file with the block of version 0.1, which stood first: below front matter and a blank line, above a blank line. */
export function withOldBlock(text: string): string {
  const ending = dominantLineEnding(text);
  const at = bodyStart(text);
  const [front, body] = [text.slice(0, at), text.slice(at)];
  const isUnended = at > 1 && !front.endsWith("\n");
  const above = (isUnended ? ending : "") + (at > 1 ? ending : "");
  const below = body !== "" ? ending + ending : isUnended ? "" : ending;
  return front + above + OLD_BLOCK.join(ending) + below + body;
}

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

const CONFLICT = ["<<<<<<< HEAD", "ours @", "=======", "theirs @", ">>>>>>> main"];

const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FRAGMENTS) },
  { weight: 2, arbitrary: fc.constantFrom(...MARKERS) },
);

/** Random lines, with whole pieces among them now and then. A text with a conflict is left alone, so few have one. */
const randomLines = fc
  .array(
    fc.oneof(
      { weight: 300, arbitrary: line.map((only) => [only]) },
      { weight: 20, arbitrary: fc.constantFrom(HEADLESS, PACT_SESSION) },
      { weight: 1, arbitrary: fc.constant(CONFLICT) },
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.flat());

const UPDATED = [
  updateProjectText("user @\n", { session }).text,
  updateProjectText("## Working Memory\nremembered @\n# mine @\nrule @", {}).text,
  updateProjectText("---\nkey: @\n---\n\nuser @\n", { session, routingBlock: false }).text,
  updateProjectText("user @\n```\nopen @\n", { session }).text,
  updateProjectText(`user @\n${PACT_SESSION.join("\n")}\n`, {}).text,
  withOldBlock("---\nkey: @\n---\nuser @\n"),
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
      randomLines,
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
    fc.array(fc.oneof(fc.constantFrom(...USER_FRAGMENTS), fc.string({ unit: "binary" })), {
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

export const anyOptions: fc.Arbitrary<ProjectTextOptions> = fc.record(
  {
    session: fc.constantFrom(session, nextSession),
    removeSessionBlock: fc.boolean(),
    mayReplaceSession: fc.boolean(),
    isPactEnabled: fc.constantFrom(
      () => true,
      () => false,
    ),
    routingBlock: fc.boolean(),
    projectRouting: fc.constantFrom(
      "",
      "Use @ here.",
      "- Use @ here.",
      "```\nopen",
      "<!-- PACT_ROUTING_END -->\n## Working Memory",
    ),
    moreMemory: fc.constantFrom<ProjectTextOptions["moreMemory"][]>(
      [],
      [["Pinned Context", "elsewhere\n\n- one"]],
    ),
  },
  { requiredKeys: [] },
);
