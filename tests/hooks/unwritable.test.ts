/** A journal or a backup that cannot be written: CLAUDE.md is updated, and the person is told. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, type TestContext, test } from "vitest";
import { answerOf, FIRST_MESSAGE, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { AS_NOBODY, CAN_BE_NOBODY, mountTmpfs, NOBODY, remountReadOnly } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";

const SESSION_DIR = "pact-sessions/demo/3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b";

let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
});

const inConfig = (name: string) => path.join(box.configDir, name);

function makeIn(name: string, make: (file: string) => void): void {
  fs.mkdirSync(path.dirname(inConfig(name)), { recursive: true });
  make(inConfig(name));
}

/** Gives the project to another user, who may enter the sandbox. @returns how to run the hook as that user */
function asNobody({ skip }: TestContext): string[] {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  fs.chmodSync(path.dirname(box.projectDir), 0o755);
  for (const name of [box.projectDir, file]) fs.chownSync(name, NOBODY.uid, NOBODY.gid);
  return AS_NOBODY;
}

/** Makes the obstacle. @returns a command that runs the hook */
type Prepare = (context: TestContext) => string[];

const obstacles: [string, RegExp, Prepare][] = [
  [
    "the configuration folder is another user's",
    /\(EACCES: permission denied\)\. Make this writable for you: \S+\/config\/pact-sessions\.$/,
    (context) => {
      fs.mkdirSync(box.configDir);
      return asNobody(context);
    },
  ],
  [
    "another user has made the folder of journals",
    /\(EACCES: permission denied\)\. Make this writable for you: \S+\/pact-sessions\/demo\.$/,
    (context) => {
      makeIn("pact-sessions", (dir) => fs.mkdirSync(dir, { mode: 0o700 }));
      return asNobody(context);
    },
  ],
  [
    "the file system is read-only",
    /\(EROFS: read-only file system\)\. Mount this writable: \S+\/pact-sessions\.$/,
    (context) => {
      box.configDir = mountTmpfs(context, "size=64k");
      remountReadOnly(box.configDir);
      return [];
    },
  ],
  [
    "the disk is full",
    /\(ENOSPC: [^)]+\)\. Free some disk space, or raise the limit, for: \S+[\\/]session-journal\.jsonl\.$/,
    (context) => {
      box.configDir = mountTmpfs(context, "size=64k");
      makeIn(SESSION_DIR, (dir) => fs.mkdirSync(dir));
      fs.writeFileSync(inConfig("rest"), Buffer.alloc(64 * 1024));
      return [];
    },
  ],
  [
    "a folder stands in the journal's place",
    /\(EISDIR: [^)]+\)\. Move this away: \S+[\\/]session-journal\.jsonl\.$/,
    () => {
      makeIn(`${SESSION_DIR}/session-journal.jsonl`, (dir) => fs.mkdirSync(dir));
      return [];
    },
  ],
  [
    "a file stands in a folder's place",
    /\(ENOTDIR: [^)]+\)\. Move the file away that stands in the place of a folder, on the way to: \S+\.$/,
    () => {
      fs.writeFileSync(box.configDir, "");
      return [];
    },
  ],
];

describe.each(obstacles)("when %s", (_name, said, prepare) => {
  test("CLAUDE.md is updated, and a session's start and end tell the person", (context) => {
    const under = prepare(context);
    const started = answerOf(runHook("sessionStart", payload("startup", box), box, {}, { under }));
    expect(fs.readFileSync(file, "utf8")).toMatch(/^mine\n\n<!-- PACT_MANAGED_START/);
    expect(started.systemMessage?.split("Could not write the session journal ")[1]).toMatch(said);
    expect(started.hookSpecificOutput?.additionalContext).toContain("PACT session");
    const ended = answerOf(runHook("sessionEnd", payload("sessionEnd", box), box, {}, { under }));
    expect(ended.systemMessage).toMatch(/^pact-hooks: Could not write the session journal \(/);
  });
});

test("a session whose journal can be written says nothing of it", () => {
  const { systemMessage } = answerOf(runHook("sessionStart", payload("startup", box), box));
  expect(systemMessage).toMatch(FIRST_MESSAGE);
  expect(answerOf(runHook("sessionEnd", payload("sessionEnd", box), box)).systemMessage).toBeUndefined();
});

test("a link and a pipe in the journal's place are told", ({ skip }) => {
  makeIn(`${SESSION_DIR}/session-journal.jsonl`, (name) => fs.symlinkSync("/dev/null", name));
  const linked = answerOf(runHook("sessionEnd", payload("sessionEnd", box), box)).systemMessage;
  expect(linked).toMatch(/\(ELOOP: [^)]+\)\. Move this away: \S+\.jsonl\.$/);
  fs.rmSync(inConfig(`${SESSION_DIR}/session-journal.jsonl`));
  skip(spawnSync("mkfifo", [inConfig(`${SESSION_DIR}/session-journal.jsonl`)]).status !== 0, "needs mkfifo");
  const { systemMessage } = answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  expect(systemMessage).toMatch(/\(a named pipe is in its place\)\. Move this away: \S+\.jsonl\.$/);
});

test("a payload that cannot be used is told together with the journal that cannot be written", () => {
  fs.writeFileSync(box.configDir, "");
  const { systemMessage } = answerOf(runHook("sessionStart", "[]", box));
  expect(systemMessage).toMatch(/could not use the input .* Could not write the session journal \(ENOTDIR/);
});

test("a folder in the place of the backup is told, and CLAUDE.md is updated", () => {
  makeIn(`${SESSION_DIR}/CLAUDE.md.before`, (dir) => fs.mkdirSync(dir));
  const { systemMessage } = answerOf(runHook("sessionStart", payload("startup", box), box));
  expect(systemMessage).toMatch(
    /Could not keep a backup of CLAUDE\.md \(a folder is in its place\)\. Move this away: \S+[\\/]CLAUDE\.md\.before\.$/,
  );
  expect(fs.readFileSync(file, "utf8")).toContain("PACT_MANAGED_START");
  expect(journalEvents(box).map(({ type }) => type)).toContain("backup_failed");
});
