import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairs } from "../../../shared/claudeMd/blocks.ts";
import { parseDocument } from "../../../shared/claudeMd/document.ts";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { MEMORY_SECTIONS } from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { bodyStart, scan } from "../../../shared/claudeMd/scan.ts";
import { anyFile, anyOptions, nextSession, session, userFile } from "./textCases.ts";

/** For a long search, run `FUZZ_RUNS=1000000 npx vitest run tests/shared/claudeMd/projectText.property.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 2000);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const check = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
const timeout = 20_000 + numRuns * 20;

describe("for any file", () => {
  test("a second update changes nothing", { timeout }, () => {
    check(
      fc.property(anyFile, anyOptions, (text, options) => {
        const once = updateProjectText(text, options);
        const twice = updateProjectText(once.text, options);
        expect(twice.text).toBe(once.text);
        expect(twice.changes).toEqual([]);
        expect(once.text === text).toBe(once.changes.length === 0);
        expect(twice.problem).toBe(once.problem);
      }),
    );
  });

  test("the result has one well-formed block of each kind, inside the managed block", { timeout }, () => {
    check(
      fc.property(anyFile, anyOptions, (text, options) => {
        const result = updateProjectText(text, options);
        expect(result.problem === undefined || result.text === text).toBe(true);
        if (result.problem) return;
        const { blocks, markers, sections, titles } = parseDocument(result.text);
        expect(blocks.strays).toEqual([]);
        for (const kind of ["managed", "memory"] as const) {
          expect(pairs(markers, kind)).toHaveLength(1);
          expect(markers.filter((marker) => marker.kind === kind)).toHaveLength(2);
        }
        expect(blocks.routing).toHaveLength(options.routingBlock === false ? 0 : 1);
        if (options.session) expect(blocks.sessions).toHaveLength(1);
        expect(blocks.sessions.length).toBeLessThan(2);
        const { managed, memory } = blocks;
        for (const inner of [...memory, ...blocks.routing, ...blocks.sessions]) {
          expect(inner.start).toBeGreaterThan(managed?.start ?? Infinity);
          expect(inner.end).toBeLessThan(managed?.end ?? 0);
        }
        for (const name of MEMORY_SECTIONS) {
          const inMemory = sections.filter(
            (section) => section.start > (memory[0]?.start ?? 0) && section.end < (memory[0]?.end ?? 0),
          );
          expect(inMemory.map((section) => section.name)).toContain(name);
        }
        expect(titles.some((title) => title.start > (managed?.start ?? 0))).toBe(true);
        expect(extractManagedRegion(result.text)).not.toBeNull();
      }),
    );
  });

  test("no line is lost, and the lines outside memory keep their order", { timeout }, () => {
    check(
      fc.property(anyFile, anyOptions, (text, options) => {
        const result = updateProjectText(text, options);
        const { kept, ordered } = wordsThatMustStay(text);
        const present = words(result.text);
        expect(kept.filter((word) => !present.includes(word))).toEqual([]);
        const inOrder = new Set(ordered);
        expect(present.filter((word) => inOrder.has(word))).toEqual(ordered);
        expect(new Set(present).size).toBe(present.length);
      }),
    );
  });

  test("each kept line keeps its bytes", { timeout }, () => {
    check(
      fc.property(anyFile, anyOptions, (text, options) => {
        const lines = new Set(updateProjectText(text, options).text.replace("\uFEFF", "").split("\n"));
        const { kept } = wordsThatMustStay(text);
        const own = text
          .replace("\uFEFF", "")
          .split("\n")
          .filter((line) => kept.some((word) => line.includes(word)));
        const last = text.endsWith("\n") ? undefined : own.at(-1);
        for (const line of own) {
          expect(lines.has(line) || (line === last && lines.has(`${line}\r`)), JSON.stringify(line)).toBe(
            true,
          );
        }
      }),
    );
  });

  test("a new session changes only the session block", { timeout }, () => {
    check(
      fc.property(anyFile, (text) => {
        const before = updateProjectText(text, { session });
        if (before.problem) return;
        const after = updateProjectText(before.text, { session: nextSession });
        expect(after.changes).toEqual(["replaced the session block"]);
        expect(withoutSession(after.text)).toEqual(withoutSession(before.text));
      }),
    );
  });
});

test("a text without any block of ours stays in one piece below the new block", { timeout }, () => {
  check(
    fc.property(userFile, (text) => {
      const start = bodyStart(text);
      const result = updateProjectText(text, { session });
      expect(result.text.startsWith(text.slice(0, start))).toBe(true);
      expect(result.text.endsWith(text.slice(start))).toBe(true);
      const block = extractManagedRegion(result.text) ?? "";
      const added = result.text.length - text.length - block.length;
      expect(added).toBeGreaterThanOrEqual(0);
      expect(added).toBeLessThanOrEqual(6);
    }),
  );
});

function words(text: string): string[] {
  return text.match(/w\d+w/g) ?? [];
}

function withoutSession(text: string): string[] {
  const [block] = parseDocument(text).blocks.sessions;
  return block ? [text.slice(0, block.start), text.slice(block.end)] : [text];
}

/**
 * Finds the words that an update must keep from the markers alone, independently of the program. An update may remove
 * words from a routing block without other markers, or from a session block without headings and with routing markers
 * at most. A block with a memory section keeps all of its words.
 */
function wordsThatMustStay(text: string): { kept: string[]; ordered: string[] } {
  const { markers, sections, headings } = scan(text);
  const own = markers.filter((marker) => marker.kind !== "kernel");
  const kept: string[] = [];
  const ordered: string[] = [];
  for (const match of text.matchAll(/w\d+w/g)) {
    const at = match.index;
    const isBetween = (kind: string, among: typeof own) => {
      const before = among.findLast((marker) => marker.start <= at);
      const after = among.find((marker) => marker.start > at);
      const holdsSection = (kind === "session" ? headings : sections).some(
        ({ start }) => start > (before?.start ?? 0) && start < (after?.start ?? Infinity),
      );
      if (kind !== "memory" && holdsSection) return false;
      return before?.kind === kind && before.edge === "START" && after?.kind === kind && after.edge === "END";
    };
    const goes =
      isBetween("routing", own) ||
      isBetween(
        "session",
        own.filter((marker) => marker.kind !== "routing"),
      );
    if (goes) continue;
    kept.push(match[0]);
    const memory = own.filter((marker) => marker.kind === "memory");
    const isMemory =
      isBetween("memory", memory) || sections.some(({ start, end }) => start <= at && at < end);
    if (!isMemory) ordered.push(match[0]);
  }
  return { kept, ordered };
}
