import { expect, test } from "vitest";
import { answerOf, journalEvents, listing, payload, runHook, sandbox } from "./hookProcess.ts";

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
