/** The pointer to the session before this one. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { forgetSession, previousJournal, rememberSession } from "../../../shared/journal/previousSession.ts";
import { journalPath, sessionDir } from "../../../shared/journal/sessionFolder.ts";
import { appendEvent, makeEvent } from "../../../shared/journal/sessionJournal.ts";
import { useJournal } from "../../helpers/journal.ts";
import { modeOf } from "../../helpers/tempDir.ts";

const PROJECT = "/work/demo";
let pointers: () => string[];

beforeEach(() => {
  useJournal();
  const folder = path.dirname(sessionDir(PROJECT, "one"));
  pointers = () =>
    fs
      .readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => path.join(folder, name));
});

/** A session that has a journal and is the latest of its project. */
function session(sessionId: string, projectDir = PROJECT, claudePid?: number): string {
  const address = { sessionId, projectDir };
  appendEvent(makeEvent("session_start", { session_id: sessionId, project_dir: projectDir }), address);
  rememberSession(projectDir, sessionId, claudePid);
  return journalPath(address);
}

test("the first session of a project has no previous one", () => {
  expect(previousJournal(PROJECT, "one")).toBeUndefined();
});

test("the latest other session is the previous one", () => {
  session("one");
  const two = session("two");
  expect(previousJournal(PROJECT, "three")).toBe(two);
  expect(previousJournal(PROJECT, "two")).toBeUndefined();
});

test("a shorter pointer replaces a longer one whole", () => {
  session("a-long-name");
  const two = session("two");
  expect(previousJournal(PROJECT, "three")).toBe(two);
});

test("neither writing nor reading a pointer leaves a descriptor open", () => {
  session("one");
  const open = () => fs.readdirSync("/dev/fd").length;
  const before = open();
  session("two");
  previousJournal(PROJECT, "three");
  expect(open()).toBe(before);
});

test("a session that runs beside this one, in another process, is not the previous one", async () => {
  const other = spawn("sleep", ["1000"]);
  onTestFinished(() => void other.kill("SIGKILL"));
  await once(other, "spawn");
  const one = session("one", PROJECT, other.pid);
  expect(previousJournal(PROJECT, "two")).toBeUndefined();
  expect(previousJournal(PROJECT, "two", other.pid)).toBe(one);
  other.kill("SIGKILL");
  await once(other, "exit");
  expect(previousJournal(PROJECT, "two")).toBe(one);
});

test("projects of the same name each have a previous session", () => {
  const [here, there] = [session("one"), session("two", "/other/demo")];
  expect(previousJournal(PROJECT, "three")).toBe(here);
  expect(previousJournal("/other/demo", "three")).toBe(there);
  expect(pointers()).toHaveLength(2);
});

test("the previous session of a project is found in the folder of its former name, until there is one in its own", () => {
  const project = "/work/my demo";
  const one = session("one", project);
  const folder = path.dirname(path.dirname(one));
  const former = path.join(path.dirname(folder), "my demo");
  fs.renameSync(folder, former);
  const moved = path.join(former, "one", path.basename(one));
  expect(previousJournal(project, "two")).toBe(moved);
  expect(journalPath({ sessionId: "one", projectDir: project })).toBe(moved);
  expect(session("two", project)).toBe(path.join(folder, "two", path.basename(one)));
  expect(previousJournal(project, "three")).toBe(path.join(folder, "two", path.basename(one)));
});

test("projects whose pointers have the same name are told apart", () => {
  session("one", "/work/a b/demo");
  expect(previousJournal("/work/a-b/demo", "two")).toBeUndefined();
});

test("a pointer is private, and small", () => {
  session("one");
  const [pointer = ""] = pointers();
  expect(fs.statSync(pointer).size).toBeLessThan(200);
  expect(modeOf(pointer)).toBe(0o600);
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"session_id": "../../x", "project_dir": "/work/demo"}',
  "x".repeat(100_000),
])("a pointer that holds %j names no session", (text) => {
  session("one");
  for (const pointer of pointers()) fs.writeFileSync(pointer, text);
  expect(previousJournal(PROJECT, "two")).toBeUndefined();
});

test("a session whose journal is gone is not named", () => {
  fs.rmSync(path.dirname(session("one")), { recursive: true });
  expect(previousJournal(PROJECT, "two")).toBeUndefined();
});

test("a forgotten session takes its own pointers with it, and no other file", () => {
  session("one");
  session("two", "/other/demo");
  const folder = path.dirname(sessionDir(PROJECT, "one"));
  const notes = path.join(folder, "notes.json");
  fs.writeFileSync(notes, '{"session_id":"one"}');
  forgetSession(folder, "one");
  expect(pointers()).toContain(notes);
  expect(pointers()).toHaveLength(2);
  expect(previousJournal("/other/demo", "three")).toBeDefined();
});

test("a pipe in the pointer's place is not waited for", () => {
  session("one");
  const [pointer] = pointers() as [string];
  fs.unlinkSync(pointer);
  execFileSync("mkfifo", [pointer]);
  session("two");
  expect(previousJournal(PROJECT, "three")).toBeUndefined();
});

test("a link in the pointer's place is not followed", () => {
  session("one");
  const [pointer] = pointers() as [string];
  const elsewhere = `${pointer}.elsewhere`;
  fs.renameSync(pointer, elsewhere);
  fs.symlinkSync(elsewhere, pointer);
  const before = fs.readFileSync(elsewhere, "utf8");
  session("two");
  expect(fs.readFileSync(elsewhere, "utf8")).toBe(before);
  expect(previousJournal(PROJECT, "three")).toBeUndefined();
});
