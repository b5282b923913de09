import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { ROUTING_END, ROUTING_START } from "../../../shared/claudeMd/markers.ts";
import {
  ensureMemoryText,
  migrateText,
  stripOrphanRoutingText,
  updateProjectText,
  updateRoutingText,
  updateSessionText,
} from "../../../shared/claudeMd/projectText.ts";
import { nextSession, session, withOldBlock } from "./textCases.ts";

/** The managed block of a fresh file, without the last line's ending. */
const BLOCK = `<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->

# PACT Framework and Managed Project Memory

<!-- PACT_ROUTING_START: Managed by pact-plugin - do not edit this block -->
<!-- pact-hooks routing 1 -->

## PACT Routing

- ROUTING

<!-- PACT_ROUTING_END -->

<!-- SESSION_START -->

## Current Session

- Resume: \`claude --resume 0a1b2c3d-1111-2222-3333-444444444444\`
- Team: \`session-0a1b2c3d\`
- Session dir: \`/home/ada/.claude/pact-sessions/app/0a1b2c3d-1111-2222-3333-444444444444\`
- Plugin root: \`/home/ada/.claude/plugins/pact-hooks\`
- Started: 2026-11-23 10:15:00 UTC

<!-- SESSION_END -->

<!-- PACT_MEMORY_START -->

## Retrieved Context

## Pinned Context

## Working Memory

<!-- PACT_MEMORY_END -->

<!-- PACT_MANAGED_END -->`;
/** The block of a file whose text leaves something open at its end: it stands first, and a visible rule ends it. */
const FIRST = BLOCK.replace("<!-- PACT_MANAGED_END -->", "---\n\n$&");

