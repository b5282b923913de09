import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "../../../shared/claudeMd/document.ts";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { removeManagedBlock } from "../../../shared/claudeMd/removeManaged.ts";
import { Refusal } from "../../../shared/system/errors.ts";
import { assertBlock, type BlockOptions, withBlock, withoutBlock } from "../../../shared/text/block.ts";
import { findConflict } from "../../../shared/text/conflict.ts";
import { anyBody, anyMarkers, anyPlace, FORMATS, plainText, usedText } from "./blockCases.ts";

/** For a long search, run `FUZZ_RUNS=1000000 npx vitest run tests/shared/text/block.property.test.ts`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 1000);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;
const check = <T extends unknown[]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });
const timeout = 20_000 + numRuns * 20;

/** The text with the block; undefined if it is refused, which is for a reason. */
function updated(text: string | null, block: BlockOptions): string | undefined {
  assertBlock(block);
  try {
    return withBlock(text, block);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return undefined;
  }
}

test("for a text without the block, removal gives back every byte", { timeout }, () => {
  check(
    fc.property(plainText, anyMarkers, anyBody, anyPlace, (text, markers, body, place) => {
      const next = updated(text, { ...markers, body, place });
      if (next === undefined) expect(findConflict(text)).not.toBeNull();
      else expect(withoutBlock(next, markers)).toBe(text);
    }),
  );
});

test("after any updates, removal gives what it gives without them", { timeout }, () => {
  const updates = fc.array(fc.tuple(anyBody, anyPlace), { minLength: 1, maxLength: 3 });
  check(
    fc.property(usedText, updates, ({ text, markers }, bodies) => {
      const next = bodies.reduce<string | undefined>(
        (now, [body, place]) => (now === undefined ? now : updated(now, { ...markers, body, place })),
        text,
      );
      if (next !== undefined) expect(withoutBlock(next, markers)).toBe(withoutBlock(text, markers));
    }),
  );
});

test("a second update changes nothing", { timeout }, () => {
  check(
    fc.property(usedText, anyBody, anyPlace, ({ text, markers }, body, place) => {
      const block = { ...markers, body, place };
      const next = updated(text, block);
      if (next !== undefined) expect(withBlock(next, block)).toBe(next);
    }),
  );
});

test("several tools' blocks, added and removed in any order, leave the text as it was", { timeout }, () => {
  const tools = fc.shuffledSubarray(Object.values(FORMATS), { minLength: 2, maxLength: 4 });
  check(
    fc.property(plainText, tools, anyBody, anyPlace, fc.nat(), (text, markers, body, place, turn) => {
      let now: string | undefined = text;
      for (const one of markers) now = now === undefined ? now : updated(now, { ...one, body, place });
      fc.pre(now !== undefined);
      const at = turn % markers.length;
      const order = [...markers.slice(at), ...markers.slice(0, at)];
      expect(order.reduce((left, one) => withoutBlock(left, one), now as string)).toBe(text);
    }),
  );
});

test("a tool's block and our managed block, in any order, leave the text as it was", { timeout }, () => {
  fc.assert(
    fc.property(
      plainText.filter(isOrdinary),
      ...[anyMarkers, anyBody, anyPlace, fc.boolean(), fc.boolean()],
      (text, markers, body, place, isAddedFirst, isRemovedFirst) => {
        const block = { ...markers, body, place };
        const before = isAddedFirst ? withBlock(text, block) : text;
        const { text: managed, problem } = updateProjectText(before, {});
        fc.pre(problem === undefined);
        const both = isAddedFirst ? managed : withBlock(managed, block);
        expect(updateProjectText(both, {}).text).toBe(both);
        expect(withBlock(both, block)).toBe(both);
        const left = isRemovedFirst
          ? removeManagedBlock(withoutBlock(both, markers)).text
          : withoutBlock(removeManagedBlock(both).text, markers);
        expect(left).toBe(text);
      },
    ),
    { numRuns: Math.ceil(numRuns / 8), seed },
  );
});

/** Nothing that an update would move or refuse, and more than front matter, below which an older version left a blank line. */
function isOrdinary(text: string): boolean {
  const { sections, loaders, markers, sessionHeadings, bodyStart } = parseDocument(text);
  const found = [...sections, ...loaders, ...markers, ...sessionHeadings];
  return found.length === 0 && findConflict(text) === null && text.slice(bodyStart).trim() !== "";
}

test("for any text, every line that is no marker stays, in its order, outside the blocks", {
  timeout,
}, () => {
  check(
    fc.property(usedText, anyBody, ({ text, markers }, body) => {
      const next = updated(text, { ...markers, body });
      if (next === undefined) return;
      const words = (of: string) => of.match(/[a-zé]{2,}/g)?.join(" ") ?? "";
      const rest = withoutBlock(next, markers);
      expect(words(rest)).toBe(words(withoutBlock(text, markers)));
      expect(rest.length).toBeLessThanOrEqual(text.length);
    }),
  );
});
