import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, isInBlock, pairs } from "../../../shared/claudeMd/blocks.ts";
import { parseDocument } from "../../../shared/claudeMd/document.ts";
import { stripKernelBlock } from "../../../shared/claudeMd/kernel.ts";
import { extractManagedRegion } from "../../../shared/claudeMd/managed.ts";
import { MEMORY_SECTIONS, markerOf } from "../../../shared/claudeMd/markers.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { bodyStart, type Marker, scan } from "../../../shared/claudeMd/scan.ts";
import { anyFile, anyOptions, isPactBlock, nextSession, session, userFile } from "./textCases.ts";

/** For a long search, run `FUZZ_RUNS=1000000 npx vitest run tests/shared/claudeMd/projectText.property.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 1000);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const check = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
const timeout = 20_000 + numRuns * 20;

describe("for any file", () => {
  test("the session blocks of the PACT plugin keep their bytes and their order", { timeout }, () => {
    check(
      fc.property(anyFile, anyOptions, (text, options) => {
        const result = updateProjectText(text, options);
        const before = textOf(text, sessionsOf(text).pacts);
        const after = textOf(result.text, sessionsOf(result.text).pacts);
        // The removal of an orphan marker may make one more of two damaged ones.
        expect(after.map(ended)).toEqual(expect.arrayContaining(before.map(ended)));
      }),
    );
  });

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
        expect(blocks.headless).toEqual([]);
        const { ours, pacts } = sessionsOf(result.text);
        expect(ours.length).toBeLessThan(2);
        const yields = pacts.length > 0 && (options.isPactEnabled?.() ?? true);
        if (options.removeSessionBlock || (options.session && yields)) expect(ours).toEqual([]);
        else if (options.session && options.mayReplaceSession !== false) {
          expect(textOf(result.text, ours)[0]).toContain(`claude --resume ${options.session.id}\``);
        }
        if (options.mayReplaceSession === false && !text.includes("SESSION_")) expect(ours).toEqual([]);
        const { managed, memory } = blocks;
        for (const inner of [...memory, ...blocks.routing, ...ours]) {
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
        const isPacts = sessionsOf(before.text).pacts.length > 0;
        expect(after.changes).toEqual(isPacts ? [] : ["replaced the session block"]);
        expect(withoutSession(after.text)).toEqual(withoutSession(before.text));
      }),
    );
  });
});

test("a text without any block of ours stays in one piece above the new block", { timeout }, () => {
  check(
    fc.property(userFile, (text) => {
      const start = bodyStart(text);
      const result = updateProjectText(text, { session });
      expect(result.problem).toBeUndefined();
      const block = extractManagedRegion(result.text) ?? "";
      const { managed } = parseDocument(result.text).blocks;
      const added = result.text.length - text.length - block.length;
      expect(added).toBeLessThanOrEqual(6);
      if (managed?.end === result.text.length) {
        expect(result.text.startsWith(text)).toBe(true);
        expect(added).toBeGreaterThanOrEqual(text === "" ? 0 : 2);
      } else {
        expect(text).toMatch(/^ {0,3}(?:```|~~~|<)/m); // what could be open at the end of the text
        expect(result.text.startsWith(text.slice(0, start))).toBe(true);
        expect(result.text.endsWith(text.slice(start))).toBe(true);
        expect(added).toBeGreaterThanOrEqual(2);
        expect(block).toMatch(/\n\r?\n---\r?\n\r?\n<!-- PACT_MANAGED_END -->$/);
      }
    }),
  );
});

test("a text with an unresolved merge conflict is left alone", { timeout }, () => {
  const side = fc.array(fc.constantFrom("text", "## Working Memory", "<!-- SESSION_END -->", "```", ""));
  const kernel = fc.constantFrom("", "<!-- PACT_START -->\nold\n<!-- PACT_END -->\n");
  check(
    fc.property(anyFile, anyOptions, side, side, kernel, (text, options, ours, theirs, below) => {
      const above = ["first", "<<<<<<< HEAD", ...ours, "=======", ...theirs, ">>>>>>> main", ""].join("\n");
      const whole = above + text + below;
      const last = 4 + ours.length + theirs.length;
      const left = {
        text: whole,
        changes: [],
        problem: `unresolved merge conflict in lines 2 to ${last}. Resolve it.`,
      };
      expect(updateProjectText(whole, options)).toEqual(left);
      expect(removeManagedBlock(whole)).toEqual(left);
      expect(stripKernelBlock(whole)).toEqual(left);
    }),
  );
});

function words(text: string): string[] {
  return text.match(/w\d+w/g) ?? [];
}

function withoutSession(text: string): string[] {
  const [block] = sessionsOf(text).ours;
  return block ? [text.slice(0, block.start), text.slice(block.end)] : [text];
}

function sessionsOf(text: string): { ours: Block[]; pacts: Block[] } {
  const { sessions } = parseDocument(text).blocks;
  const isPacts = ({ start, end }: Block) => isPactBlock(text.slice(start, end));
  return { ours: sessions.filter((block) => !isPacts(block)), pacts: sessions.filter(isPacts) };
}

function textOf(text: string, blocks: readonly Block[]): string[] {
  return blocks.map(({ start, end }) => text.slice(start, end));
}

/** The last line of a text may get an ending. */
const ended = (lines: string) => lines.replace(/\r?\n$/, "");

