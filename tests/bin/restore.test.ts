import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { start as startCommand } from "../helpers/child.ts";
import { COMMAND, run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { injecting } from "../helpers/machine.ts";
import { envOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

const SESSION = "3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b";
let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
});

const start = (name = "startup") => answerOf(runHook("sessionStart", payload(name, box), box));
const text = () => fs.readFileSync(file, "utf8");

test("a session keeps one backup: the file before its first change", () => {
  start();
  const [kept] = journalEvents(box).filter(({ type }) => type === "backup_kept");
  expect(kept).toMatchObject({ target: file, project_dir: box.projectDir });
  expect(fs.readFileSync(String(kept?.backup), "utf8")).toBe("mine\n");
  fs.writeFileSync(file, "other\n");
  start();
  expect(fs.readFileSync(String(kept?.backup), "utf8")).toBe("mine\n");
  expect(journalEvents(box).filter(({ type }) => type === "backup_kept")).toHaveLength(1);
});

test("the backup is the displaced file itself, so that it has late writes, too", () => {
  const fd = fs.openSync(file, "a");
  start();
  fs.writeSync(fd, "late\n");
  fs.closeSync(fd);
  const [kept] = journalEvents(box).filter(({ type }) => type === "backup_kept");
  expect(fs.readFileSync(String(kept?.backup), "utf8")).toBe("mine\nlate\n");
});

test("a backup that fails is journaled and does not stop the update", () => {
  const dir = path.join(box.configDir, "pact-sessions/demo", SESSION);
  fs.mkdirSync(path.dirname(dir), { recursive: true });
  fs.writeFileSync(dir, "a file where the folder should be");
  const { stderr } = runHook("sessionStart", payload("startup", box), box);
  expect(stderr).toContain('"type":"backup_failed"');
  expect(text()).toContain("PACT_MANAGED_START");
});

test("--list shows the backups, latest first", () => {
  expect(run(["restore", "--list"], box).stdout).toBe("No backups yet.\n");
  start();
  fs.writeFileSync(file, "other text\n");
  start("clear");
  const lines = run(["restore", "--list"], box).stdout.trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(SESSION);
  expect(lines[0]).toContain(`11 bytes  ${file}`);
  expect(lines[1]).toContain(`5 bytes  ${file}`);
});

test("a backup under the project's former name is restored, and what it replaces is kept beside it", () => {
  box = sandbox("my demo");
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
  start();
  const sessions = path.join(box.configDir, "pact-sessions");
  fs.renameSync(path.join(sessions, "my_demo"), path.join(sessions, "my demo"));
  const journal = path.join(sessions, "my demo", SESSION, "session-journal.jsonl");
  fs.writeFileSync(
    journal,
    fs.readFileSync(journal, "utf8").replaceAll(/([\\/])my_demo([\\/])/g, "$1my demo$2"),
  );
  expect(run(["restore", "--yes"], box)).toMatchObject({ status: 0 });
  expect(text()).toBe("mine\n");
  expect(fs.readdirSync(sessions)).toEqual(["my demo"]);
  expect(run(["restore", "--list"], box).stdout.trim().split("\n")).toHaveLength(2);
  expect(run(["restore", `${SESSION}/2`, "--yes"], box)).toMatchObject({ status: 0 });
  expect(text()).toContain("PACT_MANAGED_START");
});

test("restore shows the diff, and with --yes restores the backup", () => {
  start();
  const asked = run(["restore", SESSION.slice(0, 6)], box);
  expect(asked.status).toBe(1);
  expect(asked.stdout).toContain("-<!-- PACT_MANAGED_START");
  expect(asked.stderr).toContain("--yes");
  expect(text()).toContain("PACT_MANAGED_START");
  const done = run(["restore", SESSION.slice(0, 6), "--yes"], box);
  expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining("restored") });
  expect(text()).toBe("mine\n");
  expect(run(["restore", "--yes"], box).stdout).toContain("already has that content");
});

