/** Damaged markers, which an update repairs or leaves alone. */
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

/** Counts the lines that equal `word`, inside and outside of the managed block. */
const where = (text: string, word: string) => {
  const block = extractManagedRegion(text) ?? "";
  const of = (part: string) => part.split("\n").filter((line) => line === word).length;
  return { inBlock: of(block), outside: of(text) - of(block) };
};
const IN_BLOCK = { inBlock: 1, outside: 0 };
const OUTSIDE = { inBlock: 0, outside: 1 };

describe("routing markers", () => {
  const fine = run("a\nb\nc\n").text;
  const tail = "a\nb\nc\n";

  test.each([
    ["a lone START", [R, "a", "b", "c"]],
    ["a lone END", ["a", "b", R_END, "c"]],
    ["a pair in the wrong order", [R_END, "a", "b", R, "c"]],
    ["a START before another START", [R, "a", R, "b", "c"]],
    ["several orphans at once", [R_END, R_END, "a", R, "b", R, "c", R]],
  ])("are removed if they are %s, and the text stays", (_, below) => {
    const text = fine.replace(tail, lines(...below));
    const result = run(text);
    expect(result.text).toBe(fine);
    expect(result.changes).toHaveLength(1);
    expect(result.changes[0]).toMatch(/^removed \d orphan routing markers? \(lines? [\d, ]+\)$/);
  });

  test("without a partner are reported by line", () => {
    expect(run(lines("a", R, "b", R_END, R_END)).changes).toContain(
      "removed 1 orphan routing marker (line 5)",
    );
  });

  test("before a pair are orphans, and the pair is the block", () => {
    expect(where(run(lines(R, "user", R, "ours", R_END)).text, "user")).toEqual(OUTSIDE);
    expect(where(run(lines(R, "user", R, "ours", R_END)).text, "ours")).toEqual({ inBlock: 0, outside: 0 });
  });

  test("in several pairs are removed except for the first pair, which is updated", () => {
    const text = fine.replace(tail, lines("a", R, "old", R_END, "b", R, "older", R_END, "c"));
    expect(run(text)).toEqual({ text: fine, changes: ["removed 2 duplicate routing blocks"] });
  });

  test("in a pair outside the managed block move into it", () => {
    const { text } = run(lines("a", R, "old", R_END, "b"));
    expect(text.startsWith(`a\nb\n\n${M}\n`)).toBe(true);
    expect(text.match(/PACT_ROUTING_START/g)).toHaveLength(1);
  });

  test("inside the session block stay as long as the session block", () => {
    const text = fine.replace("- Team", `${R}\n- Team`);
    expect(run(text)).toEqual({ text, changes: [] });
    const next = updateProjectText(text, { session: { ...session, id: "other" } });
    expect(next.text).not.toContain(R);
  });

  test("in a pair inside the session block are removed, and the session block stays", () => {
    expect(run(fine.replace("- Team", `${R}\nx\n${R_END}\n- Team`)).text).toBe(
      fine.replace("- Team", "x\n- Team"),
    );
  });
});

