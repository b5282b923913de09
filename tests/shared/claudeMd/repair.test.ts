import { describe, expect, test } from "vitest";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { session } from "./textCases.ts";

const run = (text: string) => {
  const result = updateProjectText(text, { session });
  expect(updateProjectText(result.text, { session }).text).toBe(result.text);
  return result;
};
const lines = (...all: string[]) => `${all.join("\n")}\n`;

const M = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->";
const M_END = "<!-- PACT_MANAGED_END -->";
const T = "# PACT Framework and Managed Project Memory";
const R = "<!-- PACT_ROUTING_START: old words -->";
const R_END = "<!-- PACT_ROUTING_END -->";
const S = "<!-- SESSION_START -->";
const S_END = "<!-- SESSION_END -->";
const P = "<!-- PACT_MEMORY_START -->";
const P_END = "<!-- PACT_MEMORY_END -->";
const SESSION = [S, "- Resume: `claude --resume old`", S_END];
const MEMORY = ["## Retrieved Context", "", "r", "", "## Pinned Context", "## Working Memory", "w"];
const memory = [P, ...MEMORY, P_END];

/** How often each line of text stands in the result, below the managed block and in it. */
const where = (text: string, word: string) => {
  const block = extractManagedRegion(text) ?? "";
  const of = (part: string) => part.split("\n").filter((line) => line === word).length;
  return { inBlock: of(block), outside: of(text) - of(block) };
};
const IN_BLOCK = { inBlock: 1, outside: 0 };
const OUTSIDE = { inBlock: 0, outside: 1 };

describe("orphan routing markers", () => {
  const fine = run("a\nb\nc\n").text;
  const tail = "a\nb\nc\n";

  test.each([
    ["a lone START", [R, "a", "b", "c"]],
    ["a lone END", ["a", "b", R_END, "c"]],
    ["the wrong order", [R_END, "a", "b", R, "c"]],
    ["a START that meets another", [R, "a", R, "b", "c"]],
    ["several at once", [R_END, R_END, "a", R, "b", R, "c", R]],
  ])("%s: the marker lines go, the text stays", (_, below) => {
    const text = fine.replace(tail, lines(...below));
    const result = run(text);
    expect(result.text).toBe(fine);
    expect(result.changes).toHaveLength(1);
    expect(result.changes[0]).toMatch(/^removed \d orphan routing markers? \(lines? [\d, ]+\)$/);
  });

  test("are named by line", () => {
    expect(run(lines("a", R, "b", R_END, R_END)).changes).toContain(
      "removed 1 orphan routing marker (line 5)",
    );
  });

  test("in front of a pair: the pair is the block", () => {
    expect(where(run(lines(R, "user", R, "ours", R_END)).text, "user")).toEqual(OUTSIDE);
    expect(where(run(lines(R, "user", R, "ours", R_END)).text, "ours")).toEqual({ inBlock: 0, outside: 0 });
  });

  test("duplicate pairs: the first is brought up to date, the others go", () => {
    const text = fine.replace(tail, lines("a", R, "old", R_END, "b", R, "older", R_END, "c"));
    expect(run(text)).toEqual({ text: fine, changes: ["removed 2 duplicate routing blocks"] });
  });

  test("a pair outside the managed block moves into it", () => {
    const { text } = run(lines("a", R, "old", R_END, "b"));
    expect(text).toMatch(/-->\n\na\nb\n$/);
    expect(text.match(/PACT_ROUTING_START/g)).toHaveLength(1);
  });

  test("inside the session block they stay as long as it does", () => {
    const text = fine.replace("- Team", `${R}\n- Team`);
    expect(run(text)).toEqual({ text, changes: [] });
    const next = updateProjectText(text, { session: { ...session, id: "other" } });
    expect(next.text).not.toContain(R);
  });

  test("a pair inside the session block: its lines go, the block stays", () => {
    expect(run(fine.replace("- Team", `${R}\nx\n${R_END}\n- Team`)).text).toBe(
      fine.replace("- Team", "x\n- Team"),
    );
  });
});

