/**
 * A team of two people, each with a clone, a home folder, settings and a plugin folder of their own, and what they do in a
 * week: sessions, edits, commits, pulls, branches, linked work trees. A seed decides which step comes next.
 */
import fs from "node:fs";
import path from "node:path";
import prettier from "prettier";
import { findConflict } from "../../shared/text/conflict.ts";
import { payload, startHook } from "../helpers/hookProcess.ts";
import type { Output } from "../helpers/outputOf.mjs";
import { git, repository } from "../helpers/repository.ts";
import { randomOf } from "./random.ts";
import { SHAPES, TEAM_SETTINGS } from "./texts.ts";

export interface Person {
  name: string;
  configDir: string;
  pluginRoot: string;
  /** Their work trees; the clone first. */
  trees: [string, ...string[]];
}

/** What a step needs: whose it is, and in which of their work trees. */
export interface Turn {
  person: Person;
  tree: string;
}

/** The path of a project's CLAUDE.md, relative to the work tree; null if there is none. */
export function claudeMdOf(tree: string): string | null {
  return [".claude/CLAUDE.md", "CLAUDE.md"].find((name) => fs.existsSync(path.join(tree, name))) ?? null;
}

export function textOf(tree: string): string | null {
  const name = claudeMdOf(tree);
  return name === null ? null : fs.readFileSync(path.join(tree, name), "utf8");
}

export const statusOf = (tree: string) => git(tree, "status", "--porcelain", "-uall");