describe("no memory or user text is lost if", () => {
  test("routing markers enclose the session block", () => {
    const { text } = run(lines(M, T, R, ...SESSION, "user", R_END, ...memory, M_END));
    expect(where(text, "user")).toEqual(IN_BLOCK);
    expect(text).toContain("claude --resume 0a1b");
  });

  test("routing markers enclose the memory block, or its START", () => {
    for (const text of [
      lines(M, T, R, ...memory, R_END, M_END),
      lines(M, T, R, P, R_END, ...MEMORY, P_END, M_END),
    ]) {
      const result = run(text);
      expect(where(result.text, "r")).toEqual(IN_BLOCK);
      expect(where(result.text, "w")).toEqual(IN_BLOCK);
    }
  });

  test("routing or session markers enclose memory sections without markers", () => {
    for (const [start, end] of [
      [R, R_END],
      [S, S_END],
    ] as const) {
      const { text } = run(lines("user", start, ...MEMORY, "# Mine", end));
      expect(where(text, "r")).toEqual(IN_BLOCK);
      expect(where(text, "# Mine")).toEqual(OUTSIDE);
    }
  });

  test("session markers enclose or cross the memory block", () => {
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

  test("memory markers enclose the routing and session blocks, which move out", () => {
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
    ["a second START in the middle", [M, T, R, "old", R_END, M, ...SESSION, ...memory, M_END, "user"]],
    ["two ENDs", [M, ...inner, M_END, M_END, "user"]],
    ["an END too early", [M, T, M_END, ...memory, "user"]],
    ["START and END in the wrong order", [M_END, ...inner, M, "user"]],
    ["the END inside memory", [M, T, P, ...MEMORY, M_END, P_END, "user"]],
    ["the START inside memory", [P, M, T, ...MEMORY, P_END, M_END, "user"]],
    ["START and END inside memory", [P, M, T, M_END, ...MEMORY, P_END, "user"]],
    ["a second, empty pair", [M, ...inner, M_END, M, T, M_END, "user"]],
  ])("with %s are repaired, and every line stays where it belongs", (_, all) => {
    const { text, problem } = run(lines(...all));
    expect(problem).toBeUndefined();
    expect(where(text, "r")).toEqual(IN_BLOCK);
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "user")).toEqual(OUTSIDE);
    expect(text.split("\n").filter((line) => line === T)).toHaveLength(1);
    expect(where(text, "old")).toEqual({ inBlock: 0, outside: 0 });
  });

  test("keep the text that the user typed between them", () => {
    const { text } = run(lines(M, T, "typed", ...memory, "more", M_END));
    expect(where(text, "typed")).toEqual(IN_BLOCK);
    expect(where(text, "more")).toEqual(IN_BLOCK);
  });

  test("with a START below a title leave the title to the user", () => {
    const { text } = run(lines("a", T, "b", M, "c"));
    expect(text.startsWith(lines("a", T, "b", "c", "", M, "", T))).toBe(true);
  });

  test("without a title between them get one", () => {
    for (const blank of [[], [""]]) {
      const { text, changes } = run(lines(M, ...blank, ...memory, M_END));
      expect(text.startsWith(lines(M, "", T, "", "<!-- PACT_ROUTING_START").trimEnd())).toBe(true);
      expect(changes).toContain("added the title of the managed block");
      expect(text).not.toContain("\n\n\n");
    }
  });

  test("without a START leave the text above a title alone", () => {
    expect(run(lines("a", T, "b", M_END)).text.startsWith(lines("a", "b", "", M, "", T))).toBe(true);
    expect(run(lines("a", T, "b")).text.startsWith(lines("a", T, "b", "", M, "", T))).toBe(true);
  });
});