describe("a pair around other markers is not safe to replace", () => {
  test("routing around the session block", () => {
    const { text } = run(lines(M, T, R, ...SESSION, "user", R_END, ...memory, M_END));
    expect(where(text, "user")).toEqual(IN_BLOCK);
    expect(text).toContain("claude --resume 0a1b");
  });

  test("routing around the memory block, or the start of it", () => {
    for (const text of [
      lines(M, T, R, ...memory, R_END, M_END),
      lines(M, T, R, P, R_END, ...MEMORY, P_END, M_END),
    ]) {
      const result = run(text);
      expect(where(result.text, "r")).toEqual(IN_BLOCK);
      expect(where(result.text, "w")).toEqual(IN_BLOCK);
    }
  });

  test("routing or session around memory sections that have no markers", () => {
    for (const [start, end] of [
      [R, R_END],
      [S, S_END],
    ] as const) {
      const { text } = run(lines("user", start, ...MEMORY, "# Mine", end));
      expect(where(text, "r")).toEqual(IN_BLOCK);
      expect(where(text, "# Mine")).toEqual(OUTSIDE);
    }
  });

  test("the session around memory, or crossing it", () => {
    for (const text of [
      lines(M, T, S, ...memory, S_END, M_END),
      lines(M, T, S, P, "## Working Memory", "w", S_END, "r", P_END, M_END),
      lines(S, M, T, ...memory, M_END, S_END),
    ]) {
      const result = run(text);
      expect(where(result.text, "w")).toEqual(IN_BLOCK);
      expect(where(result.text, "r")).toEqual(IN_BLOCK);
    }
  });

  test("memory around routing and session: these move out, what is memory stays", () => {
    const { text } = run(lines(M, T, P, "free", R, "old", R_END, ...SESSION, ...MEMORY, P_END, M_END));
    expect(text.indexOf(S_END)).toBeLessThan(text.indexOf(P));
    expect(text.indexOf(R_END)).toBeLessThan(text.indexOf(S));
    expect(text.indexOf("free")).toBeGreaterThan(text.indexOf(P));
    expect(where(text, "old")).toEqual({ inBlock: 0, outside: 0 });
  });
});

describe("managed markers", () => {
  const inner = [T, "", R, "old", R_END, "", ...SESSION, "", ...memory];

  test.each([
    ["no END", [M, ...inner, "user"]],
    ["no START", [...inner, M_END, "user"]],
    ["two STARTs", [M, M, ...inner, M_END, "user"]],
    ["two STARTs, one in the middle", [M, T, R, "old", R_END, M, ...SESSION, ...memory, M_END, "user"]],
    ["two ENDs", [M, ...inner, M_END, M_END, "user"]],
    ["an END too early", [M, T, M_END, ...memory, "user"]],
    ["wrong order", [M_END, ...inner, M, "user"]],
    ["END inside memory", [M, T, P, ...MEMORY, M_END, P_END, "user"]],
    ["START inside memory", [P, M, T, ...MEMORY, P_END, M_END, "user"]],
    ["inside memory as a whole", [P, M, T, M_END, ...MEMORY, P_END, "user"]],
    ["twice, one empty", [M, ...inner, M_END, M, T, M_END, "user"]],
  ])("%s: repaired, and every line is where it belongs", (_, all) => {
    const { text, problem } = run(lines(...all));
    expect(problem).toBeUndefined();
    expect(where(text, "r")).toEqual(IN_BLOCK);
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "user")).toEqual(OUTSIDE);
    expect(text.split("\n").filter((line) => line === T)).toHaveLength(1);
    expect(where(text, "old")).toEqual({ inBlock: 0, outside: 0 });
  });

  test("text that was typed inside the block stays there", () => {
    const { text } = run(lines(M, T, "typed", ...memory, "more", M_END));
    expect(where(text, "typed")).toEqual(IN_BLOCK);
    expect(where(text, "more")).toEqual(IN_BLOCK);
  });

  test("a title is the user's when a managed START comes after it", () => {
    expect(run(lines("a", T, "b", M, "c")).text).toMatch(
      /-->\n\na\n# PACT Framework and Managed Project Memory\nb\nc\n$/,
    );
  });

  test("a block without a title gets one", () => {
    for (const blank of [[], [""]]) {
      const { text, changes } = run(lines(M, ...blank, ...memory, M_END));
      expect(text.startsWith(lines(M, T, "", "<!-- PACT_ROUTING_START").trimEnd())).toBe(true);
      expect(changes).toContain("added the title of the managed block");
      expect(text).not.toContain("\n\n\n");
    }
  });

  test("without a managed START, text above a title is not touched", () => {
    expect(run(lines("a", T, "b", M_END)).text).toMatch(/-->\n\na\nb\n$/);
    expect(run(lines("a", T, "b")).text).toMatch(
      /-->\n\na\n# PACT Framework and Managed Project Memory\nb\n$/,
    );
  });
});

