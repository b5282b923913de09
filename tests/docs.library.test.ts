/** Runs the code of docs/library.md as its reader does: a plugin and a shell beside the built package. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import * as library from "../shared/index.ts";
import { start, startProgram } from "./helpers/child.ts";
import { payload } from "./helpers/hookProcess.ts";
import { HAS_FLOCK_PROGRAM } from "./helpers/machine.ts";
import { envOf, hookEnvOf, type Sandbox, sandbox } from "./helpers/sandbox.ts";
import { entriesOf } from "./helpers/tempDir.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = fs.readFileSync(path.join(root, "docs/library.md"), "utf8");
const BLOCK = "<!-- BEGIN:mine -->\nRun `make check` before each commit.\n<!-- END:mine -->";

/** The only code block in a language that has these words. */
function code(language: string, words: string): string {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const [found, ...more] = blocks.filter(([, name, text]) => name === language && text?.includes(words));
  expect([found, more]).toEqual([expect.anything(), []]);
  return found?.[2] ?? "";
}

let box: Sandbox;
let plugin: string;
let file: string;
const read = () => fs.readFileSync(file, "utf8");

beforeEach(() => {
  box = sandbox("project");
  file = path.join(box.projectDir, "AGENTS.md");
  plugin = path.join(path.dirname(box.projectDir), "my-plugin");
  fs.cpSync(path.join(root, "dist"), path.join(plugin, "node_modules/pact-hooks"), { recursive: true });
  fs.mkdirSync(path.join(plugin, "hooks"));
});

/** Runs a script that lies in the plugin. */
function runScript(text: string, env = envOf(box)) {
  const script = path.join(plugin, "hooks/keepBlock.mjs");
  fs.writeFileSync(script, text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    ...{ cwd: box.projectDir, env, encoding: "utf8", input: payload("startup", box) },
  });
  return { status, stdout, stderr };
}

const shellEnv = () => envOf(box, { PATH: `${root}/dist/bin:${process.env.PATH}` });

function runShell(text: string) {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", text], {
    ...{ cwd: box.projectDir, env: shellEnv(), encoding: "utf8" },
  });
  return { status, stdout, stderr };
}

