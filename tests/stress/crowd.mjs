/**
 * The writers of the stress test and the soak, and the outsiders beside them, which know no claims: starts, disturbs and stops
 * them. Outsiders know no lock either, but for the holders, which take the lock as other programs do.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { outputOf } from "../helpers/outputOf.mjs";
import { envOf } from "../helpers/sandboxEnv.mjs";

const START_MS = 60_000;
const SIDECAR = ".CLAUDE.md.lock";
const PYTHON = "/usr/bin/python3";
const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const node = (name) => [process.execPath, fileOf(`${name}.mjs`)];
// Without bytecode, which Python would put beside the sources.
const python = (name) => [PYTHON, "-B", fileOf(`${name}.py`)];

/** One time in ten an appender or a mapper holds the file for so long. */
const LONG_HOLD_MS = 200;
const OUTSIDERS = {
  appender: node("appender"),
  mapper: python("mapper"),
  editor: python("editor"),
  truncator: python("truncator"),
  flockHolder: node("flockHolder"),
  fcntlHolder: python("fcntlHolder"),
};
const EDITORS = ["editor", "truncator"];
/** The kinds that take the lock, and leave no record. */
export const HOLDERS = ["flockHolder", "fcntlHolder"];
/** The kinds that call the kernel through Python. */
const IN_PYTHON = ["mapper", "editor", "truncator", "fcntlHolder"];
const QUICK_PAUSE_MS = 5;
/** How many lines a mapper can write. More would make each merge slow, and the outsiders then come in between. */
const SLOTS = 200;

/** Whether updates have the native binding here. */
export const HAS_BINDING =
  process.env.PACT_HOOKS_NATIVE !== "off" &&
  fs.existsSync(fileOf(`../../native/${process.platform}-${process.arch}.node`));
const HAS_PYTHON = process.platform === "linux" && fs.existsSync(PYTHON);
const HAS_FLOCK = spawnSync("flock", ["--version"]).status === 0;

/** The outsiders of a project that this machine can run. */
export function runnable(outsiders) {
  const can = (kind) => (HAS_PYTHON || !IN_PYTHON.includes(kind)) && (HAS_FLOCK || kind !== "flockHolder");
  return Object.fromEntries(Object.entries(outsiders).filter(([kind]) => can(kind)));
}

/** Makes a folder for a project, its journals, and the notes of the crowd. */
export function newPlace(parent, name) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(parent, `pact-hooks-${name}-`)));
  const place = {
    dir,
    projectDir: path.join(dir, "project"),
    configDir: path.join(dir, "config"),
    notes: path.join(dir, "notes"),
    stop: path.join(dir, "stop"),
  };
  for (const folder of [place.projectDir, place.configDir, place.notes, path.join(dir, "tmp")])
    fs.mkdirSync(folder);
  return { ...place, target: path.join(place.projectDir, "CLAUDE.md") };
}

/** The slots that the mappers of a scenario fill. No two lines are alike: a merge of many equal lines takes seconds. */
export function slotsFor({ outsiders = {} }) {
  const slots = [];
  for (let mapper = 0; mapper < (outsiders.mapper ?? 0); mapper++) {
    for (let n = 0; n < SLOTS; n++) {
      slots.push(`slot ${n} of mapper${mapper}\n......${mapper}:${n}.\n`);
    }
  }
  return slots.join("");
}

/**
 * Starts the writers and outsiders of a scenario, lets `act` disturb them, and stops them.
 * @param {(crowd: Crowd) => Promise<unknown>} act called when all of them have begun
 * @returns {Promise<Crowd>}
 */
export async function withCrowd(scenario, place, act) {
  const crowd = new Crowd(scenario, place);
  try {
    await crowd.begun();
    await act(crowd);
    fs.writeFileSync(place.stop, "");
    await Promise.all(crowd.all.map(({ ended }) => ended));
    return crowd;
  } finally {
    for (const { child, running } of crowd.all) if (running) child.kill("SIGKILL");
  }
}

class Crowd {
  all = [];
  killed = 0;
  /** When a writer or a session was killed, in milliseconds since 1970. */
  kills = [];
  suspended = 0;
  /** The names of those that ended with an error, and how. */
  failed = [];
  errors = "";
  #scenario;
  #place;

