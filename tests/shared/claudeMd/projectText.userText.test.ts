/** The user's text near, between and around lines that look like ours. */
import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { stripOrphanRoutingText, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { session } from "./textCases.ts";

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
/** The managed block, and the text outside of it. */
const parts = (text: string) => {
  const block = extractManagedRegion(text) ?? "";
  return { block, rest: text.replace(block, "") };
};

describe("lines between rules at the top", () => {
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

  test("keep their marker if they would become front matter without it", () => {
    const { text, problem } = run(judged);
    expect(text).toBe(judged);
    expect(problem).toBe(
      "without the marker in line 3, lines 1 to 5 would be read as front matter. If " +
        "they are, remove line 3. If they are not, put an empty line above line 1.",
    );
  });

  test("no longer stop the update once the user follows the message", () => {
    const { text, problem } = run(`\n${judged}`);
    expect(problem).toBeUndefined();
    expect(text).toContain(lines("```md", "---", R, "USER EXAMPLE ONE", R_END, S, "USER EXAMPLE TWO", S_END));
    expect(run(lines("---", "owner: team", "---", S_END, M, T, M_END)).problem).toBeUndefined();
  });

  test("lose their marker if they stay ordinary text without it", () => {
    const { text, problem } = run(lines("---", "A sentence.", R_END, "---", M, T, M_END));
    expect(problem).toBeUndefined();
    expect(text.startsWith(lines("---", "A sentence.", "---", M))).toBe(true);
  });

  test("keep a marker above them if they would become front matter without it", () => {
    const text = lines(S_END, "---", "a: 1", "---", M, T, M_END);
    expect(run(text).problem).toContain("without the marker in line 1, lines 2 to 4 would be read");
  });

  test("stop the single changes as well", () => {
    expect(stripOrphanRoutingText(lines("---", "a: 1", R_END, "---")).problem).toContain("line 3");
  });

  test("keep their memory if they would become front matter without it", () => {
    const { problem } = run(lines("---", "## Working Memory", "w: [", "", "# x", "---", M, T, M_END));
    expect(problem).toContain("lines 1 to 6 would be read as front matter");
  });
});

describe("a memory section", () => {
  test.each([
    ["a session block", [S, "- Resume: `claude --resume old`", S_END]],
    ["a session block without its START", ["## Current Session", "- Resume: `claude --resume old`", S_END]],
    ["a routing block", [R, "old", R_END]],
    ["an orphan session START", [S]],
    ["an orphan session END", [S_END]],
    ["an orphan routing END", [R_END]],
  ])("ends above %s", (_, between) => {
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

test("a memory section ends above a title that is removed", () => {
  const { text } = run(lines(P, "## Working Memory", "w", T, M_END, "User text."));
  expect(parts(text).block).toContain("## Working Memory\nw\n");
  expect(parts(text).rest).toContain("User text.");
});

describe("an underlined heading", () => {
  test("of level 2 ends a memory section", () => {
    const { text } = run("## Working Memory\n- a\n\nBuild\n-----\nUser text.\n");
    expect(parts(text).rest).toBe("Build\n-----\nUser text.\n\n\n");
  });
});

describe("a comment over several lines", () => {
  test("makes text of the markers and headings in it", () => {
    const comment = lines("<!--", M, "-->", "", "<!-- old:", "## Working Memory", "```", S, "- x");
    const { text, problem } = run(`${comment}-->\n## Pinned Context\np\n`);
    expect(problem).toBeUndefined();
    expect(parts(text).rest).toContain(comment);
    expect(parts(text).block).toContain("## Pinned Context\np\n");
  });

  test("hides nothing if it is never closed", () => {
    const { text } = run("## Pinned Context\np\n# Mine\n<!-- never closed\n```\nx\n```\nUser text.\n");
    expect(parts(text).block).toContain("## Pinned Context\np\n");
    expect(parts(text).rest).toContain("# Mine\n<!-- never closed\n```\nx\n```\nUser text.\n");
  });

  test("keeps its section in place if it is never closed", () => {
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

  test("moves with its memory section", () => {
    const { text } = run(lines("## Working Memory", "<!-- note", "# not a heading", "-->", "w", "# Mine"));
    expect(parts(text).block).toContain("## Working Memory\n<!-- note\n# not a heading\n-->\nw\n");
  });
});

describe("a fence that is never closed", () => {
  const pins = [P, "## Pinned Context", "my pins", P_END];

  test.each([
    ["a managed block", [M, T, ...pins, M_END]],
    ["a memory block", pins],
    ["a lone END", [M_END]],
  ])("is refused above %s", (_, below) => {
    const text = lines("# Mine", "```sh", "npm test", "", ...below, "rest");
    const { problem } = run(text);
    expect(problem).toBe(
      "the code fence opened in line 2 is never closed and hides the markers below it " +
        `(${below.length === 1 ? "line 5" : problem?.match(/\((lines? .*?)\)/)?.[1]}). Close it.`,
    );
    expect(run(text.replace("npm test", "npm test\n```")).problem).toBeUndefined();
  });

  test("is refused inside the managed block", () => {
    expect(run(lines(M, T, "```", ...pins, M_END)).problem).toContain("line 3");
    expect(run(lines(M, T, P, "## Pinned Context", "```", P_END, M_END)).problem).toContain("line 5");
  });

  test("does no harm below a whole managed block", () => {
    const { text } = run("mine\n");
    expect(run(`${text}\`\`\`\n${M}\n`)).toEqual({ text: `${text}\`\`\`\n${M}\n`, changes: [] });
  });
});

describe("a memory section", () => {
  const pair = [P, "free", "## Working Memory", "w1", "## Pinned Context", P_END];

  test.each([
    ["below", [...pair, "mine", "## Working Memory", "w2", "# Mine"]],
    ["above", ["## Working Memory", "w2", "# Mine", ...pair, "mine"]],
  ])("%s a memory block moves into a new managed block with it", (_, all) => {
    const { text } = run(lines(...all));
    expect(parts(text).block).toContain("free\n\n## Retrieved Context");
    expect(parts(text).block).toContain("## Working Memory\nw1\n\nw2\n");
    expect(parts(text).rest).not.toContain("## Working Memory");
    expect(parts(text).rest).toContain("# Mine");
  });
});

describe("a session pair", () => {
  const HEADINGS = ["# Build", "## Build", "Build\n=====", "Build\n-----"];

  test.each(HEADINGS)(
    "in the managed block, around the user's heading %j, is removed as orphans",
    (heading) => {
      const { text, changes } = run(
        lines(M, T, S, "## Current Session", "", heading, "User text.", S_END, M_END),
      );
      expect(parts(text).block).toContain(lines("## Current Session", "", heading, "User text."));
      expect(changes).toContain(
        "removed 2 orphan session markers (lines 3, 8)".replace("8", heading.includes("\n") ? "9" : "8"),
      );
    },
  );

  test.each<[string, string[]]>([
    ...HEADINGS.map((heading): [string, string[]] => [
      `the heading ${JSON.stringify(heading)}`,
      ["## Current Session", "", heading, "User text."],
    ]),
    ["a deeper heading", ["## Current Session ##", "### deep"]],
    ["a sentence", ["## Current Session", "- Resume: `claude --resume old`", "Mine."]],
    ["a list item of another name", ["- Resume: `claude --resume old`", "- Mine: this"]],
    ["neither the heading nor a Resume line", ["- Team: mine", "- Started: today"]],
    ["nothing at all", []],
    ["a marker of ours", ["- Resume: `claude --resume old`", "<!-- PACT_START -->", "<!-- PACT_END -->"]],
  ])("outside the managed block, with %s, is the user's text, markers included", (_what, all) => {
    const mine = lines("a", S, ...all, S_END, "b");
    for (const text of [mine, lines(M, T, M_END) + mine]) {
      expect(parts(run(text).text).rest).toContain(mine);
      expect(run(text).changes.join()).not.toContain("orphan");
      expect(parts(run(text).text).block).toContain("claude --resume 0a1b2c3d");
      expect(updateProjectText(text, { removeSessionBlock: true }).text).toContain(mine);
    }
  });

  test("of the user between other session markers stays, and the others are removed as orphans", () => {
    const { text, changes } = run(lines("a", S, S, "User text.", S_END, S_END, "b"));
    expect(parts(text).rest).toContain(lines("a", S, "User text.", S_END, "b"));
    expect(changes).toContain("removed 2 orphan session markers (lines 2, 6)");
  });

  test("of the user between routing markers stays, and those are removed as orphans", () => {
    const { text, changes } = run(lines("a", R, S, "User text.", S_END, R_END, "b"));
    expect(parts(text).rest).toContain(lines("a", S, "User text.", S_END, "b"));
    expect(changes).toContain("removed 2 orphan routing markers (lines 2, 6)");
  });

  test.each<[string, string[]]>([
    ["the heading", ["## Current Session ##"]],
    ["a Resume line", ["- Resume: `claude --resume old`"]],
    [
      "all lines, as Prettier would write them",
      [
        "",
        "## Current Session",
        "",
        "* Resume: `claude --resume old`",
        "* Team: `t`",
        "* Session dir: `/old`",
        "",
      ],
    ],
  ])("outside the managed block, with nothing but %s, is a session block, which moves in", (_what, all) => {
    const { text, changes } = run(lines("a", S, ...all, S_END, "b"));
    expect(parts(text).rest).toBe(lines("a", "b", "", ""));
    expect(changes).toEqual(["created the managed block", "replaced the session block"]);
  });

  test("around the title of a damaged managed block is the user's text, too", () => {
    const { text } = run(lines(S, "User text.", T, "more", S_END, M_END));
    expect(parts(text).rest).toContain(lines(S, "User text.", "more", S_END));
  });
});

describe("a session block without its START", () => {
  const HEADLESS = [
    "## Current Session",
    "",
    "- Resume: `claude --resume old`",
    "- Started: today",
    "",
    S_END,
  ];

  test("is removed, wherever it stands", () => {
    const found = "removed 1 session block without a START marker (line 2)";
    const outside = run(lines("a", ...HEADLESS, "b"));
    expect(parts(outside.text).rest).toBe(lines("a", "b", "", ""));
    expect(outside.changes).toContain(found);
    const inside = run(lines(M, ...HEADLESS, T, M_END));
    expect(inside.text).not.toContain("--resume old");
    expect(inside.changes).toContain(found);
    const off = updateProjectText(lines("a", ...HEADLESS, "b"), { removeSessionBlock: true });
    expect(off.text).not.toContain("Current Session");
  });

  test("is removed below a session block, and leaves that one alone", () => {
    const { text } = run("mine\n");
    const below = run(text + lines(...HEADLESS, "b"));
    expect(below).toMatchObject({ text: text + lines("b") });
  });

  test.each<[string, string[]]>([
    ["another line", ["## Current Session", "- Resume: `x`", "Mine.", S_END]],
    ["a marker", ["## Current Session", P_END, "- Resume: `x`", S_END]],
    ["another heading", ["## Current Sessions", "- Resume: `x`", S_END]],
  ])("loses only its END if it holds %s", (_what, all) => {
    const text = lines("a", ...all.filter((line) => line !== S_END && line !== P_END), "b");
    expect(parts(run(lines("a", ...all, "b")).text).rest).toContain(text);
  });

  test("is the user's text inside a session pair of the user", () => {
    const mine = lines("a", S, "Mine.", ...HEADLESS, "b");
    expect(parts(run(mine).text).rest).toContain(mine);
  });
});

test("the loader line is removed with or without its period", () => {
  const loader = "The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`";
  expect(run(lines("a", loader, `${loader}.`, `${loader}..`, "b")).text).toContain(
    lines("a", `${loader}..`, "b"),
  );
  expect(updateProjectText("a\n", { projectRouting: `x\n${loader}\ny` }).text).toContain("\nx\ny\n");
});
