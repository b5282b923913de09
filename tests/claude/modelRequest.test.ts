/** What the model is told of sessions: its own, and at most the one before it. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { git, repository, untracked } from "../helpers/repository.ts";
import { type Claude, newClaude } from "./claude.ts";
import { type MockApi, startMockApi } from "./mockApi.ts";
import { type ModelRequest, requestsDuring } from "./modelRequest.ts";
import { withPlugin } from "./plugin.ts";

let api: MockApi;

beforeAll(async () => {
  api = await startMockApi();
});
afterAll(() => api.close());

/** Runs `action`, during which Claude Code asks the model once, and returns that request. */
async function requestOf(action: () => Promise<unknown>): Promise<ModelRequest> {
  const requests = await requestsDuring(api, action);
  expect(requests).toHaveLength(1);
  return requests[0] as ModelRequest;
}

async function ask(claude: Claude, ...args: string[]): Promise<ModelRequest> {
  return requestOf(async () => {
    expect(await claude.run(...withPlugin(...args))).toMatchObject({ status: 0, stderr: "" });
  });
}

/** The lines of one session's context that name a session. */
function contextOf(claude: Claude, id: string, previous?: string): string[] {
  const folder = path.join(claude.configDir, "pact-sessions/demo");
  const lines = [
    `SessionStart hook additional context: PACT session ${id}, team session-${id.slice(0, 8)}`,
    `- Resume: claude --resume ${id}`,
    `- Session folder: ${folder}/${id} (journal: session-journal.jsonl)`,
  ];
  return previous
    ? [...lines, `- Previous session's journal: ${folder}/${previous}/session-journal.jsonl`]
    : lines;
}

const FORKED = "- Forked: a PACT session named earlier in this conversation is not this one";
const routingTitles = ({ lines }: ModelRequest) => lines.filter((line) => line === "## PACT Routing");

test("a first session with -p is told its own id, and the routing text once", async () => {
  const claude = newClaude(api);
  const request = await ask(claude, "-p", "hi");
  expect(request.sessionLines).toEqual(contextOf(claude, request.sessionId));
  expect(routingTitles(request)).toHaveLength(1);
});

test("a second session with -p is told its own id, and the first one's only as the previous", async () => {
  const claude = newClaude(api);
  const first = await ask(claude, "-p", "hi");
  const second = await ask(claude, "-p", "hi");
  expect(second.sessionId).not.toBe(first.sessionId);
  expect(second.sessionLines).toEqual(contextOf(claude, second.sessionId, first.sessionId));
  expect(routingTitles(second)).toHaveLength(1);
});

test("two sessions that stay open are each told only their own id", async () => {
  const claude = newClaude(api);
  const one = claude.open(...withPlugin());
  const first = await requestOf(() => one.ask("hi"));
  const two = claude.open(...withPlugin());
  const beside = await requestOf(() => two.ask("hi"));
  const again = [await requestOf(() => one.ask("more")), await requestOf(() => two.ask("more"))];
  expect(again.map(({ sessionId }) => sessionId)).toEqual([first.sessionId, beside.sessionId]);
  for (const request of [first, beside, ...again]) {
    expect(request.sessionLines).toEqual(contextOf(claude, request.sessionId));
  }
  for (const session of [one, two]) expect(await session.end()).toMatchObject({ status: 0, stderr: "" });
});

test("a session that is compacted beside a later one is told only its own id", async () => {
  const claude = newClaude(api);
  const one = claude.open(...withPlugin());
  const first = await requestOf(() => one.ask("hi"));
  await ask(claude, "-p", "hi");
  await one.ask("/compact");
  const after = await requestOf(() => one.ask("more"));
  const transcript = expect.stringContaining(`/${first.sessionId}.jsonl`);
  expect(after.sessionLines).toEqual([transcript, ...contextOf(claude, first.sessionId)]);
  expect(routingTitles(after)).toHaveLength(1);
});

test("a session after /clear is told its new id, and the old one only as the previous", async () => {
  const claude = newClaude(api);
  const session = claude.open(...withPlugin());
  const before = await requestOf(() => session.ask("hi"));
  await session.ask("/clear");
  const after = await requestOf(() => session.ask("hi"));
  expect(after.sessionId).not.toBe(before.sessionId);
  expect(after.sessionLines).toEqual(contextOf(claude, after.sessionId, before.sessionId));
});

test("a session that is resumed after a later one is told only its own id", async () => {
  const claude = newClaude(api);
  const first = await ask(claude, "-p", "hi");
  await ask(claude, "-p", "hi");
  const resumed = await ask(claude, "--resume", first.sessionId, "-p", "more");
  expect(resumed.sessionId).toBe(first.sessionId);
  const context = contextOf(claude, first.sessionId);
  expect(resumed.sessionLines).toEqual([...context, ...context]);
});

test("a fork is told its own id last, and that ids in the conversation it took over are not its own", async () => {
  const claude = newClaude(api);
  const one = claude.open(...withPlugin());
  const parent = await requestOf(() => one.ask("hi"));
  const fork = await ask(claude, "--resume", parent.sessionId, "--fork-session", "-p", "other");
  expect(fork.sessionId).not.toBe(parent.sessionId);
  expect(fork.sessionLines).toEqual([
    ...contextOf(claude, parent.sessionId),
    ...contextOf(claude, fork.sessionId),
  ]);
  expect(fork.lines.filter((line) => line === FORKED)).toHaveLength(1);
  const again = await requestOf(() => one.ask("more"));
  expect(again.sessionLines).toEqual(contextOf(claude, parent.sessionId));
});

test("a session in a linked work tree is told its own id, and that of the main one only as the previous", async () => {
  const main = newClaude(api);
  repository(main.projectDir);
  fs.writeFileSync(path.join(main.projectDir, "CLAUDE.md"), "# mine\n");
  const first = await ask(main, "-p", "hi");
  git(main.projectDir, "add", "-A");
  git(main.projectDir, "commit", "-qm", "the block");
  const linked = main.inFolder(path.join(path.dirname(main.projectDir), "linked"));
  git(main.projectDir, "worktree", "add", "-q", linked.projectDir);
  const second = await ask(linked, "-p", "hi");
  expect(second.sessionLines).toEqual(contextOf(main, second.sessionId, first.sessionId));
  const resumed = await ask(main, "--resume", first.sessionId, "-p", "more");
  const context = contextOf(main, first.sessionId);
  expect(resumed.sessionLines).toEqual([...context, ...context]);
  expect([untracked(main.projectDir), untracked(linked.projectDir)]).toEqual([[], []]);
});