  constructor(scenario, place) {
    this.#scenario = scenario;
    this.#place = place;
    this.isNative = HAS_BINDING && scenario.native !== "off";
    const { writers, outsiders = {}, holdMs = 0 } = scenario;
    this.hasHolders = HOLDERS.some((kind) => kind in outsiders);
    for (let i = 0; i < writers; i++) this.addWriter();
    for (const [kind, number] of Object.entries(outsiders)) {
      // If one of them had the file open at each moment, no update would come to its end.
      const pauseMs = Math.max(QUICK_PAUSE_MS, holdMs * 4);
      const longHoldMs = holdMs === 0 ? 0 : Math.max(holdMs, EDITORS.includes(kind) ? 0 : LONG_HOLD_MS);
      for (let i = 0; i < number; i++)
        this.#start(kind, OUTSIDERS[kind], `${kind}${i}`, {}, { pauseMs, holdMs, longHoldMs });
    }
  }

  addWriter() {
    const number = this.all.length;
    const { backends, options = {}, pauseMs = 0, native } = this.#scenario;
    const { PACT_HOOKS_LIBRARY } = process.env;
    const env = {
      ...(native && { PACT_HOOKS_NATIVE: native }),
      PACT_HOOKS_LIBRARY,
      PACT_HOOKS_FLOCK: backends[number % backends.length],
    };
    this.#start("writer", node("writer"), `writer${number}`, env, { options, pauseMs });
  }

  #start(kind, [program, ...args], name, env, more) {
    const { projectDir, target, stop, notes } = this.#place;
    const sidecar = path.join(projectDir, SIDECAR);
    const params = { target, sidecar, name, stop, notes: path.join(notes, name), ...more };
    const child = spawn(program, [...args, JSON.stringify(params)], {
      env: envOf(this.#place, env),
      stdio: ["ignore", "ignore", "pipe"],
    });
    const member = { child, kind, running: true };
    member.ended = outputOf(child).then(({ status, signal, stderr }) => {
      member.running = false;
      this.errors += stderr;
      if (status !== 0 && signal !== "SIGKILL") this.failed.push(`${name} ended with ${status ?? signal}`);
    });
    this.all.push(member);
  }

  /** Waits until each has opened its notes. */
  async begun() {
    const deadline = Date.now() + START_MS;
    while (fs.readdirSync(this.#place.notes).length < this.all.length && this.failed.length === 0) {
      if (Date.now() > deadline) throw new Error("a writer does not begin");
      await setTimeout(5);
    }
  }

  /** Suspends the process that holds the lock, again and again. */
  async suspendHolders(suspendMs, until) {
    const sidecar = path.join(this.#place.projectDir, SIDECAR);
    while (Date.now() < until - suspendMs) {
      await setTimeout(Math.random() * 10);
      const victim = this.all.find(({ child, running }) => running && child.pid === holderOf(sidecar));
      if (!victim) continue;
      victim.child.kill("SIGSTOP");
      this.suspended++;
      await setTimeout(suspendMs);
      victim.child.kill("SIGCONT");
    }
  }

  /** Kills a writer again and again, and starts another one in its place. */
  async killWriters(everyMs, until) {
    while (Date.now() < until) {
      await setTimeout(everyMs * (0.5 + Math.random()));
      const writers = this.all.filter(({ running, kind }) => running && kind === "writer");
      writers[Math.floor(Math.random() * writers.length)]?.child.kill("SIGKILL");
      this.killed++;
      this.kills.push(Date.now());
      this.addWriter();
    }
  }
}

/** The process that the record in the sidecar names. */
function holderOf(sidecar) {
  try {
    return JSON.parse(fs.readFileSync(sidecar, "utf8")).pid;
  } catch {
    return undefined;
  }
}

/** Makes an update that changes nothing, and so only removes what killed writers have left. */
export function sweepUp(place) {
  const args = [fileOf("../helpers/update.mjs"), JSON.stringify({ target: place.target, line: "" })];
  spawnSync(process.execPath, args, { env: envOf(place), stdio: ["ignore", "ignore", "inherit"] });
}