test("what a restore replaces is kept before it is replaced", (context) => {
  start();
  const before = text();
  const under = injecting(context, "?rename,?renameat,?renameat2:signal=KILL", undefined, file);
  expect(run(["restore", "--yes"], box, { under }).status).not.toBe(0);
  const kept = journalEvents(box).filter(({ type }) => type === "backup_kept");
  expect(kept.map(({ backup }) => fs.readFileSync(String(backup), "utf8"))).toEqual(["mine\n", before]);
});

test("a restore that is refused keeps no copy, and can be repeated", () => {
  start();
  fs.chmodSync(file, 0o444);
  expect(run(["restore", SESSION, "--yes"], box).status).toBe(1);
  expect(run(["restore", "--list"], box).stdout.trim().split("\n")).toHaveLength(1);
  fs.chmodSync(file, 0o644);
  expect(run(["restore", SESSION, "--yes"], box).status).toBe(0);
  expect(run(["restore", "--list"], box).stdout.trim().split("\n")).toHaveLength(2);
  // By now more than one ID starts so.
  expect(run(["restore", SESSION, "--yes"], box).stdout).toContain("already has that content");
});

test("a restore that could not keep what it replaces replaces nothing", (context) => {
  start();
  const before = text();
  const under = injecting(context, "?rename,?renameat:error=ENOSPC:when=1");
  const { status, stderr } = run(["restore", "--yes"], box, { under });
  expect([status, text()]).toEqual([1, before]);
  expect(stderr).toMatch(
    /could not be kept as it is \(ENOSPC: no space left on device\); left unchanged\. Free/,
  );
});

test.each([
  ["y", 0, "mine\n"],
  ["n", 1, "PACT_MANAGED_START"],
  ["", 1, "PACT_MANAGED_START"],
])("restore asks on a terminal and takes only a yes for a yes: %j", (answer, status, content) => {
  start();
  const result = spawnSync("script", ["-qec", `${COMMAND} restore`, "/dev/null"], {
    ...{ cwd: box.projectDir, env: envOf(box), encoding: "utf8" },
    input: answer && `${answer}\n`,
  });
  expect(result.stdout).toContain(`Restore ${file}? [y/N] `);
  expect(result.status).toBe(status);
  expect(text()).toContain(content);
});

test.each([
  ["two IDs", ["restore", "a", "b"]],
  ["an ID and --list", ["restore", "a", "--list"]],
])("wrong usage of restore exits 2: %s", (_name, args) => {
  expect(run(args, box)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("Usage: pact-hooks restore"),
  });
});

test.each([
  ["an unknown ID", ["restore", "ffff"], "no backup has an ID that starts with ffff."],
  ["no backup of this project", ["restore"], "this project has no backup yet."],
])("with nothing to restore, restore says so and exits 1: %s", (_name, args, message) => {
  expect(run(args, box)).toEqual({
    ...{ status: 1, stdout: "" },
    stderr: `pact-hooks: ${message} To see all backups: pact-hooks restore --list\n`,
  });
});

test.each<[string, () => void, RegExp]>([
  ["a named pipe", () => execFileSync("mkfifo", [file]), /is a named pipe, not a regular file/],
  ["a link to a folder", () => fs.symlinkSync(box.configDir, file), /is a folder, not a regular/],
  ["a link that leads nowhere", () => fs.symlinkSync("nothing", file), /is a link that leads to nothing/],
])("restore gives the reason and changes nothing if the target has become %s", (_name, make, reason) => {
  start();
  fs.rmSync(file);
  make();
  const { status, stdout, stderr } = run(["restore", "--yes"], box);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(reason);
  expect(stderr).not.toMatch(/^ +at /m);
});

test("--list leaves out a backup that is not a regular file", () => {
  start();
  const [kept] = journalEvents(box).filter(({ type }) => type === "backup_kept");
  fs.rmSync(String(kept?.backup));
  execFileSync("mkfifo", [String(kept?.backup)]);
  expect(run(["restore", "--list"], box).stdout).toBe("No backups yet.\n");
});

test("the user's own CLAUDE.md has a backup with its own ID", () => {
  fs.mkdirSync(box.configDir);
  const own = path.join(box.configDir, "CLAUDE.md");
  const before = "a\n<!-- PACT_START: x -->\nold\n<!-- PACT_END -->\nb\n";
  fs.writeFileSync(own, before);
  start();
  expect(fs.readFileSync(own, "utf8")).toBe("a\nb\n");
  expect(run(["restore", `${SESSION}/2`, "--yes"], box).status).toBe(0);
  expect(fs.readFileSync(own, "utf8")).toBe(before);
});

