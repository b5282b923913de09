/** What the guide says may be lost, as the shortest schedule. */
import { describe, expect, test } from "vitest";
import { WITHOUT_BINDING } from "./options.ts";
import { broken, type Setting } from "./run.ts";

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

  test("an edit is lost when an appender keeps the file open for longer than a writer waits", () => {
    expect(
      broken({ writers: 1, outsiders: ["open"] }, { givesUpWaiting: true, strict: true }),
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
        "A settle: gives up waiting",
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

  test("an append is lost when a writer without the lock fences a removal that has just moved the file", () => {
    const setting: Setting = { writers: 1, removers: 1, outsiders: ["open"] };
    expect(broken(setting)).toMatchInlineSnapshot(`
      [
        "A begins",
        "B begins",
        "B createClaim",
        "B fence: listClaims",
        "A createClaim",
        "A fence: listClaims",
        "B openAtRest: open",
        "B openAtRest: read",
        "B isStill",
        "an outsider opens, to append",
        "B removeFile: moves the file",
        "A fence: takes the file in a claim",
        "A fence: looks at what it took",
        "A fence: removeClaim",
        "A openAtRest: absent",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "A publish: link",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "B settle: no process has it open",
        "B removeFile: compares what it has moved",
        "B removeFile: puts it back",
        "B discardClaim",
        "B release",
        "=> the outside edit is missing",
      ]
    `);
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
        "A writeInPlace: truncates",
        "A discardClaim",
        "A release",
        "B writeInPlace: writes",
        "B writeInPlace: truncates",
        "B discardClaim",
        "B release",
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
        "A discardClaim",
        "A release",
        "=> the outside edit is missing",
      ]
    `);
  });

  test.each(["replace", "truncate"] as const)(
    "the update, when an outsider does this before the last step: %s",
    (at) => {
      expect(broken({ writers: 1, outsiders: [at] }, inPlace).at(-1)).toBe("=> the update of A is missing");
    },
  );

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