/** Replaces the routing lines with one, so that these tests do not depend on their wording. */
const short = (text: string) =>
  text.replaceAll(
    /(## PACT Routing\r?\n\r?\n)Session: [\s\S]*?`lock_reaped`\.\r?\n(?=\r?\n<!--)/g,
    (_, heading) => `${heading}- ROUTING${heading.endsWith("\r\n") ? "\r\n" : "\n"}`,
  );
const run = (text: string | null) => updateProjectText(text, { session });
const crlf = (text: string) => text.replaceAll("\n", "\r\n");

describe("an update brings up to date, in one run,", () => {
  test.each<[string, string | null, string]>([
    ["an absent file", null, `${BLOCK}\n`],
    ["an empty file", "", BLOCK],
    ["a plain file", "# Mine\n\nRule.\n", `# Mine\n\nRule.\n\n${BLOCK}\n`],
    ["a file without a last newline", "# Mine", `# Mine\n\n${BLOCK}`],
    ["a file with a blank first line", "\n# Mine\n", `\n# Mine\n\n${BLOCK}\n`],
    ["a file with blank last lines", "# Mine\n\n\n", `# Mine\n\n\n\n${BLOCK}\n`],
    ["a file of white space", "  \n\n", `  \n\n\n${BLOCK}\n`],
    ["a CRLF file", "# Mine\r\n\r\nRule.\r\n", `# Mine\r\n\r\nRule.\r\n\r\n${crlf(BLOCK)}\r\n`],
    ["a file with mostly LF", "a\nb\r\nc\n", `a\nb\r\nc\n\n${BLOCK}\n`],
    ["a file with mostly CRLF", "a\nb\r\nc\r\n", `a\nb\r\nc\r\n\r\n${crlf(BLOCK)}\r\n`],
    ["a file with a byte order mark", "\uFEFF# Mine\n", `\uFEFF# Mine\n\n${BLOCK}\n`],
    ["a file with only a byte order mark", "\uFEFF", `\uFEFF${BLOCK}`],
    ["a file with front matter", "---\na: 1\n---\n# Mine\n", `---\na: 1\n---\n# Mine\n\n${BLOCK}\n`],
    ["a file with only front matter", "---\na: 1\n---\n", `---\na: 1\n---\n\n${BLOCK}\n`],
    ["a file with only front matter and no last newline", "---\na: 1\n---", `---\na: 1\n---\n\n${BLOCK}`],
    [
      "a CRLF file with a byte order mark and front matter",
      "\uFEFF---\r\na: 1\r\n---\r\n\r\nx",
      `\uFEFF---\r\na: 1\r\n---\r\n\r\nx\r\n\r\n${crlf(BLOCK)}`,
    ],
    ["a file with rules around text", "---\nText.\n---\n", `---\nText.\n---\n\n${BLOCK}\n`],
    ["a file with only an opening rule", "---\nText.\n", `---\nText.\n\n${BLOCK}\n`],
    [
      "a file with markers quoted in code",
      `\`\`\`\n${BLOCK}\n\`\`\`\n`,
      `\`\`\`\n${BLOCK}\n\`\`\`\n\n${BLOCK}\n`,
    ],
    [
      "a file with a marker within a line",
      "See <!-- PACT_MANAGED_START --> here\n",
      `See <!-- PACT_MANAGED_START --> here\n\n${BLOCK}\n`,
    ],
    [
      "a file with a marker in indented code",
      "    <!-- PACT_MANAGED_END -->\n",
      `    <!-- PACT_MANAGED_END -->\n\n${BLOCK}\n`,
    ],
    ["a file with trailing white space and tabs", "\tx  \n\n\n y \t\n", `\tx  \n\n\n y \t\n\n${BLOCK}\n`],
    ["a file with a lone CR", "a\rb", `a\rb\n\n${BLOCK}`],
    ["a file that ends in a lone CR", "a\r", `a\r\r\n\n${BLOCK}`],
    ["a file with NUL and U+2028", "a\0b\u2028c\n", `a\0b\u2028c\n\n${BLOCK}\n`],
    ["a file with an open fence", "# Mine\n```\ncode", `${FIRST}\n\n# Mine\n\`\`\`\ncode`],
    ["a file with an open comment", "<!-- a\nb\n", `${FIRST}\n\n<!-- a\nb\n`],
    ["a file with an open HTML block", "\n<pre>\n\na\n", `${FIRST}\n\n\n<pre>\n\na\n`],
    [
      "a file with a fence that an HTML block hides from Markdown",
      "<pre>\n```\n</pre>\n",
      `${FIRST}\n\n<pre>\n\`\`\`\n</pre>\n`,
    ],
    [
      "a file with a comment that an HTML block hides from Markdown",
      "<pre>\n<!-- a\n</pre>\n",
      `${FIRST}\n\n<pre>\n<!-- a\n</pre>\n`,
    ],
    [
      "a CRLF file with a byte order mark, front matter and an open fence",
      "\uFEFF---\r\na: 1\r\n---\r\n```\r\nx",
      `\uFEFF---\r\na: 1\r\n---\r\n${crlf(FIRST)}\r\n\r\n\`\`\`\r\nx`,
    ],
    [
      "a file with front matter, a blank line and an open fence",
      "---\na: 1\n---\n\n```\nx\n",
      `---\na: 1\n---\n\n${FIRST}\n\n\`\`\`\nx\n`,
    ],
    ["a file that is up to date", `${BLOCK}\n`, `${BLOCK}\n`],
    [
      "a file that is up to date and has text above and below the block",
      `# Mine\n\n${BLOCK}\n\nRule.`,
      `# Mine\n\n${BLOCK}\n\nRule.`,
    ],
  ])("%s", (_, text, expected) => {
    const result = run(text);
    expect(short(result.text)).toBe(expected);
    expect(result.problem).toBeUndefined();
    const again = run(result.text);
    expect(again).toEqual({ text: result.text, changes: [] });
  });
});

describe("in a legacy file,", () => {
  const LEGACY =
    "# Project Memory\n\nAbout this file.\nThe global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.\n\n" +
    "<!-- SESSION_START -->\n## Current Session\n- Resume: `claude --resume old`\n- Session dir: `/old`\n" +
    "<!-- SESSION_END -->\n\n## Retrieved Context\n<!-- kept -->\nr1\n\n## Pinned Context\n\np1\n\n" +
    "## Rules\nmine\n\n## Working Memory\nw1\n\n## Retrieved Context\nr2\n# Last\nmine too";

  test("memory sections and the session block move into the managed block, and other text keeps its order", () => {
    const { text, changes, problem } = run(LEGACY);
    const block = BLOCK.replace("## Retrieved Context\n", "## Retrieved Context\n<!-- kept -->\nr1\n\nr2\n")
      .replace("## Pinned Context\n", "## Pinned Context\n\np1\n")
      .replace("## Working Memory\n", "## Working Memory\nw1\n");
    expect(short(text)).toBe(
      `# Project Memory\n\nAbout this file.\n\n\n## Rules\nmine\n\n# Last\nmine too\n\n${block}`,
    );
    expect(problem).toBeUndefined();
    expect(changes).toEqual([
      "created the managed block",
      "removed the obsolete line about the global PACT Orchestrator",
      "replaced the session block",
      "moved 4 memory sections into the managed block",
    ]);
  });

  test("the old session block moves in unchanged if there is no new session", () => {
    const { text } = updateProjectText(LEGACY, {});
    expect(extractManagedRegion(text)).toContain("- Resume: `claude --resume old`");
    expect(text.match(/<!-- SESSION_START -->/g)).toHaveLength(1);
  });

  test("a last section without a newline moves in, and gets one", () => {
    const { text } = run("mine\n## Retrieved Context\nr");
    expect(short(text)).toBe(`mine\n${BLOCK.replace("## Retrieved Context\n", "## Retrieved Context\nr\n")}`);
  });

  test("a section inside fenced code stays there", () => {
    const { text } = run("```\n## Working Memory\nx\n```\n");
    expect(text.startsWith("```\n## Working Memory\nx\n```\n\n<!-- PACT_MANAGED_START")).toBe(true);
  });

  test("a section with an open fence stays in place, because moving it would hide the text below", () => {
    const { text, changes, problem } = run("## Pinned Context\np\n## Working Memory\n```\nw\n");
    expect(problem).toBeUndefined();
    expect(text.endsWith("-->\n\n## Working Memory\n```\nw\n")).toBe(true);
    expect(extractManagedRegion(text)).toContain("## Pinned Context\np\n");
    expect(changes.join()).toContain('left "Working Memory" where it is');
    expect(run(text).text).toBe(text);
  });

  test("a managed block of an older template gets its missing parts and keeps its sections", () => {
    const { text } = run(
      "<!-- PACT_MANAGED_START: v1 -->\ntyped in\n## Working Memory\nw\n<!-- PACT_MANAGED_END -->\n\nmine\n",
    );
    expect(short(text)).toBe(
      `${BLOCK.replace(": Managed by pact-plugin - do not edit this block -->\n\n#", ": v1 -->\n\n#")
        .replace("SESSION_END -->\n\n", "SESSION_END -->\n\ntyped in\n\n")
        .replace("## Working Memory\n", "## Working Memory\nw\n")}\n\nmine\n`,
    );
  });
});

describe("a block that stands first", () => {
  test("as an older version wrote it stays there, and only what has changed is written", () => {
    for (const mine of ["# Mine\n", "", "---\na: 1\n---\n# Mine"]) {
      const { text, changes } = run(withOldBlock(mine));
      expect(changes).toEqual(["updated the routing block", "replaced the session block"]);
      let expected = withOldBlock(mine);
      for (const kind of ["PACT_ROUTING", "SESSION"]) {
        const part = new RegExp(`<!-- ${kind}_START[\\s\\S]*${kind}_END -->`);
        expected = expected.replace(part, part.exec(BLOCK)?.[0] ?? "");
      }
      expect(short(text)).toBe(expected);
    }
  });

  test("gets all its content above the rule that ends it", () => {
    const empty = "<!-- PACT_MANAGED_START -->\n\n---\n\n<!-- PACT_MANAGED_END -->\n\n```\nmine\n";
    expect(short(run(empty).text)).toBe(
      `${FIRST.replace(": Managed by pact-plugin - do not edit this block -->\n\n#", " -->\n\n#")}\n\n\`\`\`\nmine\n`,
    );
  });

  test("keeps the rule below all content if the user removes the open fence, or all text", () => {
    for (const mine of ["mine\n", ""]) {
      const bare = updateProjectText("```\nmine\n", { routingBlock: false }).text.replace(
        "```\nmine\n",
        mine,
      );
      const memory = /<!-- PACT_MEMORY_START -->[\s\S]*PACT_MEMORY_END -->\n\n/;
      expect(run(bare.replace(memory, "")).text).toBe(run(bare).text);
    }
  });

  test("has no rule of ours if a heading is underlined there", () => {
    const heading = "<!-- PACT_MANAGED_START -->\nmine\n---\n<!-- PACT_MANAGED_END -->\nbelow\n";
    expect(run(heading).text).toContain("\nmine\n---\n\n<!-- PACT_MEMORY_START -->\n");
  });
});

describe("a session", () => {
  const before = run("mine\n").text;

  test("that is new replaces only the session block", () => {
    const { text, changes } = updateProjectText(before, { session: nextSession });
    expect(changes).toEqual(["replaced the session block"]);
    expect(text).toBe(
      before
        .replaceAll(session.dir, "/next")
        .replace(session.id, nextSession.id)
        .replace("session-0a1b2c3d", "session-ffee0011"),
    );
  });

  test("that continues leaves its block unchanged, whatever the other lines say", () => {
    const edited = before.replace(/- Team: .*/, "- Team: mine").replace(/- Started: .*\n/, "");
    const later = { ...session, startedAt: new Date(0) };
    expect(updateProjectText(edited, { session: later })).toEqual({ text: edited, changes: [] });
  });

  test.each([
    ["its folder", { dir: "/else" }],
    ["the plugin's folder", { pluginRoot: "/else/pact-hooks" }],
  ])("that continues brings %s up to date, and keeps its start", (_what, moved) => {
    const later = { ...session, ...moved, startedAt: new Date(0) };
    for (const mayReplaceSession of [true, false]) {
      const { text, changes } = updateProjectText(before, {
        session: later,
        mayReplaceSession,
      });
      expect(changes).toEqual(["replaced the session block"]);
      expect(text).toBe(updateProjectText("mine\n", { session: { ...session, ...moved } }).text);
    }
  });

  test("gets its block in CRLF in a CRLF file", () => {
    const { text } = updateProjectText(crlf(before), { session: nextSession });
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });
});

describe("depending on the settings,", () => {
  test("the routing block is removed if it is turned off, and comes back in its place", () => {
    const before = run("mine\n").text;
    const without = updateProjectText(before, { session, routingBlock: false });
    expect(without.changes).toEqual(["removed 1 routing block"]);
    expect(short(without.text)).toBe(
      `mine\n\n${BLOCK.replace(/<!-- PACT_ROUTING[\s\S]*ROUTING_END -->\n\n/, "")}\n`,
    );
    expect(run(without.text).text).toBe(before);
  });

  test("the project's own words stand inside the routing block", () => {
    const { text } = updateProjectText(null, { projectRouting: "Ask Ada.\r\n" });
    expect(text).toContain(`\n\nAsk Ada.\n\n${ROUTING_END}`);
    expect(updateProjectText(text, { projectRouting: "Ask Bob." }).changes).toEqual([
      "updated the routing block",
    ]);
  });

  test("no session block is created without a session", () => {
    expect(updateProjectText("mine\n", {}).text).not.toContain("SESSION_START");
  });
});

describe("taken alone,", () => {
  const whole = run("mine\n").text;
  const bare = "<!-- PACT_MANAGED_START -->\n<!-- PACT_MANAGED_END -->\nmine\n";
  const stray = `${whole}${ROUTING_END}\n<!-- SESSION_END -->\n`;

  test("ensureMemoryText adds only missing memory", () => {
    expect(ensureMemoryText(stray).changes).toEqual([]);
    expect(ensureMemoryText(null).text).toBe(updateProjectText(null, {}).text);
    expect(ensureMemoryText(bare).text).toContain("## Pinned Context");
  });

  test("migrateText changes only a text with memory outside the managed block", () => {
    expect(migrateText(null)).toEqual({ text: "", changes: [] });
    expect(migrateText("mine\n").changes).toEqual([]);
    expect(migrateText(whole).changes).toEqual([]);
    expect(migrateText("## Working Memory\nw\n").changes).toContain(
      "moved 1 memory section into the managed block",
    );
  });

  test("stripOrphanRoutingText removes only orphan routing markers", () => {
    expect(stripOrphanRoutingText(stray).text).toBe(`${whole}<!-- SESSION_END -->\n`);
    expect(stripOrphanRoutingText(whole).changes).toEqual([]);
    expect(stripOrphanRoutingText(null).changes).toEqual([]);
  });

  test("updateRoutingText brings only the routing block up to date", () => {
    const old = whole.replace("## PACT Routing", "## Old");
    expect(updateRoutingText(old).text).toBe(whole);
    expect(updateRoutingText(whole).changes).toEqual([]);
    expect(updateRoutingText(bare).text).not.toContain("## Pinned Context");
    expect(updateRoutingText("mine\n").text).toContain(ROUTING_START);
  });

  test("updateSessionText brings only the session block up to date", () => {
    expect(updateSessionText(whole, { session: session }).changes).toEqual([]);
    expect(updateSessionText(whole, { session: nextSession }).text).toBe(
      updateProjectText(whole, { session: nextSession }).text,
    );
    expect(updateSessionText(bare, { session: session }).text).not.toContain("## Pinned Context");
    expect(updateSessionText(null, { session: session }).text).toBe(run(null).text);
  });

  test("extractManagedRegion returns only a well-formed managed block", () => {
    expect(short(extractManagedRegion(whole) ?? "")).toBe(BLOCK);
    expect(extractManagedRegion("mine\n")).toBeNull();
    expect(extractManagedRegion("<!-- PACT_MANAGED_START -->\nmine\n")).toBeNull();
  });
});

test("megabytes with 8,000 markers and headings are read in linear time", () => {
  const filler = `${"word ".repeat(160)}\n`;
  const text = `${filler}<!-- PACT_ROUTING_START -->\n${filler}<!-- PACT_ROUTING_END -->\n`.repeat(1_600);
  const memory =
    `${filler}<!-- PACT_MEMORY_START -->\n## Working Memory\nw\n<!-- PACT_MEMORY_END -->\n`.repeat(1_600);
  const result = run(text + memory);
  expect(result.problem).toBeUndefined();
  expect(run(result.text).changes).toEqual([]);
  run(`${ROUTING_START}\n`.repeat(9_000) + filler.repeat(9_000));
  run("<!-- PACT_MANAGED_START -->\n# PACT Framework and Managed Project Memory\n".repeat(4_500));
});

test.each([
  ["outside the block", (block: string, title: string) => `${title}\n${block}`],
  ["in memory", (block: string, title: string) => block.replace("## Working Memory\n", `$&${title}\n`)],
])("a line like the title, but %s, is not the title of the block", (_where, put) => {
  const title = "# PACT Framework and Managed Project Memory";
  const untitled = run(null).text.replace(`${title}\n\n`, "");
  const { text, changes } = run(put(untitled, title));
  expect(changes).toContain("added the title of the managed block");
  expect(extractManagedRegion(text)?.split("\n")[2]).toBe(title);
});

describe("migrateText", () => {
  const sessionBlock = "<!-- SESSION_START -->\n## Current Session\n<!-- SESSION_END -->\n";
  const memoryBlock = "<!-- PACT_MEMORY_START -->\n## Working Memory\nmine\n<!-- PACT_MEMORY_END -->\n";
  const section = "## Working Memory\nmine\n";

  test.each<[string, string]>([
    ["a session block", sessionBlock],
    ["a memory block", memoryBlock],
    ["a memory section", section],
    ["a session block and a memory section", sessionBlock + section],
    ["a session and a memory block", sessionBlock + memoryBlock],
  ])("moves %s into a new managed block", (_what, text) => {
    const { text: moved, changes } = migrateText(text);
    expect(changes).toContain("created the managed block");
    expect(moved.includes("mine")).toBe(text.includes("mine"));
    expect(migrateText(moved)).toEqual({ text: moved, changes: [] });
  });

  test("changes nothing in a text without any of these", () => {
    for (const text of ["", "# Mine\n", BLOCK]) expect(migrateText(text)).toEqual({ text, changes: [] });
  });
});
