/**
 * What the fuzz tests share. `FUZZ_RUNS=100000 npm run fuzz` searches longer. A failure prints its seed and path;
 * `FUZZ_SEED=… npx vitest run tests/fuzz/…` repeats it. Add the input that failed to the corpus.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";

const corpus = fileURLToPath(new URL("corpus/", import.meta.url));
const FACTOR = Number(process.env.FUZZ_RUNS ?? 0);
const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : undefined;

/** The files of a folder of the corpus. */
export function corpusOf(name: string): [name: string, bytes: Buffer][] {
  const dir = path.join(corpus, name);
  return fs.readdirSync(dir).map((file) => [file, fs.readFileSync(path.join(dir, file))]);
}

/** Checks a property `runs` times, or, for FUZZ_RUNS, that many times for each 1000 of `runs`. */
export function check<T extends unknown[]>(runs: number, property: fc.IProperty<T>): void {
  fc.assert(property, { numRuns: FACTOR > 0 ? Math.ceil((FACTOR * runs) / 1000) : runs, seed });
}

export const timeout = (process.platform === "win32" ? 300_000 : 60_000) + FACTOR * 100;

/** A file of the corpus with some of its bytes removed and others inserted; or random bytes. */
export function damaged(name: string): fc.Arbitrary<Buffer> {
  const files = corpusOf(name).map(([, bytes]) => bytes);
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(40),
    insert: fc.uint8Array({ maxLength: 20 }),
  });
  const apply = (bytes: Buffer, edits: { at: number; length: number; insert: Uint8Array }[]) =>
    edits.reduce((now, { at, length, insert }) => {
      const start = Math.floor(at * now.length);
      return Buffer.concat([now.subarray(0, start), insert, now.subarray(start + length)]);
    }, bytes);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...files), fc.array(edit, { maxLength: 4 }))
        .map(([f, e]) => apply(f, e)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** A text with characters and words that are known to make trouble. */
export const nasty: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\n",
        "\r\n",
        "\0",
        "\u001b[2J",
        "\u202e",
        "\u2028",
        "<!-- SESSION_END -->",
        "<script>",
        "`",
        "../",
        "__proto__",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));
