/** The writers and appenders of the stress test and the soak: starts, disturbs and stops them, and checks their lines. */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { outputOf } from "../helpers/outputOf.mjs";
import { envOf } from "../helpers/sandboxEnv.mjs";

const START_MS = 60_000;
const APPENDER_PAUSE_MS = 5;
const programFile = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));

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

/**
 * Starts the writers and appenders of a scenario, lets `act` disturb them, and stops them.
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
  suspended = 0;
  /** The names of those that ended with an error, and how. */
  failed = [];
  errors = "";
  #scenario;
  #place;

  constructor(scenario, place) {
    this.#scenario = scenario;
    this.#place = place;
    const { writers, appenders = 0 } = scenario;
    for (let i = 0; i < writers; i++) this.addWriter();
    for (let i = 0; i < appenders; i++)
      this.#start("appender", `appender${i}`, "", { pauseMs: APPENDER_PAUSE_MS });
  }

  addWriter() {
    const number = this.all.length;
    const { backends, options = {}, pauseMs = 0 } = this.#scenario;
    this.#start("writer", `writer${number}`, backends[number % backends.length], { options, pauseMs });
  }

  #start(program, name, backend, more) {
    const { target, stop, notes } = this.#place;
    const params = { target, name, stop, notes: path.join(notes, name), ...more };
    const { PACT_HOOKS_LIBRARY } = process.env;
    const env = envOf(this.#place, { PACT_HOOKS_FLOCK: backend, PACT_HOOKS_LIBRARY });
    const args = [programFile(program), JSON.stringify(params)];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    const member = { child, program, running: true };
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
    const { projectDir } = this.#place;
    const sidecar = path.join(projectDir, ".CLAUDE.md.lock");
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
      const writers = this.all.filter(({ running, program }) => running && program === "writer");
      writers[Math.floor(Math.random() * writers.length)]?.child.kill("SIGKILL");
      this.killed++;
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
  const args = [programFile("../helpers/update"), JSON.stringify({ target: place.target, line: "" })];
  spawnSync(process.execPath, args, { env: envOf(place), stdio: ["ignore", "ignore", "inherit"] });
}

/** Compares the notes of the crowd with CLAUDE.md and the files beside it. */
export function verdictOf(crowd, { projectDir, target, notes: folder }) {
  const wrong = [...crowd.failed];
  const check = (fine, what) => {
    if (!fine) wrong.push(what);
  };
  const notes = linesIn(folder).map((line) => JSON.parse(line));
  const lines = linesOf(target);
  const saved = fs.readdirSync(projectDir).filter((name) => name.endsWith(".saved"));
  const kept = new Set([...lines, ...saved.flatMap((name) => linesOf(path.join(projectDir, name)))]);
  const written = notes.filter(({ outcome }) => outcome === "written").map(({ line }) => line);
  const missing = written.filter((line) => !kept.has(line));
  // An appender's line may be lost together with a writer that was killed before it looked back.
  const isExcused = (line) => crowd.killed > 0 && line.startsWith("appender");
  const lost = missing.filter((line) => !isExcused(line));
  const lostWithKilled = missing.length - lost.length;
  check(written.length > 0, "no line was written");
  check(lost.length === 0, `lost: ${lost.slice(0, 5).join(", ")}`);
  check(lostWithKilled <= crowd.killed, "more appends lost than writers killed");
  check(crowd.errors === "", crowd.errors);
  checkClaims(projectDir, check);
  const counted = {
    acknowledged: written.length,
    lost: lost.length,
    lostWithKilled,
    abandoned: notes.filter(({ outcome }) => outcome === "abandoned").length,
    failedOpen: notes.filter(({ lock }) => lock === "fail_open").length,
    evicted: notes.filter(({ evicted }) => evicted).length,
    saved: saved.length,
    suspended: crowd.suspended,
    killed: crowd.killed,
  };
  return { wrong, check, lines, counted };
}

/** Checks that no claim has outlived the last update. */
export function checkClaims(projectDir, check) {
  const claims = fs.readdirSync(projectDir).filter((name) => name.endsWith(".claim"));
  check(claims.length === 0, `claims are left: ${claims.join(", ")}`);
}

/** All lines of all files below a folder. */
export function linesIn(dir) {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => linesOf(path.join(entry.parentPath, entry.name)));
}

/** The whole lines of a file: a writer that is killed may leave half of one. */
function linesOf(file) {
  return fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
}
