/** What the guide says may be lost, as the shortest schedule. */
import { describe, expect, test } from "vitest";
import { WITHOUT_BINDING } from "./options.ts";
import { broken } from "./run.ts";

describe("what the guide says may be lost", () => {
  test("without the binding an edit is lost when an outsider replaces the file between our last look and our rename", () => {
    expect(
      broken({ writers: 1, outsiders: ["replace"] }, { ...WITHOUT_BINDING, strict: true }),
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
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("without the binding an edit is lost when an append takes longer than the pause before the look back", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"] }, { ...WITHOUT_BINDING, slowAppender: true, strict: true }),
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
        "A settle: 3 ms",
        "A findOutsideEdit",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("an edit is lost when the kernel pauses an appender inside its open until the writer has finished", () => {
    expect(broken({ writers: 1, outsiders: ["find"] })).toMatchInlineSnapshot(`
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
        "an outsider opens: path",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "an outsider opens, to append",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("without the binding the text is lost when a program takes longer to write the file that it has emptied", () => {
    const slow = { ...WITHOUT_BINDING, slowAppender: true };
    expect(broken({ writers: 1, outsiders: ["truncate"] }, slow)).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "an outsider opens and empties the file",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "A publish: rename",
        "A discardClaim",
        "A release",
        "A settle: 3 ms",
        "A findOutsideEdit",
        "an outsider writes the file",
        "=> the user's text is missing",
      ]
    `);
  });

  test("an update is lost when a claim that others cannot remove is old, and its writer wakes", () => {
    expect(broken({}, { ...WITHOUT_BINDING, firm: "old" })).toMatchInlineSnapshot(`
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
        "B fence: ignores an old claim",
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
    expect(broken({}, { firm: "old", crashes: 1 }).at(-1)).toBe("=> the update of B is missing");
  });
});

describe("what a write in place may lose", () => {
  const inPlace = { publish: "inPlace" } as const;

  test("without the lock, the text, when another writer reads a part of it", () => {
    expect(broken({}, inPlace)).toMatchInlineSnapshot(`
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
        "A writeInPlace: writes",
        "B begins",
        "B createClaim",
        "B fence: listClaims",
        "B fence: removeClaim",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "B writeInPlace: takes its token",
        "B writeInPlace: looks again",
        "B writeInPlace: writes",
        "A writeInPlace: truncates",
        "A writeInPlace: reads it back",
        "A starts over",
        "B writeInPlace: truncates",
        "B writeInPlace: reads it back",
        "B starts over",
        "=> the user's text is missing",
      ]
    `);
  });

  test("what an outsider appends before the last step", () => {
    expect(broken({ writers: 1, outsiders: ["open"] }, inPlace)).toMatchInlineSnapshot(`
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
        "A writeInPlace: writes",
        "an outsider opens, to append",
        "an outsider appends",
        "A writeInPlace: truncates",
        "A writeInPlace: reads it back",
        "A discardClaim",
        "A release",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("what an outsider writes that has emptied the file before the last step", () => {
    expect(broken({ writers: 1, outsiders: ["truncate"] }, inPlace)).toMatchInlineSnapshot(`
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
        "an outsider opens and empties the file",
        "A writeInPlace: writes",
        "an outsider writes the file",
        "A writeInPlace: truncates",
        "A writeInPlace: reads it back",
        "A starts over",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("a part of the text, in a crash", () => {
    expect(broken({ writers: 1 }, { ...inPlace, crashes: 1 })).toMatchInlineSnapshot(`
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
        "A writeInPlace: writes",
        "A crashes",
        "=> the target is partial",
      ]
    `);
  });
});
