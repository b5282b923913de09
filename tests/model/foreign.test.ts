/** A program that knows the lock and no claims, such as `flock(1)` or a script in another language. */
import { describe, expect, test } from "vitest";
import { WITHOUT_BINDING } from "./options.ts";
import { broken, run } from "./run.ts";

const FOREIGN = { outsiders: ["lock" as const] };
/** No waiter's time is up, and no waiter evicts. */
const PATIENT = { lock: true, evicts: false, failsOpen: false };

describe("beside a program that knows only the lock, nothing is lost", () => {
  test.each([
    ["in any interleaving of it and two writers", { writers: 2, ...FOREIGN }, {}],
    [
      "in any interleaving of two of them and a writer",
      { writers: 1, outsiders: ["lock", "lock"] as "lock"[] },
      {},
    ],
    ["without the binding", { writers: 2, ...FOREIGN }, WITHOUT_BINDING],
    ["when the file does not exist yet", { writers: 2, exists: false, ...FOREIGN }, {}],
  ])("%s", (_what, setting, options) => {
    const found = run(setting, { ...PATIENT, ...options });
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(100);
  });
});

describe("beside a program that knows only the lock, an update is lost", () => {
  test("when a free sidecar is replaced because it is old", () => {
    expect(broken({ writers: 1, ...FOREIGN }, { ...PATIENT, replacesFree: true })).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "A openLocked: flock",
        "an outsider opens the sidecar",
        "A confirm: free, but old, unlink",
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider gets the lock",
        "an outsider reads the file",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "an outsider replaces the file, and unlocks",
        "=> the update of A is missing",
      ]
    `);
  });

  test("when that program holds the lock for longer than a writer waits", () => {
    expect(broken({ writers: 1, ...FOREIGN }, { ...PATIENT, failsOpen: true })).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "an outsider opens the sidecar",
        "an outsider gets the lock",
        "A failOpen",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider reads the file",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "an outsider replaces the file, and unlocks",
        "=> the update of A is missing",
      ]
    `);
  });

  test("when that program is evicted, and then goes on", () => {
    expect(broken({ writers: 1, ...FOREIGN }, { ...PATIENT, evicts: true })).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "an outsider opens the sidecar",
        "an outsider gets the lock",
        "A evictHolder: looks",
        "A evictHolder: unlinks",
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A createClaim",
        "A fence: listClaims",
        "A openAtRest: open",
        "A openAtRest: read",
        "A stage: open",
        "A stage: write",
        "A isStill",
        "A publish: path",
        "an outsider reads the file",
        "A publish: exchange",
        "A publish: looks at the displaced file",
        "A discardClaim",
        "A discardClaim",
        "A release",
        "A settle: no process has it open",
        "A findOutsideEdit",
        "an outsider replaces the file, and unlocks",
        "=> the update of A is missing",
      ]
    `);
  });

  test("when that program waits for the sidecar that a crashed writer has left", () => {
    expect(broken({ writers: 2, ...FOREIGN }, { ...PATIENT, crashes: 1 })).toMatchInlineSnapshot(`
      [
        "A openLocked: open",
        "A openLocked: flock",
        "A confirm",
        "A crashes",
        "B openLocked: open",
        "B openLocked: flock",
        "an outsider opens the sidecar",
        "B confirm: abandoned, unlink",
        "B openLocked: open",
        "B openLocked: flock",
        "B confirm",
        "B createClaim",
        "B fence: listClaims",
        "B openAtRest: open",
        "B openAtRest: read",
        "B stage: open",
        "B stage: write",
        "B isStill",
        "B publish: path",
        "an outsider gets the lock",
        "an outsider reads the file",
        "B publish: exchange",
        "B publish: looks at the displaced file",
        "B discardClaim",
        "B discardClaim",
        "B release",
        "B settle: no process has it open",
        "B findOutsideEdit",
        "an outsider replaces the file, and unlocks",
        "=> the update of B is missing",
      ]
    `);
  });
});