function put(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** Whether git did it: many a step cannot be done in every state of a repository. */
function tries(tree: string, ...args: string[]): boolean {
  try {
    git(tree, ...args);
    return true;
  } catch {
    return false;
  }
}

export class Team {
  readonly dir: string;
  readonly shape: string;
  readonly people: Person[];
  /** The team's settings of Prettier. */
  readonly #format: prettier.Options;
  readonly #random: ReturnType<typeof randomOf>;
  /** Called instead of a plain session, so that the test can compare before and after. */
  readonly #onSession: (turn: Turn) => Promise<void>;
  #steps = 0;
  #sessions = 0;
  #names = 0;

  constructor(dir: string, seed: number, onSession: (turn: Turn) => Promise<void>) {
    this.dir = dir;
    this.#random = randomOf(seed);
    this.#onSession = onSession;
    const [shape, text] = this.#random.pick(Object.entries(SHAPES));
    this.shape = shape;
    this.#format = this.#random.pick([{}, { proseWrap: "always", printWidth: 60 }]);
    const first = repository(path.join(dir, "first"));
    git(first, "branch", "-qM", "main");
    if (text !== null) put(path.join(first, this.#random.pick(["CLAUDE.md", ".claude/CLAUDE.md"])), text);
    if (this.#random.chance(0.5)) put(path.join(first, ".claude/pact-hooks.md"), TEAM_SETTINGS);
    this.#commitAll(first);
    git(dir, "clone", "-q", "--bare", first, "origin.git");
    const canConvert = !text?.includes("\r") && this.#random.chance(0.3);
    this.people = [this.#join("ada", false), this.#join("bob", canConvert)];
  }

  #join(name: string, convertsLineEndings: boolean): Person {
    const home = path.join(this.dir, name);
    const clone = path.join(home, "demo");
    fs.mkdirSync(path.join(home, "tmp"), { recursive: true });
    const options = convertsLineEndings ? ["-c", "core.autocrlf=true"] : [];
    git(this.dir, "clone", "-q", ...options, "origin.git", clone);
    put(path.join(home, "ignored"), "*.local.md\n.claude/worktrees/\n");
    git(clone, "config", "core.excludesFile", path.join(home, "ignored"));
    put(path.join(clone, ".claude/pact-hooks.local.md"), `---\nlockTtlSeconds: 60\n---\n\nI am ${name}.\n`);
    put(path.join(home, ".claude/pact-hooks.local.md"), `Answer ${name} in French.\n`);
    return {
      ...{ name, trees: [clone], configDir: path.join(home, ".claude") },
      pluginRoot: `/opt/${name}-plugins/pact-hooks`,
    };
  }

  /** Texts that belong to one person, machine or session, and so must be in no commit. */
  get secrets(): string[] {
    return [this.dir, "/opt/ada-", "/opt/bob-", "team-session-", "I am ada", "I am bob", "in French"];
  }

  /** Runs one to three sessions at once. */
  runSessions({ person, tree }: Turn): Promise<Output[]> {
    const box = { projectDir: tree, configDir: person.configDir };
    const count = this.#random.pick([1, 1, 2, 3]);
    const source = this.#random.pick(["startup", "resume", "clear", "compact", "fork"]);
    const inputs = Array.from({ length: count }, () =>
      payload("startup", box, { source, session_id: `team-session-${++this.#sessions}` }),
    );
    const env = { CLAUDE_PLUGIN_ROOT: person.pluginRoot };
    return Promise.all(inputs.map((input) => startHook("sessionStart", input, box, env)));
  }

  /** Takes one step. @returns what it was, for a message */
  async step(): Promise<string> {
    const person = this.#random.pick(this.people);
    const tree = this.#random.pick(person.trees);
    const act = this.#steps++ === 0 && this.#random.chance(0.5) ? "collide" : this.#random.pick(STEPS);
    const result = await this[act]({ person, tree });
    return `${person.name} ${act}${tree === person.trees[0] ? "" : ` in ${path.basename(tree)}`}${result ?? ""}`;
  }

  session(turn: Turn): Promise<void> {
    return this.#onSession(turn);
  }

  edit({ tree }: Turn): void {
    const name = this.#random.chance(0.2) ? "notes.txt" : claudeMdOf(tree);
    this.#addLine(path.join(tree, name ?? "CLAUDE.md"), this.#random.pick([ABOVE_BLOCK, IN_MEMORY, END]));
  }

  /** Adds a line, where the text has that place, else at the end. */
  #addLine(file: string, place: RegExp): void {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "# New\n";
    const ending = text.includes("\r\n") ? "\r\n" : "\n";
    const line = `- rule ${++this.#names}${ending}`;
    const whole = text.endsWith("\n") ? text : text + ending;
    fs.writeFileSync(file, place.test(text) ? text.replace(place, line) : whole + line);
  }

  async format({ tree }: Turn): Promise<void> {
    const name = claudeMdOf(tree);
    const text = textOf(tree);
    if (name === null || text === null || findConflict(text) !== null) return;
    // As `prettier --write` does.
    const formatted = await prettier.format(text, { parser: "markdown", endOfLine: "auto", ...this.#format });
    fs.writeFileSync(path.join(tree, name), formatted);
  }

  stage({ tree }: Turn): void {
    git(tree, "add", "-A");
  }

  commit({ tree }: Turn): void {
    this.#commitAll(tree);
  }

  #commitAll(tree: string): void {
    git(tree, "add", "-A");
    tries(tree, "commit", "-qm", "work");
  }

  async pull(turn: Turn): Promise<string> {
    return this.#combine(turn, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main");
  }

  async rebase(turn: Turn): Promise<string> {
    return this.#combine(turn, "pull", "-q", "--rebase", "origin", "main");
  }

  async push(turn: Turn): Promise<string> {
    const merged = await this.pull(turn);
    return merged + (tries(turn.tree, "push", "-q", "origin", "HEAD:main") ? "" : ", refused");
  }

  /** Both add another line at the same place, and the second one pulls. */
  async collide({ person, tree }: Turn): Promise<string> {
    const [other] = this.people.filter(({ name }) => name !== person.name) as [Person];
    for (const folder of [other.trees[0], tree])
      this.#addLine(path.join(folder, claudeMdOf(folder) ?? "CLAUDE.md"), END);
    const pushed = await this.push({ person: other, tree: other.trees[0] });
    return `${pushed}, then${await this.pull({ person, tree })}`;
  }

  /** A merge or a rebase. A conflict is looked at with a session, then resolved or given up. */
  async #combine(turn: Turn, ...args: string[]): Promise<string> {
    const { tree } = turn;
    this.#commitAll(tree);
    if (tries(tree, ...args)) return "";
    await this.#onSession(turn);
    const isRebase = args.includes("--rebase");
    const verb = isRebase ? "rebase" : "merge";
    if (this.#random.chance(0.5)) {
      const side = this.#random.pick(["--ours", "--theirs"]);
      const isResolved = tries(tree, "checkout", side, "--", ".") && tries(tree, "add", "-A");
      const goOn = isRebase ? ["-c", "core.editor=true", "rebase", "--continue"] : ["commit", "-qm", "both"];
      if (isResolved && tries(tree, ...goOn)) return `, took ${side}`;
    }
    tries(tree, verb, "--abort");
    return ", gave up";
  }

  branch({ tree }: Turn): string {
    this.#commitAll(tree);
    const name = `branch-${++this.#names}`;
    git(tree, "checkout", "-qb", name);
    return ` ${name}`;
  }

  checkout({ tree }: Turn): string {
    const branches = git(tree, "branch", "--format=%(refname:short)").split("\n").filter(Boolean);
    const name = this.#random.pick(branches);
    // Another work tree may have it, or a change stand in the way.
    return ` ${name}${tries(tree, "checkout", "-q", name) ? "" : ", refused"}`;
  }

  addTree({ person }: Turn): string {
    const name = `linked-${++this.#names}`;
    const [clone] = person.trees;
    const tree = path.join(clone, this.#random.pick([".claude/worktrees", "../elsewhere"]), name);
    git(clone, "worktree", "add", "-q", "-b", name, tree);
    person.trees.push(tree);
    return ` ${name}`;
  }

  /** Removes a linked work tree as a careful person does: without --force, and what changed is committed. */
  removeTree({ person }: Turn): string {
    const [clone, ...linked] = person.trees;
    if (linked.length === 0) return ", of which there is none";
    const tree = this.#random.pick(linked);
    if (statusOf(tree) !== "") this.#commitAll(tree);
    git(clone, "worktree", "remove", tree);
    person.trees = [clone, ...linked.filter((other) => other !== tree)];
    return ` ${path.basename(tree)}`;
  }
}

const ABOVE_BLOCK = /^(?=<!-- PACT_MANAGED_START)/m;
const IN_MEMORY = /(?<=^## Working Memory\r?\n)/m;
const END = /(?<=\n)$/;

/** The steps of a week; those that come more often stand here more than once. */
const STEPS = [
  ...["session", "session", "session", "session", "session", "session"],
  ...[
    "edit",
    "edit",
    "format",
    "format",
    "stage",
    "commit",
    "commit",
    "pull",
    "rebase",
    "push",
    "push",
    "collide",
  ],
  ...["branch", "checkout", "checkout", "addTree", "removeTree"],
] as Exclude<keyof Team, "dir" | "shape" | "people" | "secrets" | "runSessions" | "step">[];
