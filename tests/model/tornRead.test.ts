/** An outsider opens and empties the file, and writes it whole through the same descriptor. Opening and reading are two steps. */
import { describe, expect, test } from "vitest";
import { WITHOUT_BINDING } from "./options.ts";
import { broken, run } from "./run.ts";

const REWRITER = { outsiders: ["truncate" as const] };

describe("beside a program that empties the file and then writes it, nothing is lost", () => {
  test.each([
    ["in any interleaving of it and two writers", { crashes: 1 }],
    ["by two writers that give up waiting for it, apart from what it writes later", { givesUpWaiting: true }],
    ["by two writers without the binding, if the pauses are long enough", WITHOUT_BINDING],
  ] as const)("%s", (what, options) => {
    const found = run(REWRITER, options);
    console.log(`${what}: ${found.states.toLocaleString("en")} states`);
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(1000);
  });
});

describe("beside a program that empties the file and then writes it, the user's text is lost", () => {
  const alone = { writers: 1, ...REWRITER };

  test("when a writer takes an empty file for the text, and then crashes", () => {
    expect(broken(alone, { judgesCut: "never", savesUnfinished: false, crashes: 1 })).toMatchInlineSnapshot(`
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
        "A publish: exchange",
        "A crashes",
        "an outsider writes the file",
        "=> the user's text is missing",
      ]
    `);
  });

  test("when a writer judges by the size at its open, and then gives up waiting", () => {
    expect(
      broken(alone, { judgesCut: "open", savesUnfinished: false, givesUpWaiting: true }),
    ).toMatchInlineSnapshot(`
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
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: gives up waiting",
        "A findOutsideEdit",
        "an outsider writes the file",
        "=> the user's text is missing",
      ]
    `);
  });
});
