/** Which settings make Claude Code run our hook: what doctor says of the same cases is true. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { journalEvents } from "../helpers/journal.ts";
import { CAN_MOUNT } from "../helpers/machine.ts";
import { root, STARTERS_CASES, writeSettings } from "../helpers/startersCases.ts";
import { newClaude } from "./claude.ts";
import { type MockApi, startMockApi } from "./mockApi.ts";

let api: MockApi;

beforeAll(async () => {
  api = await startMockApi();
});
afterAll(() => api.close());

/** A plugin of a marketplace that is a folder needs no installing. */
async function newWithMarketplace() {
  const claude = newClaude(api);
  const added = await claude.run("plugin", "marketplace", "add", root);
  expect(added).toMatchObject({ status: 0, stderr: "" });
  return claude;
}

describe.each(STARTERS_CASES)("%s", (_name, files, runs) => {
  test(`Claude Code runs the hook ${runs} times`, async ({ skip }) => {
    skip(("managed" in files || "added" in files) && !CAN_MOUNT, "needs the right to mount");
    const claude = await newWithMarketplace();
    const command = writeSettings(files, claude);
    expect(await claude.under(command).run("-p", "hi")).toMatchObject({ status: 0, stdout: "hello\n" });
    expect(journalEvents(claude).filter(({ type }) => type === "session_start")).toHaveLength(runs);
  });
});
