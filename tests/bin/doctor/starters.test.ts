/** What doctor says about whether Claude Code will run the hook. The same cases are put to the real one (tests/claude). */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { run } from "../../helpers/commandLine.ts";
import { CAN_MOUNT, injecting } from "../../helpers/machine.ts";
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
    const isAdministrators = said && /managed-settings/.test(problems[0]?.message ?? "");
    const isPluginOnly = /plugins only/.test(problems[0]?.message ?? "");
    for (const { advice } of problems) {
      expect(advice).toMatch(
        isAdministrators && !isPluginOnly ? /^Ask your administrator/ : /^(?:Run|Remove|Keep) ?/,
      );
    }
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

const enabled = { enabledPlugins: { [PLUGIN]: true } };

test.each([
  ["{ // mine\n}", /JSON/],
  ["null", /it does not hold an object/],
  ["[]", /it does not hold an object/],
  ['{"disableAllHooks": null}', /disableAllHooks must be true or false/],
  ['{"enabledPlugins": 5}', /enabledPlugins must say true or false for each plugin/],
  ['{"enabledPlugins": {"x@y": "yes"}}', /enabledPlugins must say true or false for each plugin/],
])("a settings file that holds %s, which Claude Code ignores, is a problem", (text, why) => {
  writeSettings({ user: enabled, local: {} }, box);
  fs.writeFileSync(path.join(box.projectDir, ".claude/settings.local.json"), text);
  const { all, problems } = doctor();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toMatch(
    /settings\.local\.json is not valid, so Claude Code ignores all of it: /,
  );
  expect(problems[0]?.message).toMatch(why);
  expect(all).toContainEqual(expect.objectContaining({ level: "ok" }));
});

test("nothing counts of a settings file with one value of a wrong type", () => {
  writeSettings({ user: { ...enabled, disableAllHooks: "no" } }, box);
  expect(doctor().all.map(({ level }) => level)).toEqual(["problem", "note"]);
});

test("a managed settings file that is not valid keeps Claude Code from starting, but one value does not", ({
  skip,
}) => {
  skip(!CAN_MOUNT, "needs the right to mount");
  const broken = writeSettings({ user: enabled, managed: [] }, box);
  expect(doctor(broken).problems.map(({ message }) => message)).toEqual([
    "/etc/claude-code/managed-settings.json is not valid, so Claude Code does not start: it does not hold an object",
  ]);
  expect(doctor(writeSettings({ managed: { disableAllHooks: "yes" } }, box)).problems).toEqual([]);
});

describe("a hook whose file is gone", () => {
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
    writeSettings({ user: enabled }, box);
    expect(doctor().problems).toMatchObject([
      { message: expect.stringContaining(`enables ${PLUGIN}, which is not installed here`) },
    ]);
  });

  test("in the copy that Claude Code has installed", () => {
    const copy = path.join(box.configDir, "plugins/cache/0.1.0");
    const script = path.join(copy, "hooks/sessionStart.cjs");
    write("known_marketplaces.json", { "pact-hooks": { source: { source: "github", repo: "a/b" } } });
    writeSettings({ user: enabled }, box);
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
    writeSettings({ user: enabled }, box);
    expect(doctor().problems).toMatchObject([{ message: expect.stringContaining("not installed here") }]);
  });
});

test("settings and a hook that cannot be read are named, and not taken for none", (context) => {
  const user = path.join(box.configDir, "settings.json");
  const script = path.join(root, "dist/hooks/sessionStart.cjs");
  writeSettings({ user: { enabledPlugins: { [PLUGIN]: true } } }, box);
  expect(doctor(injecting(context, "openat:error=EACCES", undefined, user)).problems).toMatchObject([
    { message: `${user} cannot be read (EACCES: permission denied)`, advice: "Make it readable for you." },
  ]);
  expect(
    doctor(injecting(context, "?access,?faccessat2:error=EACCES", undefined, script)).problems,
  ).toMatchObject([
    { message: `${user} runs a hook that cannot be read (EACCES: permission denied): ${script}` },
  ]);
});
