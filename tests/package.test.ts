/** Tests that dist/ is a whole plugin, which runs with nothing else installed. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FIRST_MESSAGE, payload } from "./helpers/hookProcess.ts";
import { hookEnvOf, sandbox } from "./helpers/sandbox.ts";
import { listing } from "./helpers/tempDir.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const json = (file: string) => JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));

test("dist is a whole plugin, is small, and has neither a lockfile nor anything to install", () => {
  const files = listing(dist).filter(
    (name) => fs.statSync(path.join(dist, name)).isFile() && !name.startsWith(".compile-cache"),
  );
  expect(files).toContain(".claude-plugin/plugin.json");
  expect(files).toContain("hooks/hooks.json");
  expect(
    files.filter((name) => /package-lock|shrinkwrap|yarn\.lock|pnpm-lock|node_modules/.test(name)),
  ).toEqual([]);
  const bytes = files.reduce((sum, name) => sum + fs.statSync(path.join(dist, name)).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
  expect(json("dist/package.json").dependencies).toBeUndefined();
});

test("dist/bin, which Claude Code puts on PATH, holds the command only, once for each kind of shell; what it loads lies in dist/cli", () => {
  expect(listing(path.join(dist, "bin"))).toEqual(["pact-hooks", "pact-hooks.cmd"]);
  expect(fs.readFileSync(path.join(dist, "bin/pact-hooks.cmd"), "utf8")).toBe(
    '@node "%~dp0pact-hooks" %*\r\n',
  );
  const commands = ["audit", "block", "doctor", "install", "journal", "restore", "try", "uninstall"];
  expect(listing(path.join(dist, "cli"))).toEqual(
    [...commands, "pact-hooks"].map((name) => `${name}.mjs`).sort(),
  );
});

test("every hook that hooks.json names exists", () => {
  const { hooks } = json("dist/hooks/hooks.json");
  expect(Object.keys(hooks)).toEqual(["SessionStart", "SessionEnd"]);
  for (const { hooks: commands } of Object.values<{ hooks: { args: string[] }[] }[]>(hooks).flat()) {
    for (const { args } of commands) {
      const file = args[0]?.replace(/^\$\{CLAUDE_PLUGIN_ROOT\}/, dist) ?? "";
      expect(fs.existsSync(file)).toBe(true);
    }
  }
});

test("only package.json states the version", () => {
  expect(json("plugin.json").version).toBeUndefined();
  expect(json("dist/.claude-plugin/plugin.json").version).toBe(json("package.json").version);
  expect(json("dist/package.json").version).toBe(json("package.json").version);
});

test("the plugin runs from a folder of its own, with nothing installed near it", () => {
  const box = sandbox();
  const plugin = path.join(path.dirname(box.projectDir), "plugin with a space");
  fs.cpSync(dist, plugin, { recursive: true });
  const file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "---\ntitle: front matter needs the bundled parser\n---\nmine\n");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(plugin, "hooks/sessionStart.mjs")],
    {
      cwd: box.projectDir,
      input: payload("startup", box),
      encoding: "utf8",
      env: hookEnvOf(box),
    },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(JSON.parse(stdout).systemMessage).toMatch(FIRST_MESSAGE);
  expect(fs.readFileSync(file, "utf8")).toContain("PACT_MANAGED_START");
  // The command line finds the hook, the bundled parser and the plugin's folder from there, too.
  const command = (...args: string[]) =>
    spawnSync(path.join(plugin, "bin/pact-hooks"), args, {
      cwd: box.projectDir,
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: box.configDir },
    });
  expect(command("try")).toMatchObject({ status: 0, stderr: "" });
  const settings = path.join(box.projectDir, ".claude/pact-hooks.local.md");
  fs.mkdirSync(path.dirname(settings), { recursive: true });
  fs.writeFileSync(settings, "---\ncolour: red\n---\n");
  expect(command("doctor").stdout).toContain("line 2: unknown setting");
  expect(command("install", "--dry-run").stdout).toContain(`${plugin}/hooks/sessionStart.cjs`);
});
