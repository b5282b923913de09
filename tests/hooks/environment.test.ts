/** The session-start hook on machines that lack something, and in projects with odd names. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { answerOf, FIRST_MESSAGE, hookFile, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { HAS_STRACE } from "../helpers/machine.ts";
import { git } from "../helpers/repository.ts";
import { hookEnvOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing, modeOf } from "../helpers/tempDir.ts";

const dist = path.resolve(path.dirname(hookFile("sessionStart")), "..");
const claudeMd = (box: Sandbox) => fs.readFileSync(path.join(box.projectDir, ".claude/CLAUDE.md"), "utf8");
function backendOf(box: Sandbox): string {
  const start = journalEvents(box).find(({ type }) => type === "session_start");
  return (start?.lock as { backend: string } | undefined)?.backend ?? "none";
}

const COMPILE_CACHE = ".compile-cache";
const HAS_COMPILE_CACHE = "enableCompileCache" in module;

/** Copies the plugin, so that nothing is installed near it but what the test puts there. */
function pluginCopy(box: Sandbox, plugin = path.join(path.dirname(box.projectDir), "plugin")): string {
  const isOurs = (file: string) => path.basename(file) !== COMPILE_CACHE;
  fs.cpSync(dist, plugin, { recursive: true, filter: isOurs });
  return plugin;
}

/** Runs a shell command line; `$HOOK` runs the hook. */
function shell(script: string, box: Sandbox, env: NodeJS.ProcessEnv = {}) {
  return spawnSync("/bin/sh", ["-c", script], {
    cwd: box.projectDir,
    input: payload("startup", box),
    encoding: "utf8",
    env: hookEnvOf(box, { NODE: process.execPath, HOOK: hookFile("sessionStart"), ...env }),
  });
}

const canUnshare = spawnSync("unshare", ["-m", "true"]).status === 0;

