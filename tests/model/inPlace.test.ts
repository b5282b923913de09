/** A file that cannot be replaced, which a writer writes itself. What that may lose is in limits.test.ts. */
import { describe, expect, test } from "vitest";
import type { Options } from "./options.ts";
import { broken, run, type Setting } from "./run.ts";

const LOCKED = { publish: "inPlace", lock: true, evicts: false, failsOpen: false } as const;

describe("of writers in place nothing is lost, and nothing is partial at the end,", () => {
  test.each<[string, Setting, Partial<Options>]>([
    ["while two take turns", {}, LOCKED],
    ["while three take turns", { writers: 3 }, { ...LOCKED, maxRounds: 1 }],
    ["while two create the file", { exists: false }, LOCKED],
    [
      "while an outsider replaces the file at any moment",
      { writers: 1, outsiders: ["replace"] },
      { publish: "inPlace", strict: true },
    ],
    [
      "without the lock, if no other writer comes between the last look and the last step",
      {},
      { publish: "inPlace", pausesInPlace: false },
    ],
  ])("%s", (_what, setting, options) => {
    const found = run(setting, options);
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(50);
  });
});

test("an update is lost when an outsider replaces the file, and the writer does not look at the path again", () => {
  expect(
    broken({ writers: 1, outsiders: ["replace"] }, { publish: "inPlace", looksAfterInPlace: false }),
  ).toMatchInlineSnapshot(`
    [
      "A begins",
      "A createClaim",
      "A fence: listClaims",
      "A openAtRest: open",
      "A openAtRest: read",
      "A stage: open",
      "A stage: write",
      "A isStill",
      "A writeInPlace: takes its token",
      "A writeInPlace: looks again",
      "an outsider replaces the file",
      "A writeInPlace: writes",
      "A writeInPlace: truncates",
      "A writeInPlace: reads it back",
      "A discardClaim",
      "A release",
      "=> the update of A is missing",
    ]
  `);
});
