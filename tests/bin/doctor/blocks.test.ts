/** What doctor says about the blocks of a project, and where they are missing. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { run } from "../../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../../helpers/hookProcess.ts";
import { git, repository } from "../../helpers/repository.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";

let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
  session("startup");
});

function session(source: "startup" | "clear"): void {
  answerOf(runHook("sessionStart", payload(source, box), box));
}

/** The findings about blocks. */
function blocks(): Finding[] {
  const { findings } = JSON.parse(run(["doctor", "--json"], box).stdout) as { findings: Finding[] };
  return findings.filter(({ check }) => check === "blocks");
}

/** Those of them that a person should know. */
const notes = () => blocks().filter(({ level }) => level !== "ok");

test("a block in a second CLAUDE.md is noted, until a session has moved its memory", () => {
  const inner = path.join(box.projectDir, ".claude", "CLAUDE.md");
  fs.mkdirSync(path.dirname(inner));
  fs.copyFileSync(file, inner);
  expect(run(["doctor"], box).status).toBe(0);
  const seconds = () => blocks().filter(({ message }) => message.startsWith(`${file} holds`));
  expect(seconds()).toEqual([
    {
      check: "blocks",
      level: "note",
      message: `${file} holds a managed block, too, but sessions use ${inner}`,
      advice: "The next session moves its memory and removes that block.",
    },
  ]);
  session("clear");
  expect(seconds()).toEqual([]);
});

test("one CLAUDE.md that is a link to the other is no second block", () => {
  const inner = path.join(box.projectDir, ".claude", "CLAUDE.md");
  fs.mkdirSync(path.dirname(inner));
  fs.symlinkSync("../CLAUDE.md", inner);
  expect(JSON.stringify(blocks())).not.toContain("holds a managed block");
});

test.each([
  ["Latin-1", Buffer.from([0x66, 0xfc, 0x72, 0x0a]), "is not UTF-8 text", "Convert it to UTF-8."],
  [
    "UTF-16",
    Buffer.from("mine\n", "utf16le"),
    "is not UTF-8 text: byte 2 is NUL",
    "Convert it from UTF-16, or remove that byte.",
  ],
])("a CLAUDE.md in %s is one problem", (_name, bytes, what, advice) => {
  fs.writeFileSync(file, bytes);
  const { findings } = JSON.parse(run(["doctor", "--json"], box).stdout) as { findings: Finding[] };
  const problems = findings.filter(({ level }) => level === "problem");
  expect(problems).toEqual([{ check: "blocks", level: "problem", message: `${file} ${what}`, advice }]);
});

test("a CLAUDE.md that must not be written is one problem, whatever it keeps from being checked", () => {
  const outside = path.join(box.configDir, "x.md");
  fs.renameSync(file, outside);
  fs.symlinkSync(outside, file);
  const { findings } = JSON.parse(run(["doctor", "--json"], box).stdout) as { findings: Finding[] };
  expect(findings.filter(({ level }) => level === "problem")).toEqual([
    {
      check: "claude-md",
      level: "problem",
      message: `${file} leads to ${outside}, outside of ${box.projectDir}`,
      advice: "Replace the link with a file, or link to a file inside the project.",
    },
  ]);
});

describe("a session block in CLAUDE.md", () => {
  const tracked = () => blocks().filter(({ message }) => message.startsWith("git tracks"));
  const team = () => path.join(box.projectDir, ".claude", "pact-hooks.md");

  beforeEach(() => {
    repository(box.projectDir);
    fs.mkdirSync(path.dirname(team()));
    fs.writeFileSync(team(), "---\nsessionBlock: true\n---\n");
    session("clear");
  });

  test("is noted once git tracks the file", () => {
    git(box.projectDir, "rm", "-q", "--cached", "CLAUDE.md");
    expect(tracked()).toEqual([]);
    git(box.projectDir, "add", "CLAUDE.md");
    expect(tracked()).toEqual([
      {
        check: "blocks",
        level: "note",
        message: expect.stringMatching(/CLAUDE\.md, and its session block \(line \d+\) shows one person's/),
        advice: "Remove `sessionBlock: true` from .claude/pact-hooks.md.",
      },
    ]);
  });

  test("is noted as out of date where the settings do not want it", () => {
    fs.rmSync(team());
    expect(tracked()[0]?.advice).toBe("Commit the file without that block.");
    expect(blocks()).toContainEqual({
      check: "blocks",
      level: "note",
      message: "not up to date: removed 1 session block",
      advice: "The next session repairs this.",
    });
    session("clear");
    expect(notes()).toEqual([]);
  });
});

test("a block that says what the team's settings want is up to date", () => {
  const team = path.join(box.projectDir, ".claude", "pact-hooks.md");
  fs.mkdirSync(path.dirname(team));
  for (const text of ["---\nroutingBlock: false\n---\n", "our own words\n"]) {
    fs.writeFileSync(team, text);
    expect(notes()).toHaveLength(1);
    session("clear");
    expect(notes()).toEqual([]);
  }
});

describe("a CLAUDE.md that gets no block is told from one that has none yet", () => {
  const messages = (dir: string) => run(["doctor", dir], box).stdout;

  test("below a folder whose CLAUDE.md holds the block", () => {
    repository(box.projectDir);
    const below = path.join(box.projectDir, "below");
    fs.mkdirSync(below);
    const why = `sessions use the one in ${file}\n`;
    expect(messages(below)).toContain(`CLAUDE.md does not exist, and needs no managed block: ${why}`);
    fs.writeFileSync(path.join(below, "CLAUDE.md"), "mine\n");
    expect(messages(below)).toContain(`no managed block: ${why}`);
  });

  test("in the home folder, where it is the user's own", () => {
    const home = path.join(path.dirname(box.configDir), "home");
    const own = { ...box, configDir: path.join(home, ".claude") };
    fs.mkdirSync(own.configDir, { recursive: true });
    fs.writeFileSync(path.join(own.configDir, "CLAUDE.md"), "mine\n");
    expect(run(["doctor", home], own).stdout).toContain("no managed block: the user's own file gets none\n");
  });

  test("where the settings disable the plugin, and where they do not", () => {
    fs.writeFileSync(file, "mine\n");
    expect(messages(box.projectDir)).toContain("no managed block yet: the next session adds it\n");
    fs.mkdirSync(path.join(box.projectDir, ".claude"));
    fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.local.md"), "---\nenabled: false\n---\n");
    expect(messages(box.projectDir)).toContain("no managed block: the project has disabled the plugin\n");
  });
});