describe("the hook updates CLAUDE.md", () => {
  const withoutBinding = { PACT_HOOKS_NATIVE: "off" };

  test("the hook works without binding and addon", () => {
    const box = sandbox();
    const env = { PLUGIN: pluginCopy(box), ...withoutBinding };
    answerOf(shell('"$NODE" "$PLUGIN/hooks/sessionStart.mjs"', box, env));
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
    expect(backendOf(box)).toMatch(/^(flock|exlock)$/);
  });

  test("the hook works with an addon that does not load", () => {
    const box = sandbox();
    const plugin = pluginCopy(box);
    const addon = path.join(plugin, "node_modules/fs-ext");
    fs.mkdirSync(addon, { recursive: true });
    fs.writeFileSync(path.join(addon, "package.json"), '{"name":"fs-ext","main":"fs-ext.node"}');
    fs.writeFileSync(path.join(addon, "fs-ext.node"), "built for something else");
    const env = { PLUGIN: plugin, ...withoutBinding };
    const answer = answerOf(shell('"$NODE" "$PLUGIN/hooks/sessionStart.mjs"', box, env));
    expect(answer.systemMessage).toMatch(FIRST_MESSAGE);
    expect(backendOf(box)).toMatch(/^(flock|exlock)$/);
  });

  test.runIf(canUnshare)(
    "the hook fails open and says so when there is no binding, addon or flock program",
    () => {
      const box = sandbox();
      const hidden = ["/usr/bin/flock", "/bin/flock", "/usr/local/bin/flock"].filter((file) =>
        fs.existsSync(file),
      );
      const hide = hidden.map((file) => `mount --bind /dev/null ${file}`).join(" && ");
      const script = `exec unshare -m sh -c '${hide} && exec "$NODE" "$PLUGIN/hooks/sessionStart.mjs"'`;
      const env = { PLUGIN: pluginCopy(box), ...withoutBinding };
      const { systemMessage } = answerOf(shell(script, box, env));
      expect(systemMessage).toContain("without its lock (no_backend)");
      expect(claudeMd(box)).toContain("PACT_MANAGED_START");
      expect(journalEvents(box).filter(({ type }) => type === "lock_fail_open")).toHaveLength(1);
    },
  );

  test.runIf(canUnshare)("the hook works without /proc", () => {
    const box = sandbox();
    answerOf(shell(`exec unshare -m sh -c 'mount -t tmpfs none /proc && exec "$NODE" "$HOOK"'`, box));
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
    expect(journalEvents(box)).toContainEqual(expect.objectContaining({ type: "session_start" }));
  });

  test.each(["v12.22.9", "v18.19.1", "v20.16.0"])(
    "the hook tells which Node it needs when it gets %s",
    (version) => {
      const box = sandbox();
      const pretend = path.join(box.configDir, "..", "pretend.cjs");
      const define = `Object.defineProperty(process, "version", { value: "${version}" });
      Object.defineProperty(process.versions, "node", { value: "${version.slice(1)}" });`;
      fs.writeFileSync(pretend, define);
      const { systemMessage } = answerOf(shell(`exec "$NODE" -r "${pretend}" "$HOOK"`, box));
      expect(systemMessage).toContain(`needs Node 20.17 or later, and node is ${version} here`);
      expect(listing(box.projectDir)).toEqual([]);
    },
  );

  test("the hook writes events to standard error when the home folder cannot be written", () => {
    const box = sandbox();
    const run = shell('"$NODE" "$HOOK"', box, { CLAUDE_CONFIG_DIR: "", HOME: "/dev/null" });
    answerOf(run);
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
    expect(run.stderr).toContain('"type":"session_start"');
  });

  test.each([
    ["an empty PATH", { PATH: "" }],
    ["no PATH", { PATH: undefined }],
    ["a PATH that leads into the project", { PATH: ".:node_modules/.bin" }],
  ])("the hook works with %s, and runs no program of the project", (_name, env) => {
    const box = sandbox();
    const trap = path.join(box.projectDir, "flock");
    fs.writeFileSync(trap, `#!/bin/sh\ntouch ${path.join(box.projectDir, "trapped")}\n`, { mode: 0o755 });
    const { systemMessage } = answerOf(runHook("sessionStart", payload("startup", box), box, env));
    expect(systemMessage).toMatch(FIRST_MESSAGE);
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
    expect(fs.existsSync(path.join(box.projectDir, "trapped"))).toBe(false);
  });

  test.each(["000", "022", "077"])("the hook makes private journals with umask %s", (umask) => {
    const box = sandbox();
    answerOf(shell(`umask ${umask}; "$NODE" "$HOOK"`, box));
    const files = listing(path.join(box.configDir, "pact-sessions"));
    expect(files).toContain("demo");
    for (const name of files) {
      expect([name, fs.statSync(path.join(box.configDir, "pact-sessions", name)).mode & 0o077]).toEqual([
        name,
        0,
      ]);
    }
  });

  test.each([
    ["spaces", "my project"],
    ["quotes", `it's "quoted"`],
    ["a dollar sign and backticks", "$HOME `id` $(id)"],
    ["an emoji", "🚀 projet é"],
    ["a newline", "two\nlines"],
    ["200 characters", "n".repeat(200)],
    ["a marker", "<!-- SESSION_END -->"],
    ["a leading hyphen", "-rf"],
  ])("the hook works in a project folder whose name has %s", (_name, projectName) => {
    const box = sandbox(projectName);
    fs.mkdirSync(path.join(box.projectDir, ".claude"));
    fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.md"), "---\nsessionBlock: true\n---\n");
    const { hookSpecificOutput } = answerOf(runHook("sessionStart", payload("startup", box), box));
    const text = claudeMd(box);
    expect(text.split("\n").filter((line) => line.startsWith("- Session dir: "))).toHaveLength(1);
    expect(text.split("\n").filter((line) => line === "<!-- SESSION_END -->")).toHaveLength(1);
    expect(text.split("\n").filter((line) => line === "lines")).toHaveLength(0);
    expect(hookSpecificOutput?.additionalContext.length).toBeLessThan(2000);
    const again = answerOf(runHook("sessionStart", payload("resume", box), box));
    expect(again.hookSpecificOutput?.additionalContext).toContain("unchanged");
  });
});

test("a session that changes nothing loads no module of Node's that only others need", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const list = path.join(box.configDir, "..", "list.cjs");
  const loaded = path.join(box.configDir, "..", "loaded.json");
  const write = `require("fs").writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(process.moduleLoadList))`;
  fs.writeFileSync(list, `process.on("exit", () => ${write});`);
  answerOf(shell(`exec "$NODE" -r "${list}" "$HOOK"`, box));
  const names = JSON.parse(fs.readFileSync(loaded, "utf8"));
  expect(names).toContain("NativeModule fs");
  const needless = ["os", "child_process", "crypto"].map((name) => `NativeModule ${name}`);
  expect(names.filter((name: string) => needless.includes(name))).toEqual([]);
});

