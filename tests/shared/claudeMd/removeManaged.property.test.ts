import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "../../../shared/claudeMd/document.ts";
import { MEMORY_SECTIONS } from "../../../shared/claudeMd/markers.ts";
import { type ProjectTextOptions, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { bodyStart } from "../../../shared/claudeMd/scan.ts";
import { dominantLineEnding } from "../../../shared/text/lineEndings.ts";
import { anyFile, anyOptions, nextSession, session, userFile } from "./textCases.ts";

/** For a long search, run `FUZZ_RUNS=1000000 npx vitest run tests/shared/claudeMd/removeManaged.property.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 700);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const check = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
const timeout = 20_000 + numRuns * 20;

/** Files that never had a block. An update would move a memory heading or an obsolete line, so they have none. */
const plainFile = fc
  .tuple(
    fc.constantFrom("", "", "\uFEFF"),
    fc.constantFrom(
      "",
      "",
      "",
      "---\nk: v\n---",
      "---\nk: v\n---\n",
      "---\r\nk: v\r\n---\r\n",
      "---\nk: v\n---\n\n",
    ),
    fc.constantFrom("", "", "\n", "\r\n", "\n\n"),
    userFile,
  )
  .map(([bom, front, blank, body]) => {
    const isUnended = front !== "" && !front.endsWith("\n");
    return bom + front + (isUnended ? "" : blank + body);
  })
  .filter(hasNothingToMove);

function hasNothingToMove(text: string): boolean {
  const { sections, loaders, markers, openFence } = parseDocument(text);
  const isPlain = sections.length + loaders.length + markers.length + openFence === 0;
  return isPlain && updateProjectText(text, { session }).problem === undefined;
}

const sessions = fc.array(anyOptions, { maxLength: 4 });

function afterSessions(text: string | null, runs: readonly ProjectTextOptions[]): string {
  return [{ session }, ...runs, { session: nextSession }].reduce<string>(
    (now, options) => updateProjectText(now, options).text,
    text ?? "",
  );
}

/** Text as a user types it: whole lines, none of them a marker or heading of ours. */
const typed = fc
  .array(fc.constantFrom("note", "- item", "### deeper", "  indented", "x <!-- y -->", "déjà vu 🙂"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

const inEnding = (text: string, file: string) => text.replaceAll("\n", dominantLineEnding(file));

test("removal after any sessions restores the file, byte for byte", { timeout }, () => {
  check(
    fc.property(plainFile, sessions, (text, runs) => {
      const { text: removed, problem } = removeManagedBlock(afterSessions(text, runs));
      expect(problem).toBeUndefined();
      expect(removed).toBe(text);
    }),
  );
});

test("removal keeps the user's text below the block, and nothing else", { timeout }, () => {
  check(
    fc.property(plainFile, sessions, typed, fc.nat(), fc.boolean(), (text, runs, words, place, cut) => {
      const installed = afterSessions(text, runs);
      const front = text.slice(0, bodyStart(text));
      const body = text.slice(front.length);
      fc.pre(text.endsWith("\n"));
      const lineStarts = [0, ...[...body.matchAll(/\n/g)].map(({ index }) => index + 1)];
      const at = lineStarts[place % lineStarts.length] ?? 0;
      const added = inEnding(words, text);
      const edited = body.slice(0, at) + added + (cut ? "" : body.slice(at));
      fc.pre(hasNothingToMove(front + edited));
      const later = installed.slice(0, installed.length - body.length) + edited;
      expect(removeManagedBlock(afterSessions(later, runs)).text).toBe(front + edited);
    }),
  );
});

test("removal keeps the user's text above the block, and nothing else", { timeout }, () => {
  check(
    fc.property(plainFile, sessions, typed, fc.boolean(), (text, runs, words, isBelowGap) => {
      const installed = afterSessions(text, runs);
      const front = text.slice(0, bodyStart(text));
      const body = text.slice(front.length);
      fc.pre(front === "" || text.endsWith("\n") || body !== "");
      const at = isBelowGap ? (parseDocument(installed).blocks.managed?.start ?? 0) : front.length;
      const added = inEnding(words, text);
      const later = installed.slice(0, at) + added + installed.slice(at);
      expect(removeManagedBlock(afterSessions(later, runs)).text).toBe(front + added + body);
    }),
  );
});

test("removal keeps the user's text in memory as ordinary text, in its place", { timeout }, () => {
  check(
    fc.property(
      plainFile,
      sessions,
      fc.subarray([...MEMORY_SECTIONS], { minLength: 1 }),
      typed,
      (text, runs, names, words) => {
        const added = inEnding(words, text);
        let later = afterSessions(text, runs);
        for (const name of names) {
          const section = parseDocument(later).sections.find((found) => found.name === name);
          later = later.slice(0, section?.body) + added + later.slice(section?.body);
        }
        const ending = dominantLineEnding(text);
        const expected = names.map((name) => `## ${name}${ending}${added}`);
        const installed = afterSessions(later, runs);
        const { text: removed } = removeManagedBlock(installed);
        const { managed } = parseDocument(installed).blocks;
        const before = installed.slice(0, managed?.start);
        const after = installed.slice(managed?.end);
        const kept = expected.join(ending);
        // Below front matter without a line ending, the whole text ends without one.
        const isUnended = after === "" && !installed.endsWith("\n");
        const end = isUnended ? kept.slice(0, -ending.length) : kept;
        expect(removed).toBe(before + end + after);
        expect(removeManagedBlock(installed, { purge: true }).text).toBe(
          removeManagedBlock(afterSessions(text, runs)).text,
        );
      },
    ),
  );
});

test("for any file, removal keeps the user's words in order, or leaves the file alone", {
  timeout,
}, () => {
  check(
    fc.property(anyFile, anyOptions, fc.boolean(), (text, options, purge) => {
      const installed = updateProjectText(text, options);
      const whole = removeManagedBlock(installed.text, { purge });
      if (whole.problem) expect(whole.text).toBe(installed.text);
      const { blocks, sections } = parseDocument(installed.text);
      const isGone = (at: number) =>
        [...blocks.routing, ...blocks.sessions].some(({ start, end }) => at >= start && at < end) ||
        (purge && sections.some(({ start, end }) => at >= start && at < end));
      const kept = [...installed.text.matchAll(/w\d+w/g)]
        .filter(({ index }) => !isGone(index))
        .map(([word]) => word);
      const left: string[] = whole.text.match(/w\d+w/g) ?? [];
      expect(kept.filter((word) => !left.includes(word))).toEqual([]);
      // The words stay in order.
      expect(left.filter((word) => kept.includes(word))).toEqual(kept);
      // Without the block above it, a `---` may start front matter, which changes how the lines below are read.
      const isReadAlike = bodyStart(whole.text) === bodyStart(installed.text);
      if (!whole.problem && isReadAlike) expect(parseDocument(whole.text).blocks.managed).toBeNull();
    }),
  );
});

test("removal reports damage and leaves the file alone, and ignores a file without a block", {
  timeout,
}, () => {
  check(
    fc.property(anyFile, (text) => {
      const { blocks } = parseDocument(text);
      const hasManaged = [blocks.managed?.first, ...blocks.strays].some(
        (marker) => marker?.kind === "managed",
      );
      const result = removeManagedBlock(text);
      if (hasManaged && blocks.strays.length > 0) expect(result.problem).toMatch(/lines? \d/);
      else expect(result.problem).toBeUndefined();
      if (result.problem || !hasManaged) expect(result).toMatchObject({ text, changes: [] });
    }),
  );
});