describe("memory markers", () => {
  test.each([
    ["no END", [M, T, P, ...MEMORY, M_END, "user"]],
    ["no START", [M, T, ...MEMORY, P_END, M_END, "user"]],
    ["wrong order", [M, T, P_END, ...MEMORY, P, M_END, "user"]],
    ["two STARTs", [M, T, P, P, ...MEMORY, P_END, M_END, "user"]],
    ["two ENDs", [M, T, P, ...MEMORY, P_END, P_END, M_END, "user"]],
    ["outside the managed block", [M, T, M_END, "user", ...memory]],
    ["no managed block", ["user", ...memory]],
    ["no END, the managed END is there", [M, T, P, ...MEMORY, M_END, "user"]],
    ["no END of either, a heading follows", [M, T, P, ...MEMORY, "# Mine", "user"]],
  ])("%s: repaired", (_, all) => {
    const { text, problem } = run(lines(...all));
    expect(problem).toBeUndefined();
    expect(where(text, "r")).toEqual(IN_BLOCK);
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "user")).toEqual(OUTSIDE);
    for (const heading of ["## Retrieved Context", "## Pinned Context", "## Working Memory"]) {
      expect(where(text, heading)).toEqual(IN_BLOCK);
    }
  });

  test.each([
    ["only the managed END is left", [T, ...MEMORY, M_END, "user"]],
    ["only the memory END is left", [...MEMORY, P_END, "user"]],
    ["memory START and managed END", [P, ...MEMORY, M_END, "user"]],
    ["in wrong order", [P_END, ...MEMORY, P, "user"]],
  ])("%s: that line is where memory ended", (_, all) => {
    const { text, problem } = run(lines(...all));
    expect(problem).toBeUndefined();
    expect(where(text, "r")).toEqual(IN_BLOCK);
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "user")).toEqual(OUTSIDE);
    expect(text.match(/PACT_MEMORY_START/g)).toHaveLength(1);
  });

  test("so is the session: what stands below it is not memory", () => {
    const { text } = run(lines(T, ...MEMORY, ...SESSION, "below", M_END, "user"));
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "below")).toEqual(OUTSIDE);
    expect(where(text, "user")).toEqual(OUTSIDE);
  });

  test("a section with an open fence gets no END: it would be text", () => {
    const { text } = run(lines("## Pinned Context", "p", M_END, "## Working Memory", "```", "w"));
    expect(where(text, "p")).toEqual(IN_BLOCK);
    expect(text).toMatch(/-->\n\n## Working Memory\n```\nw\n$/);
  });

  test("an END above memory says nothing about its end", () => {
    for (const end of [M_END, P_END]) {
      const { text, problem } = run(lines("user", end, ...MEMORY));
      expect(problem).toBeUndefined();
      expect(where(text, "w")).toEqual(IN_BLOCK);
      expect(where(text, "user")).toEqual(OUTSIDE);
    }
  });

  test("two memory blocks: both bodies", () => {
    const { text } = run(
      lines(
        M,
        T,
        ...memory,
        M_END,
        "a",
        P,
        "free",
        "## Pinned Context",
        "p",
        "## Working Memory",
        "w2",
        P_END,
        "b",
      ),
    );
    expect(text).toContain("## Working Memory\nw\n\nw2\n");
    expect(text).toContain("## Pinned Context\n\np\n");
    expect(text).toMatch(/-->\na\nfree\nb\n$/);
  });

  test("a section that is missing is added in its place", () => {
    const { text, changes } = run(
      lines(M, T, P, "## Retrieved Context", "r", "## Working Memory", "w", P_END, M_END),
    );
    expect(text).toContain("## Retrieved Context\nr\n\n## Pinned Context\n\n## Working Memory\nw\n");
    expect(changes).toContain('added the section "Pinned Context"');
  });
});

