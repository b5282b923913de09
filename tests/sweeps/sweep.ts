/**
 * Runs the real hook or command again and again; each time another of its system calls fails or is its last. Only the main
 * thread is traced: it alone touches files, in the same order each time.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readEvents } from "../../shared/journal/sessionJournal.ts";
import { attributesOf, setAttributes } from "../helpers/attributes.ts";
import { answerOf } from "../helpers/hookProcess.ts";
import { journalsIn } from "../helpers/journal.ts";
import type { Output } from "../helpers/outputOf.mjs";
import { listing, sidecarOf, tempDir } from "../helpers/tempDir.ts";
import { type Place, run, type Scenario } from "./scenarios.ts";

/** Runs that differ in Node's own calls are repeated, at most so often. */
const MAX_TRIES = 15;
const ALIKE = 3;
/** Calls that change a file or a folder. */
export const CHANGING =
  "openat,write,pwrite64,?rename,renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,ftruncate,fsetxattr,?chmod,fchmod,fchmodat,?chown,fchown,fchownat,fsync,utimensat";
/** Calls that only the native binding makes. */
export const OF_BINDING = ["flock", "renameat2", "fcntl", "flistxattr", "fgetxattr", "fsetxattr"];
/** Calls that touch a file or a folder. */
export const TOUCHING = `${CHANGING},fcntl,flistxattr,fgetxattr,read,pread64,statx,?stat,?lstat,fstat,newfstatat,getdents64,?readlink,readlinkat,flock,?access,faccessat,faccessat2,close`;

/** One system call of a run. */
export interface Call {
  name: string;
  /** Which call of that name in the main thread, counted from 1. */
  when: number;
  line: string;
}

/** Node's own copy has no attributes. */
function copy(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}

/** A scenario that can be reset to its beginning. */
export class Sweep {
  #template: string;
  #log: string;
  scenario: Scenario;
  place: Place;
  /** Whether the scenario has attributes, and this file system keeps them. */
  hasAttributes: boolean;
  /** Mode, attributes and text of the target before, or null for no file; and after an undisturbed run. */
  before: string | null;
  after: string | null;
  /** The journaled events of an undisturbed run. */
  types: string[];
  /** The paths after an undisturbed run, without sidecars and journals. */
  #listing: string[];
  /** Every file of the project after an undisturbed run. */
  #files: Record<string, string>;
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
    this.hasAttributes =
      scenario.attributes !== undefined &&
      setAttributes(this.place.target, scenario.attributes) === undefined;
    copy(dir, this.#template);
    this.before = this.text();
    const already = this.events().length;
    this.runAgain();
    this.after = this.text();
    this.types = this.events()
      .slice(already)
      .map(({ type }) => String(type));
    this.#listing = this.listing();
    this.#files = this.#projectFiles();
  }

  reset(): void {
    fs.rmSync(this.place.dir, { recursive: true });
    copy(this.#template, this.place.dir);
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
  runAgain(): void {
    const output = run(this.place, this.scenario, [], this.#backend);
    if (!this.scenario.command) answerOf(output);
    else if (output.status !== 0) throw new Error(`exit ${output.status}: ${output.stderr}`);
  }

  /** The target's mode, attributes and text, without the time in the session block. */
  text(): string | null {
    const { target } = this.place;
    if (!fs.existsSync(target)) return null;
    const mode = (fs.statSync(target).mode & 0o777).toString(8);
    const attributes = this.hasAttributes ? attributesOf(target) : "";
    return `${mode} ${attributes}${fs.readFileSync(target, "utf8").replace(/^- Started: .*/m, "- Started: then")}`;
  }

  /** Whether the sidecar exists in a repository whose info/exclude does not hide it, so that git shows it. */
  get isSidecarShown(): boolean {
    const { projectDir, target } = this.place;
    const exclude = path.join(projectDir, ".git/info/exclude");
    const sidecar = sidecarOf(target);
    if (!fs.existsSync(exclude) || !fs.existsSync(sidecar)) return false;
    return !fs.readFileSync(exclude, "utf8").split("\n").includes(path.basename(sidecar));
  }

  /** The type of the event that the hook journals at its end; a command journals none. */
  get doneType(): string | undefined {
    if (this.scenario.command) return undefined;
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

  /** Whether every file of the project is as after an undisturbed run. */
  isDone(): boolean {
    return isDeepStrictEqual(this.#projectFiles(), this.#files);
  }

  #projectFiles(): Record<string, string> {
    const { isRemoval } = this.scenario;
    const names = listing(this.place.projectDir).filter((name) => isRemoval || !name.includes(".claim"));
    const hasText = (file: string) => !file.endsWith(".lock") && fs.lstatSync(file).isFile();
    const textOf = (file: string) => (hasText(file) ? fs.readFileSync(file, "utf8") : "");
    return Object.fromEntries(names.map((name) => [name, textOf(path.join(this.place.projectDir, name))]));
  }

  /** What is wrong after the next, undisturbed run. */
  wrongAfterNextRun(): string[] {
    this.runAgain();
    return [
      ...(this.text() === this.after ? [] : ["the next run does not finish the work"]),
      ...(String(this.listing()) === String(this.#listing) ? [] : [`left behind: ${this.listing()}`]),
      ...(!this.doneType || this.events().some(({ type }) => type === this.doneType)
        ? []
        : ["the next run is not in the journal"]),
      ...(this.badLines() <= 1 ? [] : ["torn lines"]),
    ];
  }
}