describe("memory markers", () => {
  test.each([
    ["no END", [M, T, P, ...MEMORY, M_END, "user"]],
    ["no START", [M, T, ...MEMORY, P_END, M_END, "user"]],
    ["START and END in the wrong order", [M, T, P_END, ...MEMORY, P, M_END, "user"]],
    ["two STARTs", [M, T, P, P, ...MEMORY, P_END, M_END, "user"]],
    ["two ENDs", [M, T, P, ...MEMORY, P_END, P_END, M_END, "user"]],
    ["a place outside the managed block", [M, T, M_END, "user", ...memory]],
    ["no managed block around them", ["user", ...memory]],
    ["a managed END in place of their own", [M, T, P, ...MEMORY, M_END, "user"]],
    ["no END of either kind above a heading", [M, T, P, ...MEMORY, "# Mine", "user"]],
  ])("with %s are repaired", (_, all) => {
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
    ["the memory START and the managed END are left", [P, ...MEMORY, M_END, "user"]],
    ["they are in the wrong order", [P_END, ...MEMORY, P, "user"]],
  ])("show where memory ends if %s", (_, all) => {
    const { text, problem } = run(lines(...all));
    expect(problem).toBeUndefined();
    expect(where(text, "r")).toEqual(IN_BLOCK);
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "user")).toEqual(OUTSIDE);
    expect(text.match(/PACT_MEMORY_START/g)).toHaveLength(1);
  });

  test("are not needed above a session block, where memory ends", () => {
    const { text } = run(lines(T, ...MEMORY, ...SESSION, "below", M_END, "user"));
    expect(where(text, "w")).toEqual(IN_BLOCK);
    expect(where(text, "below")).toEqual(OUTSIDE);
    expect(where(text, "user")).toEqual(OUTSIDE);
  });

  test("do not enclose a section with an open fence, which would hide the END", () => {
    const { text } = run(lines("## Pinned Context", "p", M_END, "## Working Memory", "```", "w"));
    expect(where(text, "p")).toEqual(IN_BLOCK);
    expect(text).toMatch(/-->\n\n## Working Memory\n```\nw\n$/);
  });

  test("do not show where memory ends if they are above it", () => {
    for (const end of [M_END, P_END]) {
      const { text, problem } = run(lines("user", end, ...MEMORY));
      expect(problem).toBeUndefined();
      expect(where(text, "w")).toEqual(IN_BLOCK);
      expect(where(text, "user")).toEqual(OUTSIDE);
    }
  });

  test("in two pairs become one pair around both bodies", () => {
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

  test("without all three sections get the missing one in its place", () => {
    const { text, changes } = run(
      lines(M, T, P, "## Retrieved Context", "r", "## Working Memory", "w", P_END, M_END),
    );
    expect(text).toContain("## Retrieved Context\nr\n\n## Pinned Context\n\n## Working Memory\nw\n");
    expect(changes).toContain('added the section "Pinned Context"');
  });
});

describe("ambiguous damage", () => {
  test("is left alone if text follows and no END exists", () => {
    const text = lines(M, T, P, "## Working Memory", "w", "", "mine or memory?");
    const result = run(text);
    expect(result.text).toBe(text);
    expect(result.changes).toEqual([]);
    expect(result.problem).toBe(
      "the memory block that starts in line 3 has no end, so it is unclear how much " +
        'of "Working Memory" (line 4) is memory. Add a line `<!-- PACT_MEMORY_END -->` where the block ends, or ' +
        "remove line 3.",
    );
  });

  test("is left alone if an open fence in memory hides the END", () => {
    const text = lines(M, T, P, ...MEMORY, "```", P_END, M_END, "mine");
    const result = run(text);
    expect(result.text).toBe(text);
    expect(result.problem).toContain("line 11");
    expect(run(text.replace("w\n```", "w\n```\n```")).problem).toBeUndefined();
  });

  test("is reported with the original lines, even around routing orphans and a session block", () => {
    const result = run(lines(R_END, M, T, P, "## Working Memory", "w", R, "x", ...SESSION, "mine?"));
    expect(result.problem).toContain("starts in line 4");
    expect(result.problem).toContain('"Working Memory" (line 5)');
    expect(result.problem).toContain("remove line 4");
  });

  test("does not include sections without text", () => {
    const { text, problem } = run(lines(M, T, P, "## Retrieved Context", "", "## Working Memory", ""));
    expect(problem).toBeUndefined();
    expect(where(text, "## Working Memory")).toEqual(IN_BLOCK);
  });

  test("is repaired once the user follows the message", () => {
    const text = lines(M, T, P, "## Working Memory", "w", "mine");
    expect(run(text.replace("mine", `${P_END}\nmine`)).problem).toBeUndefined();
    expect(run(text.replace(`${P}\n`, "").replace(`${M}\n`, "")).problem).toBeUndefined();
  });

  test("does not include an orphan far from any memory", () => {
    expect(run(lines("a", P, "b")).text.startsWith(lines("a", "b", "", M))).toBe(true);
    expect(run(lines(M, T, ...memory, M_END, "a", P, "## Working Memory", "mine")).text).toMatch(
      /-->\na\n## Working Memory\nmine\n$/,
    );
  });
});

test("a last section without a line ending moves whole into the memory block above it", () => {
  const text =
    "<!-- PACT_MEMORY_START -->\n## Pinned Context\na\n<!-- PACT_MEMORY_END -->\n\n## Working Memory\nb";
  const { text: repaired, changes } = updateProjectText(text, { session });
  expect(repaired).toContain("## Pinned Context\na\n\n## Working Memory\nb\n\n<!-- PACT_MEMORY_END -->\n");
  expect(changes).toContain("merged 1 more memory block into the first");
});
