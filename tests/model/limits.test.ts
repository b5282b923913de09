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
        "A openAtRest",
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
      broken({ writers: 1, outsiders: ["open"] }, { ...WITHOUT_BINDING, slowAppender: true }),
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
    expect(broken({ writers: 1, outsiders: ["open"] }, { givesUpWaiting: true })).toMatchInlineSnapshot(`
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
        "A openAtRest",
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
});