describe("damage that can be read in more than one way is left alone", () => {
  test("no END at all, and text follows", () => {
    const text = lines(M, T, P, "## Working Memory", "w", "", "mine or memory?");
    const result = run(text);
    expect(result.text).toBe(text);
    expect(result.changes).toEqual([]);
    expect(result.problem).toBe(
      "CLAUDE.md was left as it is: the memory block that starts in line 3 has no end, so it is unclear how much " +
        'of "Working Memory" (line 4) is memory. Add a line `<!-- PACT_MEMORY_END -->` where the block ends, or ' +
        "remove line 3.",
    );
  });

  test("an open fence in memory hides the END", () => {
    const text = lines(M, T, P, ...MEMORY, "```", P_END, M_END, "mine");
    const result = run(text);
    expect(result.text).toBe(text);
    expect(result.problem).toContain("line 11");
    expect(run(text.replace("w\n```", "w\n```\n```")).problem).toBeUndefined();
  });

  test("a routing orphan or the session between does not change that; lines are counted as they were", () => {
    const result = run(lines(R_END, M, T, P, "## Working Memory", "w", R, "x", ...SESSION, "mine?"));
    expect(result.problem).toContain("starts in line 4");
    expect(result.problem).toContain('"Working Memory" (line 5)');
    expect(result.problem).toContain("remove line 4");
  });

  test("sections without text are not in doubt", () => {
    const { text, problem } = run(lines(M, T, P, "## Retrieved Context", "", "## Working Memory", ""));
    expect(problem).toBeUndefined();
    expect(where(text, "## Working Memory")).toEqual(IN_BLOCK);
  });

  test("what the message asks for helps", () => {
    const text = lines(M, T, P, "## Working Memory", "w", "mine");
    expect(run(text.replace("mine", `${P_END}\nmine`)).problem).toBeUndefined();
    expect(run(text.replace(`${P}\n`, "").replace(`${M}\n`, "")).problem).toBeUndefined();
  });

  test("an orphan far from any memory is not that", () => {
    expect(run(lines("a", P, "b")).text).toMatch(/-->\n\na\nb\n$/);
    expect(run(lines(M, T, ...memory, M_END, "a", P, "## Working Memory", "mine")).text).toMatch(
      /-->\na\n## Working Memory\nmine\n$/,
    );
  });
});

test("a section beside a memory block, ended by the file without a last line ending, becomes memory whole", () => {
  const text =
    "<!-- PACT_MEMORY_START -->\n## Pinned Context\na\n<!-- PACT_MEMORY_END -->\n\n## Working Memory\nb";
  const { text: repaired, changes } = updateProjectText(text, { session });
  expect(repaired).toContain("## Pinned Context\na\n\n## Working Memory\nb\n\n<!-- PACT_MEMORY_END -->\n");
  expect(changes).toContain("merged 1 more memory block into the first");
});
