import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

test("the hook journals session_end with the reason, and changes nothing else", () => {
  const box = sandbox();
  expect(answerOf(runHook("sessionEnd", payload("sessionEnd", box), box))).toEqual({});
  expect(journalEvents(box)).toMatchObject([{ v: 1, type: "session_end", reason: "prompt_input_exit" }]);
  expect(listing(box.projectDir)).toEqual([]);
});

test("an empty standard input is journaled as a bad payload", () => {
  const box = sandbox();
  answerOf(runHook("sessionEnd", "", box));
  expect(journalEvents(box)).toMatchObject([{ type: "bad_payload", hook: "SessionEnd" }]);
});

test("session_end counts the session's locks by their outcome", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  fs.rmSync(path.join(box.projectDir, ".claude"), { recursive: true });
  answerOf(runHook("sessionStart", payload("startup", box), box, { PACT_HOOKS_FLOCK: "none" }));
  // A session with nothing to change does not acquire the lock.
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const reaped = { v: 1, type: "lock_reaped", reason: "expired", ts: "2026-01-31T12:00:00.000Z" };
  fs.appendFileSync(path.join(box.configDir, journal), `${JSON.stringify(reaped)}\n`);
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  expect(journalEvents(box).at(-1)).toMatchObject({
    type: "session_end",
    locks: { locked: 1, fail_open: 1, reaped: 1 },
  });
  expect(journalEvents(box).at(-1)?.locks).not.toHaveProperty("partial");
});

test("a journal that takes too long to read is counted in part, and session_end says so", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const note = `${JSON.stringify({ v: 1, type: "note", ts: "2026-01-31T12:00:00.000Z" })}\n`;
  fs.appendFileSync(path.join(box.configDir, journal), note.repeat(1_000_000));
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  const last = fs.readFileSync(path.join(box.configDir, journal)).subarray(-1000).toString();
  expect(last).toMatch(/"type":"session_end".*"locked":1,.*"partial":true/);
});
