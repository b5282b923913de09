/**
 * An outsider replaces the file between `isStill` and the exchange, so that its version is in the claim. What keeps it,
 * whatever coincides with that.
 */
import { describe, expect, test } from "vitest";
import type { Options } from "./options.ts";
import { broken, run, type Setting } from "./run.ts";

const rounds = Number(process.env.MODEL_ROUNDS || 3);
const isLong = rounds > 3;

describe("a version that an exchange displaced", () => {
  const replaced: Setting = { outsiders: ["replace"] };
  const alone: Setting = { ...replaced, writers: 1 };
  const unlinks = { fence: "remove", savesFirst: false, savesUnfinished: false, strict: true } as const;
  const takes = { ...unlinks, fence: "take" } as const;

  test("is kept when its writer neither crashes nor is fenced", () => {
    expect(broken(alone, unlinks)).toEqual([]);
    // A lock that no writer goes without or takes away prevents a fence at that moment.
    const locked = { lock: true, evicts: false, failsOpen: false } as const;
    expect(broken(replaced, { ...unlinks, ...locked })).toEqual([]);
  });

  test("is lost when a writer without the lock fences between the exchange and the look", () => {
    expect(broken(replaced, unlinks)).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B fence: listClaims",
        "an outsider replaces the file",
        "A publish: exchange",
        "B fence: unlinks the file in a claim",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B fence: removeClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "B publish: path",
        "B publish: exchange",
        "B publish: looks at the displaced file",
        "B discardClaim",
        "B discardClaim",
        "B release",
        "B settle: no process has it open",
        "B findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("is lost when its writer crashes between the exchange and the merge", () => {
    expect(broken(alone, { ...unlinks, crashes: 1 })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider replaces the file",
        "A publish: exchange",
        "A crashes",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("is lost when a fence looks at the file and then unlinks it", () => {
    expect(broken(replaced, { ...unlinks, fence: "peek" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B fence: listClaims",
        "B fence: looks at the file in a claim",
        "an outsider replaces the file",
        "A publish: exchange",
        "B fence: unlinks the file in a claim",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B fence: removeClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "B publish: path",
        "B publish: exchange",
        "B publish: looks at the displaced file",
        "B discardClaim",
        "B discardClaim",
        "B release",
        "B settle: no process has it open",
        "B findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("survives a fence that takes the file and then looks at it", () => {
    expect(broken(replaced, takes)).toEqual([]);
  });

  test("is lost, with such a fence, when its writer crashes between the look and the merge", () => {
    expect(broken(alone, { ...takes, crashes: 1 })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider replaces the file",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A crashes",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("survives that crash, too, when its writer moves it beside the target until the merge is done", () => {
    expect(broken(alone, { ...takes, savesFirst: true, crashes: 1 })).toEqual([]);
  });
});

describe("a file that an exchange displaced while an appender had it open", () => {
  const late: Setting = { writers: 1, outsiders: ["open"] };
  const unlinks = { savesUnfinished: false, strict: true } as const;

  test("is kept, however late the append, and whether or not its writer crashes", () => {
    expect(broken(late, { givesUpWaiting: true, crashes: 1, strict: true })).toEqual([]);
  });

  test("loses an append that comes later than its writer waits, when it is not moved beside the target", () => {
    expect(broken(late, { ...unlinks, givesUpWaiting: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: gives up waiting",
        "A findOutsideEdit",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("loses an append when its writer crashes before the look back, and has not moved it either", () => {
    expect(broken(late, { ...unlinks, crashes: 1 })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish: exchange",
        "A crashes",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });
});

describe("no coincidence loses what an exchange displaced in any interleaving of", () => {
  const keeping: [what: string, setting: Setting, options: Partial<Options>][] = [
    ["two writers and an outsider that replaces the file", { outsiders: ["replace"] }, { crashes: 1 }],
    [
      "a writer and two outsiders that replace the file",
      { writers: 1, outsiders: ["replace", "replace"] },
      { crashes: 1 },
    ],
    [
      "a writer, an appender and an outsider that replaces the file",
      { writers: 1, outsiders: ["open", "replace"] },
      { lock: true, crashes: 1 },
    ],
  ];
  const longKeeping: typeof keeping = [
    ["two writers, each of which may crash", { outsiders: ["replace"] }, { crashes: 2 }],
    [
      "three writers and an outsider that replaces the file",
      { writers: 3, outsiders: ["replace"] },
      { maxRounds: 1 },
    ],
    [
      "two writers and two outsiders that replace the file",
      { outsiders: ["replace", "replace"] },
      { crashes: 1 },
    ],
  ];
  test.each([...keeping, ...(isLong ? longKeeping : [])])(
    "%s",
    { timeout: 1_200_000 },
    (what, setting, options) => {
      const { broken, states } = run(setting, {
        strict: true,
        maxRounds: rounds - 1,
        ...options,
      });
      console.log(`${what}: ${states.toLocaleString("en")} states`);
      expect(broken).toBeUndefined();
    },
  );
});
