import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { journalPath } from "../../shared/journal/sessionFolder.ts";
import { run } from "../helpers/commandLine.ts";
import { journalEvents } from "../helpers/journal.ts";
import { envOf, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

test("try shows the diff, the context, the journal, the backend and the time, and changes nothing", () => {
  const box = sandbox();
  fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
  const { status, stdout, stderr } = run(["try"], box);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain("+<!-- PACT_MANAGED_START");
  expect(stdout).toContain("\n mine\n");
  expect(stdout).toContain("PACT session");
  expect(stdout).toMatch(/^\S+Z session_start session_id=\S+ .*lock\.outcome=locked/m);
  expect(stdout).not.toMatch(/^\{/m);
  expect(stdout).toMatch(/lock: locked, backend (native|addon|exlock|flock)/);
  expect(stdout).toMatch(/exit 0, \d+ ms/);
  expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
  expect(fs.readFileSync(path.join(box.projectDir, "CLAUDE.md"), "utf8")).toBe("mine\n");
  expect(listing(envOf(box).TMPDIR as string)).toEqual([]);
});

test("try uses a sample where there is no CLAUDE.md", () => {
  const box = sandbox();
  const { status, stdout } = run(["try", box.projectDir], box);
  expect(status).toBe(0);
  expect(stdout).toContain("has no CLAUDE.md");
  expect(listing(box.projectDir)).toEqual([]);
});

test("try uses the team's settings and the person's, as a session in the project does", () => {
  const box = sandbox();
  const claude = path.join(box.projectDir, ".claude");
  fs.mkdirSync(claude);
  fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
  fs.writeFileSync(path.join(claude, "pact-hooks.md"), "---\nsessionBlock: true\n---\nwords of the team\n");
  fs.writeFileSync(path.join(claude, "pact-hooks.local.md"), "words of one person\n");
  const { stdout } = run(["try"], box);
  expect(stdout).toContain("\n+<!-- SESSION_START -->\n");
  expect(stdout).toContain("\n+words of the team\n");
  expect(stdout).toContain("\nwords of one person\n");
  expect(listing(box.projectDir)).toEqual([
    ".claude",
    ".claude/pact-hooks.local.md",
    ".claude/pact-hooks.md",
    "CLAUDE.md",
  ]);
});

test("try --here changes the real file and writes the real journal", () => {
  const box = sandbox();
  fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
  expect(run(["try", "--here"], box).status).toBe(0);
  expect(fs.readFileSync(path.join(box.projectDir, "CLAUDE.md"), "utf8")).toContain("PACT_MANAGED_START");
  expect(journalEvents(box).map(({ type }) => type)).toEqual(["backup_kept", "session_start"]);
});

test("a journal's path is in the given configuration folder, whatever the environment says", () => {
  const session = { projectDir: "/x/demo", sessionId: "s-1" };
  const COPY = path.resolve("/copy");
  expect(journalPath(session, COPY)).toBe(path.join(COPY, "pact-sessions/demo/s-1/session-journal.jsonl"));
  expect(journalPath({}, COPY)).toBe(path.join(COPY, "pact-sessions/unattributed.jsonl"));
});

test("try shows colours only on request", () => {
  const box = sandbox();
  expect(run(["try"], box).stdout).not.toContain("\u001b");
  expect(run(["try"], box, { env: { FORCE_COLOR: "1" } }).stdout).toContain("\u001b[32m+");
});

test("the content of a file cannot drive the terminal", () => {
  const box = sandbox();
  fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine \u001b[2J\n");
  expect(run(["try"], box).stdout).not.toContain("\u001b");
});

test.each(["/dev/zero", "../outside.md", "package.json"])(
  "try refuses a CLAUDE.md that is a link to %s",
  (to) => {
    const box = sandbox();
    for (const name of ["../outside.md", "package.json"]) {
      fs.writeFileSync(path.join(box.projectDir, name), "secret");
    }
    fs.symlinkSync(to, path.join(box.projectDir, "CLAUDE.md"));
    const { status, stdout, stderr } = run(["try"], box);
    expect(status).toBe(1);
    expect(stderr).toMatch(/CLAUDE\.md (?:is a device, not a regular file|leads to .*); left unchanged\./);
    expect(stdout).not.toContain("secret");
  },
);

test("try neither reads nor shows what a settings file is a link to", () => {
  const box = sandbox();
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".env"), "secret\n");
  fs.symlinkSync("../.env", path.join(box.projectDir, ".claude/pact-hooks.md"));
  fs.symlinkSync("/dev/zero", path.join(box.projectDir, ".claude/pact-hooks.local.md"));
  const { status, stdout } = run(["try"], box);
  expect(status).toBe(1);
  expect(stdout).toContain("is a link; left unchanged.");
  expect(stdout).not.toContain("secret");
});

test("try shows an event that the hook could not journal as it shows the others", () => {
  const box = sandbox();
  fs.mkdirSync(box.configDir);
  fs.writeFileSync(path.join(box.configDir, "pact-sessions"), "in the way");
  const { stdout } = run(["try", "--here"], box);
  expect(stdout).toMatch(/What the hook wrote to standard error\n.*follows\.\n\S+Z session_start /);
  expect(stdout).toContain("\nWhat was journaled\nnothing\n");
  expect(stdout).not.toMatch(/^\{/m);
});
