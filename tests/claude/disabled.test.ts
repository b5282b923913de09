/** `enabled: false`: neither the project nor the model notices the plugin. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PERSONAL_FILE, TEAM_FILE } from "../../shared/settings.ts";
import { git, repository } from "../helpers/repository.ts";
import { listing } from "../helpers/tempDir.ts";
import { type Claude, newClaude } from "./claude.ts";
import { type MockApi, startMockApi } from "./mockApi.ts";
import { requestsDuring } from "./modelRequest.ts";
import { withPlugin } from "./plugin.ts";

let api: MockApi;

beforeAll(async () => {
  api = await startMockApi();
});
afterAll(() => api.close());

/** Claude Code lists a plugin's commands to the model, whatever the hooks do. */
const COMMANDS = /^- pact-hooks:/;

function put(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** A linked work tree, which has nothing but the committed files, and its main one. */
function newWorkTrees() {
  const main = newClaude(api);
  put(path.join(repository(main.projectDir), "CLAUDE.md"), "# mine\n");
  git(main.projectDir, "add", "-A");
  git(main.projectDir, "commit", "-qm", "mine");
  const linked = main.inFolder(path.join(path.dirname(main.projectDir), "linked"));
  git(main.projectDir, "worktree", "add", "-q", linked.projectDir);
  return { main, linked };
}

/** Asks twice, in a new session and in the same one resumed, and returns the lines that the model is sent. */
async function linesOf(claude: Claude, pluginArgs: string[]): Promise<string[][]> {
  const ask = (...args: string[]) =>
    requestsDuring(api, async () => {
      expect(await claude.run(...pluginArgs, ...args)).toMatchObject({ status: 0, stderr: "" });
    });
  const first = await ask("-p", "hi");
  const resumed = await ask("--resume", String(first[0]?.sessionId), "-p", "more");
  return [...first, ...resumed].map(({ lines }) => lines.filter((line) => !COMMANDS.test(line)));
}

test.each<[string, (main: Claude, linked: Claude) => string]>([
  ["the team's file", (_main, { projectDir }) => path.join(projectDir, TEAM_FILE)],
  ["the personal file", (_main, { projectDir }) => path.join(projectDir, PERSONAL_FILE)],
  ["the personal file of the main work tree", ({ projectDir }) => path.join(projectDir, PERSONAL_FILE)],
  ["the user's own file", ({ configDir }) => path.join(configDir, "pact-hooks.local.md")],
])("with enabled: false in %s, no file is changed and the model is sent nothing", async (_place, fileIn) => {
  const { main, linked } = newWorkTrees();
  put(fileIn(main, linked), "---\nenabled: false\n---\n\nWords for the model.\n");
  const own = path.join(main.configDir, "CLAUDE.md");
  put(own, "# My own\n<!-- PACT_START: old -->\nold\n<!-- PACT_END -->\n");
  const lookAt = () => ({
    own: fs.readFileSync(own, "utf8"),
    files: [main, linked].map(({ projectDir }) => listing(projectDir)),
    status: [main, linked].map(({ projectDir }) => git(projectDir, "status", "--porcelain", "-uall")),
  });
  const before = lookAt();
  const without = await linesOf(linked, []);
  expect(await linesOf(linked, withPlugin())).toEqual(without);
  expect(lookAt()).toEqual(before);
});
