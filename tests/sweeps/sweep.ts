/**
 * Runs the real hook again and again; each time another of its system calls fails or is its last. Only the main thread is
 * traced: the hook touches files in that thread alone, in the same order each time.
 */
import fs from "node:fs";
import path from "node:path";
import { readEvents } from "../../shared/journal/sessionJournal.ts";
import { type Answer, answerOf, type HookName, payload, runHook } from "../helpers/hookProcess.ts";
import { journalsIn } from "../helpers/journal.ts";
import type { Output } from "../helpers/outputOf.mjs";
import { repository } from "../helpers/repository.ts";
import type { Sandbox } from "../helpers/sandbox.ts";
import { listing, sidecarOf, tempDir } from "../helpers/tempDir.ts";

/** Far above what a hook takes under strace. */
const TIMEOUT_MS = 15_000;
/** Runs that differ in Node's own calls are repeated, at most so often. */
const MAX_TRIES = 15;
const ALIKE = 3;
/** Calls that change a file or a folder. */
export const CHANGING =
  "openat,write,pwrite64,?rename,renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,ftruncate,?chmod,fchmod,fchmodat,?chown,fchown,fchownat,fsync,utimensat";
/** Calls that touch a file or a folder. */
export const TOUCHING = `${CHANGING},read,pread64,statx,?stat,?lstat,fstat,newfstatat,getdents64,?readlink,readlinkat,flock,?access,faccessat,faccessat2,close`;

export interface Place extends Sandbox {
  /** The folder of both. */
  dir: string;
  /** The file whose text counts, links followed. */
  target: string;
}

export interface Scenario {
  name: string;
  hook?: HookName;
  sessionId: string;
  /** The file whose text counts, from the folder of project and configuration. */
  target: string;
  /** The types of the events that an undisturbed run journals, in order. */
  events: string[];
  prepare(place: Place): void;
}

/** One system call of a run. */
export interface Call {
  name: string;
  /** Which call of that name in the main thread, counted from 1. */
  when: number;
  line: string;
}

const OLD = "# Mine\r\n\r\ntext that stays\n<!-- PACT_ROUTING_END -->\nthe last line, unended";
const write = (place: Place, name: string, text: string) => {
  const file = path.join(place.projectDir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  // A new file gets another mode.
  fs.chmodSync(file, 0o640);
};

export const SCENARIOS: Scenario[] = [
  {
    name: "an updating session",
    sessionId: "second",
    target: "project/.claude/CLAUDE.md",
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      write(place, ".claude/pact-hooks.md", "---\nsessionBlock: true\n---\n");
      afterFirst(place);
    },
  },
  {
    name: "a new file in a repository",
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: ["session_start"],
    prepare: ({ projectDir }) => void repository(projectDir),
  },
  {
    name: "a link to AGENTS.md",
    sessionId: "first",
    target: "project/AGENTS.md",
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      write(place, "AGENTS.md", OLD);
      fs.symlinkSync("AGENTS.md", path.join(place.projectDir, "CLAUDE.md"));
    },
  },
  {
    name: "what a crash has left",
    sessionId: "first",
    target: "project/CLAUDE.md",
    events: ["lock_reaped", "backup_kept", "session_start"],
    prepare: (place) => {
      write(place, "CLAUDE.md", OLD);
      write(place, ".CLAUDE.md.0123456789abcdef.claim/next", "half of");
      const record = {
        pid: 999_999,
        start: "1",
        hook: "sessionStart",
        acquired_at: "2020-01-01T00:00:00.000Z",
      };
      write(place, ".CLAUDE.md.lock", `${JSON.stringify(record)}\n`);
      fs.utimesSync(path.join(place.projectDir, ".CLAUDE.md.lock"), 1e9, 1e9);
    },
  },
  {
    name: "an unchanged session",
    sessionId: "second",
    target: "project/.claude/CLAUDE.md",
    events: ["session_start"],
    prepare: afterFirst,
  },
  {
    name: "the user's own file",
    sessionId: "first",
    target: "config/CLAUDE.md",
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      afterFirst(place);
      const kernel = "<!-- PACT_START: obsolete -->\nold\n<!-- PACT_END -->\n";
      write(place, "../config/CLAUDE.md", `# My own\n${kernel}text that stays\n`);
    },
  },
  {
    name: "a session's end",
    hook: "sessionEnd",
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: ["session_end"],
    prepare: afterFirst,
  },
];