/** The lines of a session block, as this package and the PACT plugin write them. */
const SESSION_LINE =
  /^[ \t]*(?:[-*] (?:Resume|Team|Session dir|Plugin root|Started): .*|## Current Session[ #]*|)\s*$/s;
const isSessionText = (lines: string) =>
  lines.split("\n").every((line) => SESSION_LINE.test(line) || line.includes("Auto-managed by session_init"));

/**
 * Finds the words that an update must keep from the markers alone, independently of the program. An update may remove
 * words from a routing block without other markers, and from a session block that is not the PACT plugin's. A session
 * block has no headings, and routing markers at most; outside the managed block, it has no other lines than those that a
 * program writes. It may have lost its START. A block with a memory section keeps all of its words.
 */
function wordsThatMustStay(text: string): { kept: string[]; ordered: string[] } {
  const { markers, sections, headings, sessionHeadings } = scan(text);
  const { managed } = parseDocument(text).blocks;
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
      if (before?.kind !== kind || before.edge !== "START" || after?.kind !== kind || after.edge !== "END") {
        return false;
      }
      if (kind !== "session") return true;
      const lines = text.slice(before.end, after.start).split("\n");
      const isOther = ({ kind }: Marker) => kind === "managed" || kind === "memory";
      const isWithin = ({ start }: Marker) => start > before.start && start < after.start;
      // Other markers between the two are orphans, which an update removes first.
      const isPure = isSessionText(lines.filter((line) => !markerOf(line)).join("\n"));
      const isWhole =
        isInBlock(before, managed) && !own.some((marker) => isOther(marker) && isWithin(marker));
      return !isPactBlock(lines.join("\n")) && (isPure || isWhole);
    };
    const isHeadless = () => {
      const heading = sessionHeadings.findLast(({ start }) => start < at);
      const after = own.find((marker) => marker.start > at);
      if (!heading || after?.kind !== "session" || after.edge !== "END") return false;
      return isSessionText(text.slice(heading.end, after.start));
    };
    const goes =
      isBetween("routing", own) ||
      isBetween(
        "session",
        own.filter((marker) => marker.kind === "session"),
      ) ||
      isHeadless();
    if (goes) continue;
    kept.push(match[0]);
    const memory = own.filter((marker) => marker.kind === "memory");
    const isMemory =
      isBetween("memory", memory) || sections.some(({ start, end }) => start <= at && at < end);
    if (!isMemory) ordered.push(match[0]);
  }
  return { kept, ordered };
}
