import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { stripOrphanRoutingText, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { session } from "./textCases.ts";

/** The user's text near, between and around lines that look like ours. */

const M = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->";
const M_END = "<!-- PACT_MANAGED_END -->";
const T = "# PACT Framework and Managed Project Memory";
const R = "<!-- PACT_ROUTING_START -->";
const R_END = "<!-- PACT_ROUTING_END -->";
const S = "<!-- SESSION_START -->";
const S_END = "<!-- SESSION_END -->";
const P = "<!-- PACT_MEMORY_START -->";
const P_END = "<!-- PACT_MEMORY_END -->";

const lines = (...all: string[]) => `${all.join("\n")}\n`;
const run = (text: string) => {
  const result = updateProjectText(text, { session });
  const again = updateProjectText(result.text, { session });
  expect(again.text).toBe(result.text);
  if (result.problem) expect(result.text).toBe(text);
  return result;
};
/** What stands in the managed block, and what below it. */
const parts = (text: string) => {
  const block = extractManagedRegion(text) ?? "";
  return { block, rest: text.replace(block, "") };
};

describe("a marker line between two rules at the top", () => {
  const judged = lines(
    "---",
    "owner: team",
    S_END,
    "```md",
    "---",
    R,
    "USER EXAMPLE ONE",
    R_END,
    S,
    "USER EXAMPLE TWO",
    S_END,
    "```",
    M,
    T,
    M_END,
    "rest",
  );

  test("is not removed when that would make front matter of the lines", () => {
    const { text, problem } = run(judged);
    expect(text).toBe(judged);
    expect(problem).toBe(
      "CLAUDE.md was left as it is: without the marker in line 3, lines 1 to 5 would be read as front matter. If " +
        "they are, remove line 3. If they are not, put an empty line above line 1.",
    );
  });

  test("what the message asks for helps", () => {
    const { text, problem } = run(`\n${judged}`);
    expect(problem).toBeUndefined();
    expect(text).toContain(lines("```md", "---", R, "USER EXAMPLE ONE", R_END, S, "USER EXAMPLE TWO", S_END));
    expect(run(lines("---", "owner: team", "---", S_END, M, T, M_END)).problem).toBeUndefined();
  });

  test("is removed where the lines stay what they are", () => {
    const { text, problem } = run(lines("---", "A sentence.", R_END, "---", M, T, M_END));
    expect(problem).toBeUndefined();
    expect(text.startsWith(lines("---", "A sentence.", "---", M))).toBe(true);
  });

  test("a marker above the first rule", () => {
    const text = lines(S_END, "---", "a: 1", "---", M, T, M_END);
    expect(run(text).problem).toContain("without the marker in line 1, lines 2 to 4 would be read");
  });

  test("the single changes refuse as well", () => {
    expect(stripOrphanRoutingText(lines("---", "a: 1", R_END, "---")).problem).toContain("line 3");
  });

  test("memory that moves out may leave front matter too", () => {
    const { problem } = run(lines("---", "## Working Memory", "w: [", "", "# x", "---", M, T, M_END));
    expect(problem).toContain("lines 1 to 6 would be read as front matter");
  });
});

describe("a marker ends the memory section above it, whatever becomes of the marker", () => {
  test.each([
    ["a session block", [S, "- Resume: `claude --resume old`", S_END]],
    ["a routing block", [R, "old", R_END]],
    ["an orphan session START", [S]],
    ["an orphan session END", [S_END]],
    ["an orphan routing END", [R_END]],
  ])("%s", (_, between) => {
    for (const above of [[], [P, "## Pinned Context", "p", P_END]]) {
      const { text, problem } = run(
        lines(...above, "## Working Memory", "- a", "", ...between, "", "User text.", "", "# Other"),
      );
      expect(problem).toBeUndefined();
      expect(parts(text).block).toContain("## Working Memory\n- a\n");
      expect(parts(text).rest).toContain("User text.\n\n# Other\n");
    }
  });
});

test("so does a title that goes", () => {
  const { text } = run(lines(P, "## Working Memory", "w", T, M_END, "User text."));
  expect(parts(text).block).toContain("## Working Memory\nw\n");
  expect(parts(text).rest).toContain("User text.");
});

describe("an underlined heading ends a memory section", () => {
  test("of level 2 as of level 1", () => {
    const { text } = run("## Working Memory\n- a\n\nBuild\n-----\nUser text.\n");
    expect(parts(text).rest).toContain("\n\nBuild\n-----\nUser text.\n");
  });
});

describe("comments over several lines", () => {
  test("what is in one is text", () => {
    const comment = lines("<!--", M, "-->", "", "<!-- old:", "## Working Memory", "```", S, "- x");
    const { text, problem } = run(`${comment}-->\n## Pinned Context\np\n`);
    expect(problem).toBeUndefined();
    expect(parts(text).rest).toContain(comment);
    expect(parts(text).block).toContain("## Pinned Context\np\n");
  });

  test("one that is never closed hides nothing", () => {
    const { text } = run("## Pinned Context\np\n# Mine\n<!-- never closed\n```\nx\n```\nUser text.\n");
    expect(parts(text).block).toContain("## Pinned Context\np\n");
    expect(parts(text).rest).toContain("# Mine\n<!-- never closed\n```\nx\n```\nUser text.\n");
  });

  test("a section does not move with one that is never closed", () => {
    for (const above of [[], ["## Pinned Context", "p", M_END]]) {
      const { text, changes, problem } = run(
        lines(...above, "## Working Memory", "w", "<!-- never", "# Mine"),
      );
      expect(problem).toBeUndefined();
      expect(parts(text).rest).toContain(lines("## Working Memory", "w", "<!-- never", "# Mine"));
      expect(changes.join()).toContain(
        'left "Working Memory" where it is: a comment in or above it is never closed',
      );
    }
  });

  test("memory keeps its comments", () => {
    const { text } = run(lines("## Working Memory", "<!-- note", "# not a heading", "-->", "w", "# Mine"));
    expect(parts(text).block).toContain("## Working Memory\n<!-- note\n# not a heading\n-->\nw\n");
  });
});

describe("a fence that is never closed above our markers", () => {
  const pins = [P, "## Pinned Context", "my pins", P_END];

  test.each([
    ["a managed block", [M, T, ...pins, M_END]],
    ["memory", pins],
    ["a lone END", [M_END]],
  ])("%s: refused", (_, below) => {
    const text = lines("# Mine", "```sh", "npm test", "", ...below, "rest");
    const { problem } = run(text);
    expect(problem).toBe(
      "CLAUDE.md was left as it is: the code fence opened in line 2 is never closed and hides the markers below it " +
        `(${below.length === 1 ? "line 5" : problem?.match(/\((lines? .*?)\)/)?.[1]}). Close it.`,
    );
    expect(run(text.replace("npm test", "npm test\n```")).problem).toBeUndefined();
  });

  test("inside the managed block", () => {
    expect(run(lines(M, T, "```", ...pins, M_END)).problem).toContain("line 3");
    expect(run(lines(M, T, P, "## Pinned Context", "```", P_END, M_END)).problem).toContain("line 5");
  });

  test("a quotation below a whole block does no harm", () => {
    const { text } = run("mine\n");
    expect(run(`${text}\`\`\`\n${M}\n`)).toEqual({ text: `${text}\`\`\`\n${M}\n`, changes: [] });
  });
});

describe("memory sections beside a memory block", () => {
  const pair = [P, "free", "## Working Memory", "w1", "## Pinned Context", P_END];

  test.each([
    ["below", [...pair, "mine", "## Working Memory", "w2", "# Mine"]],
    ["above", ["## Working Memory", "w2", "# Mine", ...pair, "mine"]],
  ])("%s, without a managed block: both bodies move in", (_, all) => {
    const { text } = run(lines(...all));
    expect(parts(text).block).toContain("free\n\n## Retrieved Context");
    expect(parts(text).block).toContain("## Working Memory\nw1\n\nw2\n");
    expect(parts(text).rest).not.toContain("## Working Memory");
    expect(parts(text).rest).toContain("# Mine");
  });
});

describe("a session pair around the user's headings", () => {
  test.each(["# Build", "## Build", "Build\n=====", "Build\n-----"])("%j: its text stays", (heading) => {
    const { text, changes } = run(lines("a", S, "## Current Session", "", heading, "User text.", S_END, "b"));
    expect(parts(text).rest).toContain(lines("a", "## Current Session", "", heading, "User text.", "b"));
    expect(changes).toContain(
      "removed 2 orphan session markers (lines 2, 7)".replace("7", heading.includes("\n") ? "8" : "7"),
    );
  });

  test("the title of a damaged managed block is such a heading, though it goes", () => {
    const { text } = run(lines(S, "User text.", T, "more", S_END, M_END));
    expect(parts(text).rest).toContain(lines("User text.", "more"));
  });

  test("deeper headings and its own do not matter", () => {
    const { text } = run(lines("a", S, "## Current Session ##", "### deep", S_END, "b"));
    expect(text).not.toContain("deep");
  });
});

test("the loader line goes with or without its period", () => {
  const loader = "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`";
  expect(run(lines("a", loader, `${loader}.`, `${loader}..`, "b")).text).toContain(
    lines("a", `${loader}..`, "b"),
  );
  expect(updateProjectText("a\n", { projectRouting: `x\n${loader}\ny` }).text).toContain("\nx\ny\n");
});
