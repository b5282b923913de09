/** A file that cannot be replaced, which a writer writes itself. What that may lose is in limits.test.ts. */
import { describe, expect, test } from "vitest";
import { run } from "./run.ts";

const LOCKED = { publish: "inPlace", lock: true, evicts: false, failsOpen: false } as const;

describe("of writers in place nothing is lost, and nothing is partial at the end,", () => {
  test.each([
    ["while two take turns", {}, LOCKED],
    ["while three take turns", { writers: 3 }, { ...LOCKED, maxRounds: 1 }],
    ["while two create the file", { exists: false }, LOCKED],
    [
      "without the lock, if no other writer comes between the last look and the last step",
      {},
      { publish: "inPlace", pausesInPlace: false },
    ],
  ] as const)("%s", (_what, setting, options) => {
    const found = run(setting, options);
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(50);
  });
});
