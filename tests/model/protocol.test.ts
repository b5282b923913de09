/**
 * Every interleaving of the protocol's steps, and the shortest that breaks each weakened form of it. `npm run model`
 * (MODEL_ROUNDS=4) searches further: a writer may start over more often, and three of them crash or meet an outsider.
 */
import { describe, expect, test } from "vitest";
import { AS_IT_IS, checkOf, movesOf, type Options } from "./protocol.ts";
import { type Finding, search } from "./search.ts";
import { initial, type Outsider } from "./state.ts";

const maxRounds = Number(process.env.MODEL_ROUNDS || 3);
const isLong = maxRounds > 3;

interface Setting {
  writers?: number;
  outsiders?: Outsider["at"][];
  /** Whether there is a file at first. */
  exists?: boolean;
}

function run(
  { writers = 2, outsiders = [], exists = true }: Setting,
  options: Partial<Options> = {},
): Finding {
  const all = { ...AS_IT_IS, maxRounds, ...options };
  return search(initial(writers, outsiders, exists), movesOf(all), checkOf(all));
}

describe("nothing is lost, nothing is partial, and the next writer sweeps up, in every interleaving of", () => {
  const cases: [string, Setting, Partial<Options>][] = [
    ["two writers with the lock, evicted, failing open, one crashing", {}, { lock: true, crashes: 1 }],
    ["two writers, each of which may crash", {}, { crashes: 2 }],
    ["two writers that create the file", { exists: false }, { crashes: 1 }],
    ["three writers without the lock", { writers: 3 }, { maxRounds: isLong ? 2 : 1 }],
    ["three writers, one of which crashes", { writers: 3 }, { maxRounds: 1, crashes: 1 }],
    ["two writers and an appender", { outsiders: ["open"] }, { crashes: 1 }],
    ["two writers and an outsider that replaces the file", { outsiders: ["replace"] }, { crashes: 1 }],
    ["two writers and an outsider that deletes the file", { outsiders: ["delete"] }, { crashes: 1 }],
    [
      "two writers and an appender, which create the file",
      { outsiders: ["open"], exists: false },
      { crashes: 1 },
    ],
    ["a writer and two appenders", { writers: 1, outsiders: ["open", "open"] }, { lock: true, crashes: 1 }],
  ];
  const longCases: typeof cases = [
    ["three writers that create the file", { writers: 3, exists: false }, { maxRounds: 1, crashes: 1 }],
    ["three writers and an appender", { writers: 3, outsiders: ["open"] }, { maxRounds: 1 }],
    [
      "three writers with the lock, evicted, failing open, one crashing",
      { writers: 3 },
      { maxRounds: 1, lock: true, crashes: 1 },
    ],
  ];
  test.each([...cases, ...(isLong ? longCases : [])])(
    "%s",
    { timeout: 1_200_000 },
    (what, setting, options) => {
      const { broken, states } = run(setting, options);
      console.log(`${what}: ${states.toLocaleString("en")} states`);
      expect(broken).toBeUndefined();
      expect(states).toBeGreaterThan(500);
    },
  );
});

/** The shortest schedule that breaks a weakened protocol, and what it breaks. */
function broken(setting: Setting, options: Partial<Options>): string[] {
  const { broken } = run(setting, { maxRounds: 2, ...options });
  return broken ? [...broken.schedule, `=> ${broken.what}`] : [];
}

const LOCK_ALONE = { fence: "none", lock: true, failsOpen: false } as const;

describe("each part of the protocol is needed", () => {
  test("a lock alone keeps all updates as long as no holder is evicted", () => {
    expect(broken({}, { ...LOCK_ALONE, evicts: false })).toEqual([]);
  });

  test("a lock alone loses an update when its holder is evicted", () => {
    expect(broken({}, LOCK_ALONE)).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A createClaim",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B openLocked: open",
        "B evictStale: looks",
        "B evictStale: unlinks",
        "B openLocked: open",
        "B openLocked: flock",
        "B confirm",
        "B createClaim",
        "B openAtRest",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("a lock alone loses an update when flock is not followed by confirm", () => {
    expect(broken({}, { ...LOCK_ALONE, evicts: false, confirms: false })).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "A openLocked: flock",
        "B openLocked: open",
        "A confirm: too old, unlink",
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A createClaim",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B openLocked: flock",
        "B confirm",
        "B createClaim",
        "B openAtRest",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("with claims a lock needs no confirm", () => {
    expect(broken({}, { lock: true, confirms: false })).toEqual([]);
  });

  test("an update is lost when no writer fences the claims of others", () => {
    expect(broken({}, { fence: "none" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B openAtRest",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost when claims are moved aside, for a rename that has found its path succeeds", () => {
    expect(broken({}, { fence: "aside" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B fence: listClaims",
        "B fence: moves a claim aside",
        "B openAtRest",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost when a writer fences before it has a claim of its own", () => {
    expect(broken({}, { fencesBeforeClaim: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A fence: listClaims",
        "B begins",
        "B fence: listClaims",
        "A createClaim",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B createClaim",
        "B openAtRest",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("without the last look an update is lost when a writer reads before it fences", () => {
    expect(broken({}, { looksAgain: false })).toEqual([]);
    expect(broken({}, { looksAgain: false, readsBeforeFence: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A openAtRest",
        "A fence: listClaims",
        "A stage: open",
        "A stage: write",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B openAtRest",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "B fence: listClaims",
        "B stage: open",
        "B stage: write",
        "B publish: path",
        "B publish",
        "B discardClaim",
        "B release",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an outside edit is lost when a new file is renamed, not linked, into its place", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"], exists: false }, { links: false }),
    ).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an outside edit is lost without the last look before the publish", () => {
    expect(broken({ writers: 1, outsiders: ["replace"] }, { looksAgain: false })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "an outsider replaces the file",
        "A stage: write",
        "A publish: path",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an outside edit is lost without the look back after the publish", () => {
    expect(broken({ writers: 1, outsiders: ["open"] }, { settles: false })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("the target is partial when a writer writes in place", () => {
    expect(broken({ writers: 1 }, { inPlace: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A writes in place",
        "=> the target is partial",
      ]
    `);
  });
});

describe("what the README says may be lost", () => {
  test("an edit is lost when an outsider replaces the file between our last look and our rename", () => {
    expect(broken({ writers: 1, outsiders: ["replace"] }, { strict: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider replaces the file",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an edit is lost when an append takes longer than the pause before the look back", () => {
    expect(broken({ writers: 1, outsiders: ["open"] }, { slowAppender: true })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish",
        "A discardClaim",
        "A release",
        "A findOutsideEdit",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });
});