function afterFirst(place: Place): void {
  write(place, ".claude/CLAUDE.md", OLD);
  answerOf(run(place, { sessionId: "first" }));
  fs.chmodSync(path.join(place.projectDir, ".claude/CLAUDE.md"), 0o640);
}

/** Runs the hook, under strace or as it is. */
function run(
  place: Place,
  { hook = "sessionStart", sessionId }: Pick<Scenario, "hook" | "sessionId">,
  under: string[] = [],
  backend = "",
): Output {
  const input = payload(hook === "sessionEnd" ? hook : "startup", place, { session_id: sessionId });
  // Node's compile cache would change the calls from run to run.
  const env = { PACT_HOOKS_FLOCK: backend, NODE_DISABLE_COMPILE_CACHE: "1" };
  const output = runHook(hook, input, place, env, { under, timeout: TIMEOUT_MS, killSignal: "SIGKILL" });
  if (output.status === null) killStrays(place);
  return output;
}

/** Kills a hook that has survived its strace: it may hang in a call of Node's own. */
function killStrays({ projectDir }: Place): void {
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (fs.readlinkSync(`/proc/${pid}/cwd`) === projectDir) process.kill(Number(pid), "SIGKILL");
    } catch {
      // The process has ended, or belongs to another user.
    }
  }
}

/** A scenario that can be reset to its beginning. */
export class Sweep {
  #template: string;
  #log: string;
  scenario: Scenario;
  place: Place;
  /** Mode and text of the target before, or null for no file; and after an undisturbed run. */
  before: string | null;
  after: string | null;
  /** The journaled events of an undisturbed run. */
  types: string[];
  /** The paths after an undisturbed run, without sidecars and journals. */
  #listing: string[];
  #backend: string;

