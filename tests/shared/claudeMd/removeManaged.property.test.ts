import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "../../../shared/claudeMd/document.ts";
import { MEMORY_SECTIONS } from "../../../shared/claudeMd/markers.ts";
import { type ProjectTextOptions, updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { bodyStart } from "../../../shared/claudeMd/scan.ts";
import { findConflict } from "../../../shared/text/conflict.ts";
import { dominantLineEnding } from "../../../shared/text/lineEndings.ts";
import {
  anyFile,
  anyOptions,
  isPactBlock,
  nextSession,
  PACT_SESSION,
  session,
  userFile,
  withOldBlock,
} from "./textCases.ts";

/** For a long search, run `FUZZ_RUNS=1000000 npx vitest run tests/shared/claudeMd/removeManaged.property.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 700);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const check = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
const timeout = 20_000 + numRuns * 20;

/** Text of the PACT plugin, and text of a user that looks like a session block. */
const PACT_TEXTS = [
  `${PACT_SESSION.join("\n")}\n`,
  `${PACT_SESSION.join("\r\n")}\r\n\r\n`,
  "<!-- SESSION_START -->\nmine\n<!-- SESSION_END -->\n",
];

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
    fc.constantFrom("", "", "", ...PACT_TEXTS),
    userFile,
  )
  .map(([bom, front, blank, session, body]) => {
    const isUnended = front !== "" && !front.endsWith("\n");
    return bom + front + (isUnended ? "" : blank + session + body);
  })
  .filter(hasNothingToMove);

function hasNothingToMove(text: string): boolean {
  const { sections, loaders, blocks } = parseDocument(text);
  const { managed, memory, sessions, headless, routing, strays } = blocks;
  const isPacts = sessions.every(({ start, end }) => isPactBlock(text.slice(start, end)));
  const found = [...sections, ...loaders, ...memory, ...headless, ...routing, ...strays];
  return managed === null && isPacts && found.length === 0;
}

/** Later sessions, without memory of another file. */
const sessions = fc.array(
  anyOptions.map(({ moreMemory: _, ...options }) => options),
  { maxLength: 4 },
);
/** The version whose block the first session finds; this one creates it. */
const isOld = fc.boolean();

function afterSessions(text: string | null, runs: readonly ProjectTextOptions[]): string {
  return [{ session }, ...runs, { session: nextSession }].reduce<string | null>((now, options) => {
    const { text: next, problem } = updateProjectText(now, options);
    expect(problem).toBeUndefined();
    return next;
  }, text) as string;
}

function install(text: string, isOldVersion: boolean, runs: readonly ProjectTextOptions[]): string {
  return afterSessions(isOldVersion ? withOldBlock(text) : text, runs);
}

/** The text above and below the block, without the blank lines that came with the block. */
function aroundBlock(text: string, isOldVersion: boolean, installed: string): [string, string] {
  const { managed } = parseDocument(installed).blocks;
  if (managed?.end === installed.length) return [text, ""];
  const at = isOldVersion ? bodyStart(text) : (managed?.start ?? 0);
  return [text.slice(0, at), text.slice(at)];
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
    fc.property(plainFile, isOld, sessions, (text, isOld, runs) => {
      const installed = install(text, isOld, runs);
      expect(installed).toContain("<!-- PACT_MANAGED_END -->");
      const { text: removed, problem } = removeManagedBlock(installed);
      expect(problem).toBeUndefined();
      expect(removed).toBe(text);
    }),
  );
});

test("removal keeps the changes that a user makes in the text, and nothing else", { timeout }, () => {
  check(
    fc.property(
      plainFile.filter((text) => text.endsWith("\n")),
      isOld,
      sessions,
      typed,
      fc.nat(),
      fc.boolean(),
      (text, isOld, runs, words, place, cut) => {
        const installed = install(text, isOld, runs);
        const [above, below] = aroundBlock(text, isOld, installed);
        const front = below === "" ? text.slice(0, bodyStart(text)) : above;
        const body = text.slice(front.length);
        const lineStarts = [0, ...[...body.matchAll(/\n/g)].map(({ index }) => index + 1)];
        const at = lineStarts[place % lineStarts.length] ?? 0;
        const edited = body.slice(0, at) + inEnding(words, text) + (cut ? "" : body.slice(at));
        const later =
          below === ""
            ? front + edited + installed.slice(text.length)
            : installed.slice(0, installed.length - body.length) + edited;
        fc.pre(hasNothingToMove(front + edited));
        // Without its end, a fence or comment above the block hides the block.
        fc.pre(parseDocument(later).blocks.managed !== null);
        expect(removeManagedBlock(afterSessions(later, runs)).text).toBe(front + edited);
      },
    ),
  );
});

test("removal leaves one blank line between a user's text above and below the block", { timeout }, () => {
  check(
    fc.property(
      plainFile.filter((text) => text.endsWith("\n")),
      isOld,
      sessions,
      typed,
      fc.boolean(),
      (text, isOld, runs, words, isSetOff) => {
        const installed = install(text, isOld, runs);
        const [above, below] = aroundBlock(text, isOld, installed);
        const ending = dominantLineEnding(text);
        const added = inEnding(words, text) + (isSetOff ? ending : "");
        const removed = (later: string) => removeManagedBlock(afterSessions(later, runs)).text;
        const block = installed.slice(parseDocument(installed).blocks.managed?.start);
        if (below !== "") {
          expect(removed(above + added + block)).toBe(above + inEnding(words, text) + ending + below);
        } else {
          const later = installed + (isSetOff ? ending : "") + inEnding(words, text);
          const isFirst = bodyStart(text) === text.length;
          expect(removed(later)).toBe(text + (isFirst ? "" : ending) + inEnding(words, text));
        }
      },
    ),
  );
});

test("removal keeps the user's text in memory as ordinary text, in its place", { timeout }, () => {
  check(
    fc.property(
      plainFile,
      isOld,
      sessions,
      fc.subarray([...MEMORY_SECTIONS], { minLength: 1 }),
      typed,
      (text, isOld, runs, names, words) => {
        const added = inEnding(words, text);
        let later = install(text, isOld, runs);
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
        // Below text without a line ending, the whole text ends without one.
        const isUnended = after === "" && !installed.endsWith("\n");
        const end = isUnended ? kept.slice(0, -ending.length) : kept;
        expect(removed).toBe(before + end + after);
        expect(removeManagedBlock(installed, { purge: true }).text).toBe(text);
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
      const ours = blocks.sessions.filter(
        ({ start, end }) => !installed.text.slice(start, end).includes("Auto-managed by session_init"),
      );
      const isGone = (at: number) =>
        [...blocks.routing, ...blocks.headless, ...ours].some(({ start, end }) => at >= start && at < end) ||
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
      if (findConflict(text))
        expect(result.problem).toMatch(/^unresolved merge conflict in lines \d+ to \d+\./);
      else if (hasManaged && blocks.strays.length > 0) expect(result.problem).toMatch(/lines? \d/);
      else expect(result.problem).toBeUndefined();
      if (result.problem || !hasManaged) expect(result).toMatchObject({ text, changes: [] });
    }),
  );
});
