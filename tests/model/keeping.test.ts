/** What is kept beside the target's own text: both sides of a conflict, the backup, what a removal has moved away. */
import { describe, expect, test } from "vitest";
import { broken, run, type Setting } from "./run.ts";

describe("after a merge that conflicts, the file", () => {
  const both: Setting = { writers: 1, outsiders: ["open", "replace"] };

  test.each<[string, Setting]>([
    ["two writers and an appender", { outsiders: ["open"] }],
    ["a writer, an appender and an outsider that replaces the file", both],
  ])("holds the outside version and every acknowledged update, of %s", (_what, setting) => {
    expect(broken(setting, { conflicts: true })).toEqual([]);
  });

  test("lacks another writer's update when only the outside version stays", () => {
    const options = { conflicts: true, keepsAcknowledged: false };
    expect(broken({ outsiders: ["open"] }, options)).toMatchInlineSnapshot(`
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
        "an outsider opens, to append",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "B fence: listClaims",
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
        "an outsider appends",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
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
        "A settle: no process has it open",
        "A findOutsideEdit",
        "=> the update of B is missing",
      ]
    `);
  });

  test("lacks an earlier outside edit when a writer forgets what it published first", () => {
    expect(broken(both, { conflicts: true, strict: true })).toEqual([]);
    const forgets = { conflicts: true, remembersFirst: false, strict: true };
    expect(broken(both, forgets)).toMatchInlineSnapshot(`
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
        "A settle: no process has it open",
        "A findOutsideEdit",
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
        "A publish: moves the outside version beside the target",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
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
        "A settle: no process has it open",
        "A findOutsideEdit",
        "=> the outside edit is missing",
      ]
    `);
  });
});

describe("the backup", () => {
  const late: Setting = { writers: 1, outsiders: ["open"] };
  const replaced: Setting = { writers: 1, outsiders: ["replace"] };

  test("is the displaced file, which keeps what an appender writes into it too late", () => {
    expect(broken(late, { backup: "displaced", givesUpWaiting: true, strict: true })).toEqual([]);
  });

  test("lacks what an appender writes too late if it is a copy", () => {
    const options = { backup: "copy", savesUnfinished: false, givesUpWaiting: true, strict: true } as const;
    expect(broken(late, options)).toMatchInlineSnapshot(`
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
        "A keepPrevious",
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

  test("is never older than what the first publish displaced", () => {
    expect(broken(replaced, { backup: "displaced", crashes: 1 })).toEqual([]);
  });

  test("is stale if a round that did not publish has made it", () => {
    expect(broken(replaced, { backup: "early" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "an outsider replaces the file",
        "A isStill",
        "A starts over",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
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
        "A settle: no process has it open",
        "A findOutsideEdit",
        "=> the backup of A is stale",
      ]
    `);
  });
});

describe("a removal", () => {
  test.each<[string, Setting, object]>([
    ["a writer, in any interleaving with a crash", { writers: 1, removers: 1 }, { crashes: 1 }],
    ["an appender", { writers: 0, removers: 1, outsiders: ["open"] }, {}],
    [
      "an outsider that replaces the file",
      { writers: 0, removers: 1, outsiders: ["replace"] },
      { crashes: 1, strict: true },
    ],
    ["an outsider that empties and then writes it", { writers: 0, removers: 1, outsiders: ["truncate"] }, {}],
    [
      "a writer, with or without the lock, and an appender",
      { writers: 1, removers: 1, outsiders: ["open"] },
      {},
    ],
  ])("loses nothing beside %s", (_what, setting, options) => {
    const found = run(setting, options);
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(20);
  });

  const appender: Setting = { writers: 0, removers: 1, outsiders: ["open"] };

  test("loses an append when it unlinks the file, not moves it", () => {
    expect(broken(appender, { removal: "unlinks" })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A isStill",
        "an outsider opens, to append",
        "A removeFile: unlinks the file",
        "A discardClaim",
        "A release",
        "an outsider appends",
        "=> the outside edit is missing",
      ]
    `);
  });

  test("loses the whole text when it does not put back what has changed", () => {
    expect(broken(appender, { removal: "keeps", savesUnfinished: false })).toMatchInlineSnapshot(`
      [
        "A begins",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A isStill",
        "an outsider opens, to append",
        "A removeFile: moves the file",
        "an outsider appends",
        "A settle: no process has it open",
        "A removeFile: compares what it has moved",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "=> the user's text is missing",
      ]
    `);
  });
});

describe("a claim that others cannot remove", () => {
  test("loses nothing while it is young, because they wait for it", () => {
    expect(broken({}, { firm: "young" })).toEqual([]);
  });

  test("loses nothing when it is ignored as old, unless its writer wakes and crashes between its exchange and its merge", () => {
    expect(broken({}, { firm: "old" })).toEqual([]);
  });
});