test("every code block is one that these tests run", () => {
  const languages = [...page.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
  expect(languages.sort()).toEqual(["js", "js", "js", "js", "json", "sh", "sh", "sh"]);
  expect(code("sh", "npm install pact-hooks")).toMatch(/^npm install pact-hooks .*\n$/);
});

test("the calls are exported", () => {
  const calls = [...page.matchAll(/`((?:update|remove|with)[A-Z]\w+)`/g)].map(([, name = ""]) => name);
  expect(new Set(calls)).toEqual(new Set(["updateBlock", "removeBlock", "updateFile", "withFileLock"]));
  for (const call of calls) expect(library).toHaveProperty(call);
});

test("the block is set and removed, and what is refused is said", () => {
  fs.writeFileSync(file, "# Team");
  const example = code("js", "removeBlock(");
  expect(runScript(example.replace(/^removeBlock.*/m, ""))).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(read()).toBe(`# Team\n\n${BLOCK}`);
  expect(runScript(example)).toMatchObject({ status: 0, stderr: "" });
  expect(read()).toBe("# Team");
  fs.writeFileSync(file, Buffer.from([0xff]));
  expect(runScript(example)).toMatchObject({ status: 0, stderr: expect.stringContaining("is not UTF-8") });
});

describe("the plugin", () => {
  const hook = code("js", "systemMessage");
  /** Runs the hook as hooks.json says. */
  const runHook = () => {
    const { hooks } = JSON.parse(code("json", "SessionStart"));
    const [{ command, args }] = hooks.SessionStart[0].hooks;
    expect([command, args]).toEqual(["node", ["\x24{CLAUDE_PLUGIN_ROOT}/hooks/keepBlock.mjs"]]);
    const { status, stdout, stderr } = runScript(hook, hookEnvOf(box, { CLAUDE_CODE_SESSION_ID: "s-1" }));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return JSON.parse(stdout);
  };

  test("has a hook of ten lines", () => {
    expect(hook.trim().split("\n").length).toBeLessThanOrEqual(10);
  });

  test("keeps its block, and answers with one JSON object", () => {
    expect(runHook()).toEqual({});
    expect(read()).toBe(`${BLOCK}\n`);
    fs.utimesSync(file, 0, 0);
    expect(runHook()).toEqual({});
    expect(fs.statSync(file).mtimeMs).toBe(0);
  });

  test("says why it cannot, and journals it in the session's journal", () => {
    fs.writeFileSync(file, "<<<<<<< a\n=======\n>>>>>>> b\n");
    expect(runHook().systemMessage).toMatch(/^mine: .*unresolved merge conflict in lines 1 to 3/);
    const journal = path.join(box.configDir, "pact-sessions/project/s-1/session-journal.jsonl");
    expect(JSON.parse(fs.readFileSync(journal, "utf8"))).toMatchObject({
      type: "write_refused",
      hook: "mine",
    });
  });
});

test("the shell sets and removes the block", () => {
  const example = code("sh", "block set");
  const [set = ""] = example.split("pact-hooks block remove");
  expect(runShell(set)).toMatchObject({ status: 0, stderr: "" });
  expect(read()).toBe(`${BLOCK}\n`);
  expect(runShell(example)).toMatchObject({ status: 0, stderr: "" });
  expect(entriesOf(box.projectDir)).toEqual([]);
});

test("updateFile changes a text, and creates none", () => {
  const example = code("js", "CHANGELOG.md");
  expect(runScript(example)).toMatchObject({ status: 0, stderr: "" });
  expect(entriesOf(box.projectDir)).toEqual([]);
  const changelog = path.join(box.projectDir, "CHANGELOG.md");
  fs.writeFileSync(changelog, "# Changes\n\n## Unreleased\n");
  expect(runScript(example)).toMatchObject({ status: 0, stderr: "" });
  expect(fs.readFileSync(changelog, "utf8")).toBe("# Changes\n\n## Unreleased\n\n- One more line.\n");
});

test("withFileLock counts under the lock", () => {
  const counter = path.join(box.projectDir, "counter.txt");
  fs.writeFileSync(counter, "41");
  expect(runScript(code("js", "withFileLock"))).toMatchObject({ status: 0, stderr: "" });
  expect(fs.readFileSync(counter, "utf8")).toBe("42");
});

describe.skipIf(!HAS_FLOCK_PROGRAM)("a shell script that takes the flock (needs the flock program)", () => {
  const script = code("sh", "flock -w");

  test("does not write while another process holds the lock", async () => {
    fs.writeFileSync(file, "# Team\n");
    const holder = startProgram("holdLock", { target: file, hold: true, options: {} }, { env: homeOf(box) });
    await holder.message("entered");
    const impatient = script.replace("-w 5", "-w 0");
    expect(runShell(impatient)).toMatchObject({ status: 1, stderr: "AGENTS.md is locked; try again\n" });
    holder.end();
    await holder.exited;
    expect(runShell(impatient)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(read()).toBe("# Team\n- One more line.\n");
  });

  test("takes turns with writers of this package, and neither loses a change", async () => {
    fs.writeFileSync(file, "# Team\n");
    const tools = ["one", "two"].map((name) => ({
      start: `<!-- ${name} -->`,
      end: `<!-- /${name} -->`,
      body: name,
    }));
    const writers = tools.map((block) =>
      startProgram("updateBlocks", { target: file, block, times: 20 }, { env: homeOf(box) }),
    );
    for (const writer of writers) await writer.message("ready");
    const loop = `for i in $(seq 20); do (${script}) || exit; done`;
    const shell = start("sh", ["-c", loop], { cwd: box.projectDir });
    for (const writer of writers) writer.end();
    expect(await shell.exited).toEqual({ code: 0, signal: null });
    for (const writer of writers) {
      expect(await writer.message("outcomes")).toEqual(Array(20).fill("written"));
    }
    const lines = read().split("\n");
    expect(lines.filter((line) => line === "- One more line.")).toHaveLength(20);
    for (const { start, end, body } of tools) {
      expect(lines.slice(lines.indexOf(start), lines.indexOf(end) + 1)).toEqual([start, `${body} 20`, end]);
    }
  }, 60_000);
});

/** Journals go to the sandbox. */
const homeOf = ({ configDir }: Sandbox) => ({ CLAUDE_CONFIG_DIR: configDir });
