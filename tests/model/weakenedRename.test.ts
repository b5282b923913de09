/** Without the binding: the shortest schedule that breaks each weakened form of the protocol. */
import { describe, expect, test } from "vitest";
import { WITHOUT_BINDING } from "./options.ts";
import { broken } from "./run.ts";

const LOCK_ALONE = { ...WITHOUT_BINDING, fence: "none", lock: true, failsOpen: false } as const;

describe("without the binding each part of the protocol is needed", () => {
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
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B openLocked: open",
        "B evictHolder: looks",
        "B evictHolder: unlinks",
        "B openLocked: open",
        "B openLocked: flock",
        "B confirm",
        "B createClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("a lock alone loses an update when flock is not followed by confirm", () => {
    expect(
      broken({ writers: 3 }, { ...LOCK_ALONE, evicts: false, confirms: false, crashes: 1 }),
    ).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A crashes",
        "B openLocked: open",
        "B openLocked: flock",
        "C openLocked: open",
        "B confirm: abandoned, unlink",
        "B openLocked: open",
        "B openLocked: flock",
        "B confirm",
        "B createClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "B publish: path",
        "C openLocked: flock",
        "C confirm",
        "C createClaim",
        "C openAtRest: open",
        "C openAtRest: read",
        "C stage: open",
        "C stage: write",
        "C isStill",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "C publish: path",
        "C publish: rename",
        "C discardClaim",
        "C release",
        "C settle: 3 ms",
        "C findOutsideEdit",
        "=> the update of B is missing",
      ]
    `);
  });

  test("with claims a lock needs no confirm", () => {
    expect(broken({}, { lock: true, confirms: false })).toEqual([]);
  });

  test("an update is lost when no writer fences the claims of others", () => {
    expect(broken({}, { ...WITHOUT_BINDING, fence: "none" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost when claims are moved aside, for a rename that has found its path succeeds", () => {
    expect(broken({}, { ...WITHOUT_BINDING, fence: "aside" })).toMatchInlineSnapshot(`
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
        "B fence: moves a claim aside",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost when a writer fences before it has a claim of its own", () => {
    expect(
      broken({}, { ...WITHOUT_BINDING, fencesBeforeClaim: true, fence: "remove" }),
    ).toMatchInlineSnapshot(`
      [
        "A begins",
        "A fence: listClaims",
        "B begins",
        "B fence: listClaims",
        "A createClaim",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "B createClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("without the last look an update is lost when a writer reads before it fences", () => {
    expect(broken({}, { ...WITHOUT_BINDING, looksAgain: false })).toEqual([]);
    expect(
      broken({}, { ...WITHOUT_BINDING, looksAgain: false, readsBeforeFence: true }),
    ).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A openAtRest: open",
        "A openAtRest: read",
        "A fence: listClaims",
        "A stage: open",
        "A stage: write",
        "A publish: path",
        "B begins",
        "B createClaim",
        "B openAtRest: open",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "B openAtRest: read",
        "B fence: listClaims",
        "B stage: open",
        "B stage: write",
        "B publish: path",
        "B publish: rename",
        "B discardClaim",
        "B release",
        "B settle: 3 ms",
        "B findOutsideEdit",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an outside edit is lost when a new file is renamed, not linked, into its place", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"], exists: false }, { ...WITHOUT_BINDING, links: false }),
    ).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: absent",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider opens, to append",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an outside edit is lost without the last look before the publish", () => {
    expect(
      broken({ writers: 1, outsiders: ["replace"] }, { ...WITHOUT_BINDING, looksAgain: false }),
    ).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "an outsider replaces the file",
        "A stage: write",
        "A publish: path",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an outside edit is lost without the look back after the publish", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"] }, { ...WITHOUT_BINDING, settle: "none" }),
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
        "A publish: path",
        "an outsider opens, to append",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });
});
