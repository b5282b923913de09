/** Random bytes on standard input: the session starts. */
import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSessionId } from "../../shared/journal/sessionFolder.ts";
import { parsePayload } from "../../shared/session/hookProtocol.ts";
import { answerOf, type HookName, runHook } from "../helpers/hookProcess.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { check, corpusOf, damaged, nasty, timeout } from "./fuzz.ts";

/** Parses a payload, which must give what the hooks use or a message for a person. */
function parse(text: string): void {
  try {
    const { sessionId, projectDir } = parsePayload(text);
    expect(isSessionId(sessionId)).toBe(true);
    expect(fs.statSync(projectDir).isDirectory()).toBe(true);
  } catch (error) {
    expect(String(error)).toMatch(/^Error: (the payload|the project folder)/);
  }
}

test("every payload is used, or refused with a message", { timeout }, () => {
  check(
    2000,
    fc.property(damaged("payload"), (bytes) => parse(bytes.toString("utf8"))),
  );
  const fields = fc.record(
    {
      session_id: fc.oneof(nasty, fc.anything()),
      cwd: fc.oneof(nasty, fc.constant("/"), fc.anything()),
      source: fc.oneof(nasty, fc.anything()),
    },
    { requiredKeys: [] },
  );
  check(
    2000,
    fc.property(fields, (payload) => parse(JSON.stringify(payload) ?? "")),
  );
});

describe.each<HookName>(["sessionStart", "sessionEnd"])("%s", (hook) => {
  test.each(corpusOf("payload"))("the hook answers %s with exit code 0 and one line", (_name, bytes) => {
    const box = sandbox();
    const run = runHook(hook, bytes, box);
    answerOf(run);
    expect(run.stderr).toBe("");
  });

  test("the hook answers every payload in little memory", { timeout }, () => {
    const box = sandbox();
    const env = { NODE_OPTIONS: "--max-old-space-size=32" };
    check(
      10,
      fc.property(damaged("payload"), (bytes) => void answerOf(runHook(hook, bytes, box, env))),
    );
    const huge = Buffer.alloc(30_000_000, '{"session_id":"');
    expect(answerOf(runHook(hook, huge, box, env)).systemMessage).toContain("larger than 1 MB");
  });
});
