/** Writers and appenders as processes, and what they leave. */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The writers and appenders of a scenario; `add` starts another writer. */
export function startCrowd(
  { writers, backends, appenders = 0, pauseMs = 0, options = {} },
  { dir, target, stop },
) {
  const crowd = { all: [], killed: 0, suspended: 0, failed: [], errors: "" };
  const start = (program, name, backend, more) => {
    const params = { target, name, stop, notes: path.join(dir, "notes", name), ...more };
    const env = { ...process.env, PACT_HOOKS_FLOCK: backend, CLAUDE_CONFIG_DIR: path.join(dir, "config") };
    const args = [path.join(here, `${program}.mjs`), JSON.stringify(params)];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (text) => {
      crowd.errors += text;
    });
    const member = { child, program, running: true };
    member.ended = new Promise((resolve) => {
      child.on("close", (code, signal) => {
        member.running = false;
        if (code !== 0 && signal !== "SIGKILL") crowd.failed.push(`${name} ended with ${code ?? signal}`);
        resolve();
      });
    });
    crowd.all.push(member);
  };
  crowd.add = () => {
    const number = crowd.all.length;
    start("writer", `writer${number}`, backends[number % backends.length], { options, pauseMs });
  };
  for (let i = 0; i < writers; i++) crowd.add();
  for (let i = 0; i < appenders; i++) start("appender", `appender${i}`, "");
  crowd.isReady = async () => {
    const members = crowd.all.length;
    while (fs.readdirSync(path.join(dir, "notes")).length < members && crowd.failed.length === 0)
      await setTimeout(5);
  };
  return crowd;
}

/** The process that has left its record in the sidecar. */
export function holderOf(sidecar) {
  try {
    return JSON.parse(fs.readFileSync(sidecar, "utf8")).pid;
  } catch {
    return undefined;
  }
}

/** The next run, with nothing to do but to remove what the killed have left. */
export function sweepUp(target) {
  const args = [path.join(here, "../helpers/update.mjs"), JSON.stringify({ target, line: "" })];
  spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** All lines of all files below a folder. */
export function linesIn(dir) {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => linesOf(path.join(entry.parentPath, entry.name)));
}

/** Whole lines only: a writer that is killed may leave half of one. */
export function linesOf(file) {
  return fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
}
