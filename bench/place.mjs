/** Temporary folders, projects, and an installed plugin, for the measurements. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hookEnvOf } from "../tests/helpers/sandboxEnv.mjs";
import { timeMs } from "./stats.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folders = [];

export function tempDir(parent = os.tmpdir()) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(parent, "pact-hooks-bench-")));
  folders.push(dir);
  return dir;
}

process.on("exit", () => {
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** Copies the plugin, with nothing beside it. */
export function installPlugin() {
  const plugin = path.join(tempDir(), "plugin");
  const isOurs = (file) => path.basename(file) !== ".compile-cache";
  fs.cpSync(path.join(root, "dist"), plugin, { recursive: true, filter: isOurs });
  return plugin;
}

/** Makes a project in a repository, with a CLAUDE.md of an ordinary size, and names its configuration folder. */
export function newProject(text = ordinaryText()) {
  const dir = tempDir();
  const projectDir = path.join(dir, "project");
  // As much of a repository as a session reads.
  const folders = [".claude", ".git/info", ".git/objects", ".git/refs"].map((name) =>
    path.join(projectDir, name),
  );
  for (const folder of [...folders, path.join(dir, "tmp")]) fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(projectDir, ".git/HEAD"), "ref: refs/heads/main\n");
  if (text !== null) fs.writeFileSync(path.join(projectDir, ".claude/CLAUDE.md"), text);
  return { projectDir, configDir: path.join(dir, "config") };
}

function ordinaryText() {
  return `# A project\n\n${"- a line about how things are done here\n".repeat(100)}`;
}

export function payload({ projectDir }, sessionId, event = "SessionStart") {
  const more = event === "SessionStart" ? { source: "startup" } : { reason: "other" };
  return `${JSON.stringify({ session_id: sessionId, cwd: projectDir, hook_event_name: event, ...more })}\n`;
}

/** Milliseconds that a process takes from its start to its end, in the environment of a hook. */
export function timeProcess(program, args, place, input, env = {}) {
  const options = {
    cwd: place.projectDir,
    env: hookEnvOf(place, env),
    input,
    stdio: ["pipe", "ignore", "inherit"],
  };
  let result;
  const tookMs = timeMs(() => {
    result = spawnSync(program, args, options);
  });
  if (result.status !== 0) throw new Error(`${args.join(" ")} ended with ${result.status ?? result.signal}`);
  return tookMs;
}
