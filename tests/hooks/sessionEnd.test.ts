import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

test("session_end goes into the journal, with the reason, and nothing else happens", () => {
  const box = sandbox();
  expect(answerOf(runHook("sessionEnd", payload("sessionEnd", box), box))).toEqual({});
  expect(journalEvents(box)).toMatchObject([{ v: 1, type: "session_end", reason: "prompt_input_exit" }]);
  expect(listing(box.projectDir)).toEqual([]);
});

test("an empty standard input is a bad payload, in the journal", () => {
  const box = sandbox();
  answerOf(runHook("sessionEnd", "", box));
  expect(journalEvents(box)).toMatchObject([{ type: "bad_payload", hook: "SessionEnd" }]);
});

test("session_end tells how the session's locks went", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  fs.rmSync(path.join(box.projectDir, ".claude"), { recursive: true });
  answerOf(runHook("sessionStart", payload("startup", box), box, { PACT_HOOKS_FLOCK: "none" }));
  // This one has nothing to change, and asks for no lock.
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

test("a journal that takes too long to read is not counted to its end, and that is said", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const note = `${JSON.stringify({ v: 1, type: "note", ts: "2026-01-31T12:00:00.000Z" })}\n`;
  fs.appendFileSync(path.join(box.configDir, journal), note.repeat(1_000_000));
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  const last = fs.readFileSync(path.join(box.configDir, journal)).subarray(-1000).toString();
  expect(last).toMatch(/"type":"session_end".*"locked":1,.*"partial":true/);
});