  constructor(scenario: Scenario, backend: string) {
    const parent = tempDir();
    const dir = path.join(parent, "now");
    this.#template = path.join(parent, "template");
    this.#log = path.join(parent, "log");
    this.#backend = backend;
    this.scenario = scenario;
    this.place = {
      ...{ dir, projectDir: path.join(dir, "project"), configDir: path.join(dir, "config") },
      target: path.join(dir, scenario.target),
    };
    for (const folder of [this.place.projectDir, this.place.configDir])
      fs.mkdirSync(folder, { recursive: true });
    scenario.prepare(this.place);
    fs.cpSync(dir, this.#template, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    this.before = this.text();
    const already = this.events().length;
    answerOf(run(this.place, scenario, [], backend));
    this.after = this.text();
    this.types = this.events()
      .slice(already)
      .map(({ type }) => String(type));
    this.#listing = this.listing();
  }

  reset(): void {
    fs.rmSync(this.place.dir, { recursive: true });
    fs.cpSync(this.#template, this.place.dir, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
  }

  /**
   * The calls of an undisturbed run that touch the project or the configuration folder, as several runs agree on them:
   * the counted calls include those with which Node wakes its threads, whose number differs from run to run.
   */
  calls(names: string): Call[] {
    const seen = new Map<string, number>();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const calls = this.#callsOnce(names);
      const places = String(calls.map(({ name, when }) => `${name} ${when}`));
      const times = (seen.get(places) ?? 0) + 1;
      if (times === ALIKE) return calls;
      seen.set(places, times);
    }
    throw new Error(`no ${ALIKE} of ${MAX_TRIES} runs have the same calls`);
  }

  #callsOnce(names: string): Call[] {
    this.reset();
    run(this.place, this.scenario, this.#strace(names, []), this.#backend);
    const counts = new Map<string, number>();
    return fs
      .readFileSync(this.#log, "utf8")
      .split("\n")
      .flatMap((line) => {
        const name = /^(\w+)\(/.exec(line)?.[1];
        if (!name) return [];
        const when = (counts.get(name) ?? 0) + 1;
        counts.set(name, when);
        return this.#isOurs(line) ? [{ name, when, line }] : [];
      });
  }

  /** Runs the hook from the beginning with `injection` at a call. @returns null if another call was hit */
  disturb({ name, when }: Call, injection: string): Output | null {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      this.reset();
      const inject = ["-e", `inject=${name}:${injection}:when=${when}`];
      const result = run(this.place, this.scenario, this.#strace(name, inject), this.#backend);
      const log = fs.readFileSync(this.#log, "utf8").trimEnd().split("\n");
      const hit =
        log.find((line) => line.includes("(INJECTED)")) ?? log.findLast((line) => line.startsWith(name));
      if (hit && this.#isOurs(hit)) return result;
    }
    return null;
  }

  /** Without payload and answer, which contain our paths, and the working folder, which strace shows with many calls. */
  #isOurs(line: string): boolean {
    if (/^(?:read\(0|write\([12])</.test(line)) return false;
    return line.replaceAll(/AT_FDCWD<[^>]*>/g, "").includes(this.place.dir);
  }

  #strace(names: string, more: string[]): string[] {
    return ["strace", "-qq", "-y", "-s", "300", "-o", this.#log, "-e", `trace=${names}`, ...more];
  }

  /** One more run, undisturbed. */
  runAgain(): Answer {
    return answerOf(run(this.place, this.scenario, [], this.#backend));
  }

  /** The target's mode and text, without the time in the session block. */
  text(): string | null {
    const { target } = this.place;
    if (!fs.existsSync(target)) return null;
    const mode = (fs.statSync(target).mode & 0o777).toString(8);
    return `${mode} ${fs.readFileSync(target, "utf8").replace(/^- Started: .*/m, "- Started: then")}`;
  }

  /** Whether the sidecar exists in a repository whose info/exclude does not hide it, so that git shows it. */
  get isSidecarShown(): boolean {
    const { projectDir, target } = this.place;
    const exclude = path.join(projectDir, ".git/info/exclude");
    const sidecar = sidecarOf(target);
    if (!fs.existsSync(exclude) || !fs.existsSync(sidecar)) return false;
    return !fs.readFileSync(exclude, "utf8").split("\n").includes(path.basename(sidecar));
  }

  /** The type of the event that the hook journals at its end. */
  get doneType(): string {
    return this.scenario.hook === "sessionEnd" ? "session_end" : "session_start";
  }

  events(): Record<string, unknown>[] {
    return journalsIn(this.place.configDir).flatMap((file) => [...readEvents(file)]);
  }

  /** Lines of the journals that are not events. */
  badLines(): number {
    const tally = { badLines: 0 };
    for (const file of journalsIn(this.place.configDir)) for (const _ of readEvents(file, tally));
    return tally.badLines;
  }

  listing(): string[] {
    return listing(this.place.dir).filter((name) => !/\.lock$|pact-sessions/.test(name));
  }

  /** What is wrong after the next, undisturbed run. */
  wrongAfterNextRun(): string[] {
    this.runAgain();
    return [
      ...(this.text() === this.after ? [] : ["the next run does not finish the work"]),
      ...(String(this.listing()) === String(this.#listing) ? [] : [`left behind: ${this.listing()}`]),
      ...(this.events().some(({ type }) => type === this.doneType)
        ? []
        : ["the next run is not in the journal"]),
      ...(this.badLines() <= 1 ? [] : ["torn lines"]),
    ];
  }
}
