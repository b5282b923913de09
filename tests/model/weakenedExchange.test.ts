/** With the binding: the shortest schedule that breaks each weakened form of the protocol. */
import { describe, expect, test } from "vitest";
import { broken } from "./run.ts";

describe("with the binding each part of the protocol is needed", () => {
  test("an exchange alone keeps all updates until a writer crashes between the exchange and the merge", () => {
    expect(broken({}, { fence: "none" })).toEqual([]);
    expect(broken({}, { fence: "none", crashes: 1 })).toMatchInlineSnapshot(`
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: exchange",
        "B crashes",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost in a crash when claims are moved aside", () => {
    expect(broken({}, { fence: "aside", crashes: 1 })).toMatchInlineSnapshot(`
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: exchange",
        "B crashes",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost in a crash when a writer fences before it has a claim of its own", () => {
    expect(
      broken({}, { fencesBeforeClaim: true, fence: "remove", strict: true, crashes: 1 }),
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B publish: path",
        "B publish: exchange",
        "B crashes",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an update is lost in a crash when a writer reads before it fences, does not look again and saves nothing", () => {
    const early = { readsBeforeFence: true, looksAgain: false, strict: true, crashes: 1 };
    expect(broken({}, early)).toEqual([]);
    expect(broken({}, { ...early, savesFirst: false, savesUnfinished: false })).toMatchInlineSnapshot(`
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "B openAtRest: read",
        "B fence: listClaims",
        "B stage: open",
        "B stage: write",
        "B publish: path",
        "B publish: exchange",
        "B publish: looks at the displaced file",
        "B discardClaim",
        "B crashes",
        "=> the update of A is missing",
      ]
    `);
  });

  test("an outside edit is lost when no writer looks at the file that it has displaced", () => {
    expect(
      broken({ writers: 1, outsiders: ["replace"] }, { looksAtDisplaced: false, savesUnfinished: false }),
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
        "an outsider replaces the file",
        "A publish: exchange",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an outside edit is lost when no writer asks whether a process has the displaced file open", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"] }, { settle: "none", savesUnfinished: false }),
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("a pause instead of that question loses what a slow appender writes", () => {
    const pause = { settle: "pause", savesUnfinished: false, slowAppender: true, strict: true } as const;
    expect(broken({ writers: 1, outsiders: ["open"] }, pause)).toMatchInlineSnapshot(`
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
        "A settle: 3 ms",
        "A findOutsideEdit",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("the last look before the exchange only saves a merge", () => {
    for (const outsider of ["replace", "open"] as const) {
      expect(broken({ outsiders: [outsider] }, { looksAgain: false, maxRounds: 1 })).toEqual([]);
    }
  });
});