test.runIf(HAS_STRACE)("a session start reads the repository's HEAD once", () => {
  const box = sandbox();
  git(box.projectDir, "init", "-q");
  const log = path.join(box.configDir, "..", "strace.log");
  const under = ["strace", "-f", "-qq", "-o", log, "-e", "trace=openat"];
  answerOf(runHook("sessionStart", payload("startup", box), box));
  answerOf(runHook("sessionStart", payload("resume", box), box, {}, { under }));
  const opened = fs.readFileSync(log, "utf8").split("\n");
  expect(opened.filter((line) => line.includes('/.git/HEAD"'))).toHaveLength(1);
});

describe.runIf(HAS_COMPILE_CACHE)("Node's compile cache", () => {
  /** @param dataFolder makes an installed plugin, and names what CLAUDE_PLUGIN_DATA says */
  const setUp = (dataFolder?: (box: Sandbox) => string) => {
    const box = sandbox();
    const installed = path.join(box.configDir, "plugins/cache/market/pact-hooks/1.0.0");
    const plugin = pluginCopy(box, dataFolder ? installed : undefined);
    const data = dataFolder?.(box);
    const env = data === undefined ? {} : { CLAUDE_PLUGIN_DATA: data };
    const cache = path.join(data ?? plugin, COMPILE_CACHE);
    const run = (source: string, nodeOptions: string[] = []) =>
      spawnSync(process.execPath, [...nodeOptions, path.join(plugin, "hooks/sessionStart.mjs")], {
        cwd: box.projectDir,
        input: payload(source, box),
        encoding: "utf8",
        env: hookEnvOf(box, env),
      });
    const files = () =>
      fs
        .readdirSync(cache, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
    return { box, plugin, cache, run, files };
  };
  const inDataFolder = (box: Sandbox) => path.join(box.configDir, "plugins/data/pact-hooks-market");

  test.each([
    ["the plugin's folder", undefined],
    ["an installed plugin's data folder", inDataFolder],
  ])("the cache lies in %s, only its owner may enter it, and the next session uses it", (_name, folder) => {
    const { box, cache, run, files } = setUp(folder);
    answerOf(run("startup"));
    expect(modeOf(cache)).toBe(0o700);
    const [file = ""] = files();
    const { ino } = fs.statSync(file);
    answerOf(run("resume"));
    expect(files()).toEqual([file]);
    expect(fs.statSync(file).ino).toBe(ino);
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
  });

  test("a data folder that is not Claude Code's is not used: a project's settings can name any", () => {
    for (const folder of ["", "project", "../plugins/data/../../project"]) {
      const { box, plugin, run } = setUp((box) => folder && path.join(box.configDir, folder));
      answerOf(run("startup"));
      expect(listing(plugin)).toContain(COMPILE_CACHE);
      expect(listing(box.configDir).filter((name) => name.startsWith("project"))).toEqual([]);
    }
  });

  test.each([
    ["the plugin's folder", undefined],
    ["an installed plugin's data folder", inDataFolder],
  ])("a session that changes nothing runs from the cache in %s: V8 compiles no function", (_name, folder) => {
    const { box, run } = setUp(folder);
    answerOf(run("startup"));
    const log = path.join(box.configDir, "..", "v8.log");
    const compiledBy = () => {
      answerOf(run("resume", ["--log-function-events", "--no-logfile-per-isolate", `--logfile=${log}`]));
      const rows = fs.readFileSync(log, "utf8").split("\n");
      const id = rows
        .map((row) => /^script-details,(\d+),.*\/sessionStart\.bundle\.cjs,/.exec(row)?.[1])
        .find(Boolean);
      return rows.filter((row) => row.startsWith(`function,interpreter,${id},`)).length;
    };
    // With these options, Node has a cache of its own.
    expect(compiledBy()).toBeGreaterThan(0);
    expect(compiledBy()).toBe(0);
  });

  test.each([
    ["is truncated", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["is empty", () => Buffer.alloc(0)],
    ["has flipped bits", (bytes: Buffer) => bytes.map((byte, at) => (at > 200 ? byte ^ 0x10 : byte))],
  ])("a cache file that %s is ignored", (_what, damage) => {
    const { run, files } = setUp();
    answerOf(run("startup"));
    for (const file of files()) fs.writeFileSync(file, damage(fs.readFileSync(file)));
    const { hookSpecificOutput } = answerOf(run("resume"));
    expect(hookSpecificOutput?.additionalContext).toContain("unchanged");
  });

  test("the hook works when the cache cannot be written", () => {
    const { box, cache, run } = setUp();
    fs.writeFileSync(cache, "in the way");
    answerOf(run("startup"));
    expect(claudeMd(box)).toContain("PACT_MANAGED_START");
    expect(fs.readFileSync(cache, "utf8")).toBe("in the way");
  });
});
