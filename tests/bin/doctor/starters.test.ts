/** What doctor says about whether Claude Code will run the hook. The same cases are put to the real one (tests/claude). */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { run } from "../../helpers/commandLine.ts";
import { CAN_MOUNT } from "../../helpers/machine.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { PLUGIN, root, STARTERS_CASES, writeSettings } from "../../helpers/startersCases.ts";

let box: Sandbox;

beforeEach(() => {
  box = sandbox();
  write("known_marketplaces.json", { "pact-hooks": { source: { source: "directory", path: root } } });
});

/** One of the lists that Claude Code keeps of plugins. */
function write(name: string, value: object): void {
  const file = path.join(box.configDir, "plugins", name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value));
}

function doctor(under: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout } = run(["doctor", "--json"], box, { under, env });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const all = findings.filter(({ check }) => check === "plugin");
  return { status, all, problems: all.filter(({ level }) => level === "problem") };
}

describe.each(STARTERS_CASES)("%s", (_name, files, runs, said) => {
  test(`the hook runs ${runs} times`, ({ skip }) => {
    skip(("managed" in files || "added" in files) && !CAN_MOUNT, "needs the right to mount");
    const { status, all, problems } = doctor(writeSettings(files, box));
    expect(problems.map(({ message }) => message)).toEqual(said ? [expect.stringMatching(said)] : []);
    for (const { advice } of problems) expect(advice).toMatch(/^\S.*\.|^Run: |^Ask /);
    expect(all.filter(({ level }) => level === "ok").length > 0).toBe(runs > 0);
    expect(status).toBe(said ? 1 : 0);
  });
});

test("a plugin that no settings file mentions, and one that is only turned off, are notes", () => {
  expect(doctor().all).toMatchObject([
    { level: "note", message: "not enabled in any settings file of Claude Code" },
  ]);
  writeSettings({ local: { enabledPlugins: { [PLUGIN]: false } } }, box);
  expect(doctor().all).toMatchObject([
    { level: "note", message: expect.stringMatching(/local\.json turns the plugin off/) },
  ]);
});

test("a settings file that is not JSON, which Claude Code ignores, is a problem", () => {
  writeSettings({ user: { enabledPlugins: { [PLUGIN]: true } }, local: {} }, box);
  fs.writeFileSync(path.join(box.projectDir, ".claude/settings.local.json"), "{ // mine\n}");
  const [found, ...more] = doctor().problems;
  expect(found?.message).toMatch(
    /settings\.local\.json is not valid JSON, so Claude Code ignores all of it: /,
  );
  expect(more).toEqual([]);
});

describe("a hook whose file is gone", () => {
  const enabled = { user: { enabledPlugins: { [PLUGIN]: true } } };

  test("in a settings file", () => {
    const gone = path.join(box.projectDir, "pact-hooks");
    const text = JSON.stringify({
      hooks: {
        SessionStart: [
          { hooks: [{ type: "command", command: "node", args: [`${gone}/hooks/sessionStart.cjs`] }] },
        ],
      },
    });
    writeSettings({ local: JSON.parse(text) }, box);
    expect(doctor().problems).toMatchObject([
      {
        message: expect.stringMatching(/local\.json runs a hook that is gone: \S+sessionStart\.cjs$/),
        advice: expect.stringContaining("pact-hooks install"),
      },
    ]);
  });

  test("is looked for in the project, where its path says so", () => {
    const PATHS = ["\x24{CLAUDE_PROJECT_DIR}/pact-hooks", "./pact-hooks"];
    const problemsWith = (root: string) => {
      const handler = { type: "command", command: "node", args: [`${root}/hooks/sessionStart.cjs`] };
      writeSettings({ local: { hooks: { SessionStart: [{ hooks: [handler] }] } } }, box);
      return doctor().problems.length;
    };
    expect(PATHS.map(problemsWith)).toEqual([1, 1]);
    const script = path.join(box.projectDir, "pact-hooks/hooks/sessionStart.cjs");
    fs.mkdirSync(path.dirname(script), { recursive: true });
    fs.writeFileSync(script, "");
    expect(PATHS.map(problemsWith)).toEqual([0, 0]);
  });

  test("in a marketplace that is a folder", () => {
    write("known_marketplaces.json", { "pact-hooks": { source: { source: "directory", path: "/gone" } } });
    writeSettings(enabled, box);
    expect(doctor().problems).toMatchObject([
      { message: expect.stringContaining(`enables ${PLUGIN}, which is not installed here`) },
    ]);
  });

  test("in the copy that Claude Code has installed", () => {
    const copy = path.join(box.configDir, "plugins/cache/0.1.0");
    const script = path.join(copy, "hooks/sessionStart.cjs");
    write("known_marketplaces.json", { "pact-hooks": { source: { source: "github", repo: "a/b" } } });
    writeSettings(enabled, box);
    expect(doctor().problems[0]?.message).toContain("which is not installed here");
    const install = (entry: object) =>
      write("installed_plugins.json", { version: 2, plugins: { [PLUGIN]: [entry] } });
    install({ scope: "project", projectPath: "/another", installPath: copy });
    expect(doctor().problems[0]?.message).toContain("which is not installed here");
    install({ scope: "user", installPath: copy });
    expect(doctor().problems[0]?.message).toBe(`${PLUGIN} lacks its hook: ${script} is gone`);
    fs.mkdirSync(path.dirname(script), { recursive: true });
    fs.writeFileSync(script, "");
    expect(doctor().problems).toEqual([]);
    install({ scope: "local", projectPath: box.projectDir, installPath: copy });
    expect(doctor().problems).toEqual([]);
  });

  test.each([
    "null",
    "[]",
    "{",
    '{"plugins": 5}',
    `{"plugins": {"${PLUGIN}": [null, 5]}}`,
    `{"pact-hooks": null}`,
  ])("lists of Claude Code that hold %s are no plugin", (text) => {
    for (const name of ["known_marketplaces.json", "installed_plugins.json"]) {
      write(name, {});
      fs.writeFileSync(path.join(box.configDir, "plugins", name), text);
    }
    writeSettings(enabled, box);
    expect(doctor().problems).toMatchObject([{ message: expect.stringContaining("not installed here") }]);
  });
});