test("without an ID, the project's own file is restored, not the user's, which was changed later", () => {
  fs.mkdirSync(box.configDir);
  const own = path.join(box.configDir, "CLAUDE.md");
  fs.writeFileSync(own, "a\n<!-- PACT_START: x -->\nold\n<!-- PACT_END -->\nb\n");
  start();
  expect(run(["restore", "--yes"], box)).toMatchObject({ status: 0 });
  expect([text(), fs.readFileSync(own, "utf8")]).toEqual(["mine\n", "a\nb\n"]);
});

test("a project that is opened through a link has its backups", () => {
  start();
  const link = `${box.projectDir}-link`;
  fs.symlinkSync(box.projectDir, link);
  expect(run(["restore", "--yes", "--project", link], box)).toMatchObject({ status: 0 });
  expect(text()).toBe("mine\n");
});

test("what a restore replaces is kept, and can be restored", () => {
  start();
  fs.appendFileSync(file, "later\n");
  const replaced = text();
  run(["restore", "--yes"], box);
  run(["restore", `${SESSION}/2`, "--yes"], box);
  expect(text()).toBe(replaced);
  expect(run(["restore", "--list"], box).stdout.trim().split("\n")).toHaveLength(3);
});

test("the answer counts for the text that was shown: after another change, restore asks again", async () => {
  start();
  const child = startCommand("script", ["-qec", `${COMMAND} restore`, "/dev/null"], {
    cwd: box.projectDir,
    env: envOf(box) as Record<string, string>,
  });
  const shows = (what: string) => waitUntil(() => child.lines.some((line) => line.includes(what)), what);
  await shows("PACT_MANAGED_START");
  fs.appendFileSync(file, "acknowledged\n");
  child.send("y");
  await shows("has changed since");
  await shows("-acknowledged");
  expect(text()).toContain("acknowledged\n");
  child.send("y");
  await shows("restored");
  expect(text()).toBe("mine\n");
});

test("a restore that finds its work done removes the claim of the crashed one that did it", () => {
  start();
  run(["restore", "--yes"], box);
  const claim = path.join(box.projectDir, ".CLAUDE.md.0123456789abcdef.claim");
  fs.mkdirSync(claim);
  fs.writeFileSync(path.join(claim, "next"), "half");
  const again = run(["restore", "--yes"], box);
  expect(again).toMatchObject({ status: 0, stderr: "", stdout: `${file} already has that content.\n` });
  expect(fs.existsSync(claim)).toBe(false);
});

test("a journal that cannot be read is named, and a backup elsewhere is restored all the same", () => {
  start();
  const journal = path.join(box.configDir, "pact-sessions/demo/other/session-journal.jsonl");
  fs.mkdirSync(journal, { recursive: true });
  expect(run(["restore", "--yes"], box)).toMatchObject({
    status: 0,
    stderr: `pact-hooks: could not read ${journal}: not a regular file\n`,
  });
  expect(text()).toBe("mine\n");
});

test("where the journals cannot be read, restore says so, and not that there is no backup", (context) => {
  start();
  const root = path.join(box.configDir, "pact-sessions");
  const under = injecting(context, "openat:error=EACCES", undefined, root);
  const message = new RegExp(`^pact-hooks: could not read ${root}: EACCES`);
  const asked = run(["restore", "--yes"], box, { under });
  expect(asked).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(message) });
  expect(asked.stderr).toContain("this project has no backup among those that can be read. To see");
  const listed = run(["restore", "--list"], box, { under });
  expect(listed).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(message) });
});

test("a backup that another program has just removed is not taken for an empty one", (context) => {
  start();
  const backup = String(journalEvents(box).find(({ type }) => type === "backup_kept")?.backup);
  const under = injecting(context, "openat:error=ENOENT", undefined, backup);
  const { status, stderr } = run(["restore", "--yes"], box, { under });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("is gone") });
  expect(text()).toContain("PACT_MANAGED_START");
});
