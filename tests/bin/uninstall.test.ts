import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { injecting } from "../helpers/machine.ts";
import { excludeOf, git, repository, untracked } from "../helpers/repository.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

let box: Sandbox;
let inner: string;
let outer: string;

beforeEach(() => {
  box = sandbox();
  inner = path.join(box.projectDir, ".claude", "CLAUDE.md");
  outer = path.join(box.projectDir, "CLAUDE.md");
});

const read = (file: string) => fs.readFileSync(file, "utf8");

function session(name = "startup"): void {
  answerOf(runHook("sessionStart", payload(name, box), box));
}

/** Every file of the project with its bytes and mode, and every folder. */
function state(): Record<string, string> {
  const entries = listing(box.projectDir).map((name) => {
    const file = path.join(box.projectDir, name);
    const stat = fs.lstatSync(file);
    const content = stat.isFile() ? fs.readFileSync(file, "base64") : "";
    return [name, `${stat.mode.toString(8)} ${content}`];
  });
  return Object.fromEntries(entries);
}

test("a version of another program that a killed writer's claim holds is kept, told and journaled", () => {
  fs.writeFileSync(outer, "mine\n");
  const claim = path.join(box.projectDir, ".CLAUDE.md.0123456789abcdef.claim");
  fs.mkdirSync(claim);
  fs.writeFileSync(path.join(claim, "1.2.3.4"), "theirs\n");
  const { status, stderr } = run(["uninstall"], box);
  const [, saved = ""] = /Its version is in (\S+\.saved);/.exec(stderr.replaceAll(/\s+/g, " ")) ?? [];
  expect([status, read(saved), fs.existsSync(claim)]).toEqual([0, "theirs\n", false]);
});

test("a .claude that is a link to nothing is nothing to uninstall from", () => {
  fs.symlinkSync("nowhere", path.join(box.projectDir, ".claude"));
  expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
});

test("an empty project is empty again after install, sessions and uninstall", () => {
  run(["install"], box);
  session();
  session("resume");
  session("clear");
  expect(fs.existsSync(inner)).toBe(true);
  expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
  expect(listing(box.projectDir)).toEqual([]);
  expect(run(["uninstall"], box).stdout).toContain("Nothing to change");
});

test.each([
  ["plain", "# Mine\n\ntext\n"],
  ["CRLF", "# Mine\r\n\r\ntext\r\n"],
  ["a byte order mark", "\uFEFF# Mine\n"],
  ["front matter", "---\nk: v\n---\n# Mine\n"],
  ["front matter only, without a line break", "---\nk: v\n---"],
  ["no line break at the end", "mine"],
])("uninstall restores a project byte for byte: %s", (_name, text) => {
  repository(box.projectDir);
  fs.writeFileSync(outer, text, { mode: 0o640 });
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".claude/settings.json"), '{ "model": "opus" }');
  git(box.projectDir, "add", "-A");
  git(box.projectDir, "commit", "-qm", "mine");
  const before = state();
  run(["install"], box);
  session();
  session("clear");
  expect(read(outer)).toContain("PACT_MANAGED_START");
  expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
  expect(state()).toEqual(before);
  expect(untracked(box.projectDir)).toEqual([]);
});

describe("text that people wrote into the block", () => {
  beforeEach(() => {
    fs.writeFileSync(outer, "# Mine\n");
    session();
    const text = read(outer)
      .replace("## Pinned Context\n", "## Pinned Context\n- never on Fridays\n")
      .replace("\n<!-- PACT_MEMORY_START -->", "\nmy own words\n\n<!-- PACT_MEMORY_START -->");
    fs.writeFileSync(outer, text);
  });

  test("the text stays as ordinary text", () => {
    expect(run(["uninstall"], box).status).toBe(0);
    expect(read(outer)).toBe("# Mine\n\nmy own words\n\n## Pinned Context\n- never on Fridays\n");
  });

  test("--purge removes memory and keeps the rest", () => {
    expect(run(["uninstall", "--purge"], box).status).toBe(0);
    expect(read(outer)).toBe("# Mine\n\nmy own words\n");
  });

  test("--dry-run shows the changes and makes none", () => {
    const before = state();
    const { status, stdout } = run(["uninstall", "--dry-run"], box);
    expect(status).toBe(0);
    expect(stdout).toContain("-<!-- PACT_MANAGED_START");
    expect(stdout).toContain(" - never on Fridays");
    expect(stdout).toContain(".CLAUDE.md.lock would be removed");
    expect(state()).toEqual(before);
  });

  test("a new session moves the text into the block again", () => {
    run(["uninstall"], box);
    session();
    expect(read(outer).match(/- never on Fridays/g)).toHaveLength(1);
    expect(read(outer)).toContain("# Mine");
  });
});

test("a CLAUDE.md that a session created is removed with its folder", () => {
  session();
  expect(read(inner)).toContain("PACT_MANAGED_START");
  expect(run(["uninstall"], box).stdout).toContain(`${inner}: removed, because it contained nothing else`);
  expect(listing(box.projectDir)).toEqual([]);
});

test("a CLAUDE.md that was there and empty stays, and is empty", () => {
  fs.writeFileSync(outer, "");
  session();
  expect(read(outer)).toContain("PACT_MANAGED_START");
  expect(run(["uninstall"], box).stdout).toContain(`${outer}: removed the managed block`);
  expect(read(outer)).toBe("");
  expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
});

test("a file behind a link stays and is empty, or the link would lead nowhere", () => {
  fs.writeFileSync(path.join(box.projectDir, "AGENTS.md"), "");
  fs.symlinkSync("AGENTS.md", outer);
  session();
  expect(read(outer)).toContain("PACT_MANAGED_START");
  expect(run(["uninstall"], box).status).toBe(0);
  expect(read(outer)).toBe("");
  expect(fs.lstatSync(outer).isSymbolicLink()).toBe(true);
  expect(listing(box.projectDir)).toEqual(["AGENTS.md", "CLAUDE.md"]);
});

test("one CLAUDE.md that is a link to the other loses its block and stays a link", () => {
  fs.writeFileSync(outer, "");
  fs.mkdirSync(path.dirname(inner));
  fs.symlinkSync("../CLAUDE.md", inner);
  session();
  expect(run(["uninstall"], box).status).toBe(0);
  expect(read(inner)).toBe("");
  expect(fs.lstatSync(inner).isSymbolicLink()).toBe(true);
});

test("both files lose their block", () => {
  fs.writeFileSync(outer, "outer\n");
  session();
  fs.mkdirSync(path.dirname(inner));
  fs.writeFileSync(inner, read(outer).replace("outer", "inner"));
  expect(run(["uninstall"], box).status).toBe(0);
  expect([read(outer), read(inner)]).toEqual(["outer\n", "inner\n"]);
});

test("a .claude folder is removed if it is left empty, and stays with other things in it", () => {
  fs.mkdirSync(path.dirname(inner));
  session();
  expect(run(["uninstall"], box).stdout).toContain(".claude: removed, because it was empty");
  expect(listing(box.projectDir)).toEqual([]);
  session();
  fs.writeFileSync(path.join(path.dirname(inner), "mine"), "");
  run(["uninstall"], box);
  expect(listing(box.projectDir)).toEqual([".claude", ".claude/mine"]);
});

test("damaged markers are left unchanged and reported, and the rest is done", () => {
  run(["install"], box);
  session();
  const damaged = read(inner).replace("<!-- PACT_MEMORY_END -->\n", "");
  fs.writeFileSync(inner, damaged);
  const { status, stderr } = run(["uninstall"], box);
  expect(status).toBe(1);
  expect(stderr).toMatch(/CLAUDE\.md has damaged markers: .*line \d+.*left unchanged/);
  expect(read(inner)).toBe(damaged);
  expect(listing(path.dirname(inner))).toEqual(["CLAUDE.md"]);
});

test("a sidecar that a process holds stays, and git goes on hiding it", async () => {
  repository(box.projectDir);
  const exclude = read(excludeOf(box.projectDir));
  fs.writeFileSync(outer, "# Mine\n");
  session();
  const sidecar = path.join(box.projectDir, ".CLAUDE.md.lock");
  expect(fs.existsSync(sidecar)).toBe(true);
  const holder: ChildProcess = spawn("flock", [sidecar, "-c", "echo held; read x"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout as NodeJS.ReadableStream, "data");
  const { status, stderr } = run(["uninstall"], box);
  expect(status).toBe(1);
  expect(stderr).toContain(`kept ${sidecar}: `);
  expect(fs.existsSync(sidecar)).toBe(true);
  expect(untracked(box.projectDir)).toEqual(["?? CLAUDE.md"]);
  expect(read(excludeOf(box.projectDir))).toContain(".CLAUDE.md.lock");
  holder.stdin?.end("\n");
  await once(holder, "close");
  expect(run(["uninstall"], box).status).toBe(0);
  expect(listing(box.projectDir).filter((name) => !name.startsWith(".git"))).toEqual(["CLAUDE.md", "README"]);
  expect(read(excludeOf(box.projectDir))).toBe(exclude);
});

describe("a project whose settings start nothing, where sessions have run, is as before", () => {
  test.each([
    ["without a CLAUDE.md", undefined],
    ["with a CLAUDE.md that is committed", "# Mine\n\ntext\n"],
    ["with a CLAUDE.md that is committed and empty", ""],
  ])("%s", (_name, text) => {
    repository(box.projectDir);
    if (text !== undefined) fs.writeFileSync(outer, text);
    git(box.projectDir, "add", "-A");
    git(box.projectDir, "commit", "--allow-empty", "-qm", "mine");
    const exclude = excludeOf(box.projectDir);
    const [before, excluded] = [withoutGit(), fs.readFileSync(exclude)];
    session();
    session("clear");
    const file = text === undefined ? inner : outer;
    expect(read(file)).toContain("PACT_MANAGED_START");
    expect(read(exclude)).toContain(".CLAUDE.md.lock");
    expect(listing(path.dirname(file))).toContain(".CLAUDE.md.lock");
    expect(fs.existsSync(path.join(box.configDir, "settings.json"))).toBe(false);
    expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
    expect(withoutGit()).toEqual(before);
    expect(fs.readFileSync(exclude)).toEqual(excluded);
    expect(untracked(box.projectDir)).toEqual([]);
  });

  /** Every file and folder of the project but git's own. */
  function withoutGit(): Record<string, string> {
    return Object.fromEntries(Object.entries(state()).filter(([name]) => !/^\.git(?:\/|$)/.test(name)));
  }
});

test("uninstall names the settings that still start the hooks", () => {
  run(["install", "--user"], box);
  expect(run(["uninstall"], box).stderr).toContain(path.join(box.configDir, "settings.json"));
  expect(run(["uninstall", "--user"], box).stderr).toBe("");
  expect(fs.existsSync(path.join(box.configDir, "settings.json"))).toBe(false);
});

test("uninstall removes the claim that a crashed writer has left, wherever CLAUDE.md is now", () => {
  session();
  const claim = path.join(box.projectDir, ".CLAUDE.md.0123456789abcdef.claim");
  fs.mkdirSync(claim);
  fs.writeFileSync(path.join(claim, "next"), "half");
  expect(run(["uninstall"], box)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${claim}: removed`),
  });
  expect(listing(box.projectDir)).toEqual([]);
});

test("uninstall removes the lock file of another tool's block, which git would show from then on", () => {
  repository(box.projectDir);
  session();
  const block = ["AGENTS.md", "--start", "<!-- a -->", "--end", "<!-- b -->"];
  fs.writeFileSync(path.join(box.projectDir, "body"), "text\n");
  run(["block", "set", ...block, "--body-file", "body"], box);
  run(["block", "remove", ...block], box);
  fs.rmSync(path.join(box.projectDir, "body"));
  expect(listing(box.projectDir)).toContain(".AGENTS.md.lock");
  run(["uninstall"], box);
  expect(listing(box.projectDir)).not.toContain(".AGENTS.md.lock");
  expect(git(box.projectDir, "status", "--short")).toBe("");
});

describe("what the system does not tell is no proof that nothing is there: reported, exit code 1", () => {
  const LOOKS = "?access,?faccessat2,?statx,?lstat,?newfstatat";

  test("a .claude folder that cannot be looked at is not taken for none", (context) => {
    run(["install"], box);
    const before = state();
    const under = injecting(context, `${LOOKS}:error=EMFILE`, undefined, path.dirname(inner));
    const { status, stdout, stderr } = run(["uninstall"], box, { under });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/settings\.json \(EMFILE: .*unchanged/);
    expect(state()).toEqual(before);
  });

  test("a repository that cannot be read is not taken for none, and the rest is done", (context) => {
    repository(box.projectDir);
    const exclude = read(excludeOf(box.projectDir));
    session();
    const head = path.join(box.projectDir, ".git/HEAD");
    const under = injecting(context, "openat:error=EACCES", undefined, head);
    const { status, stderr } = run(["uninstall"], box, { under });
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`: ${head} may not`),
    });
    expect(fs.existsSync(inner)).toBe(false);
    expect(run(["uninstall"], box).status).toBe(0);
    expect(read(excludeOf(box.projectDir))).toBe(exclude);
    expect(untracked(box.projectDir)).toEqual([]);
  });

  test("settings that cannot be read may still start the hooks, and install adds none beside them", (context) => {
    const file = path.join(box.configDir, "settings.json");
    fs.mkdirSync(box.configDir);
    fs.writeFileSync(file, '{ "enabledPlugins": { "pact-hooks@pact-hooks": true } }');
    const under = injecting(context, "openat:error=EACCES", undefined, file);
    const unreadable = { status: 1, stderr: expect.stringContaining(`: ${file} may not be read`) };
    expect(run(["uninstall"], box, { under })).toMatchObject(unreadable);
    expect(run(["install"], box, { under })).toMatchObject(unreadable);
    expect(listing(box.projectDir)).toEqual([]);
  });

  test("an empty .claude folder that cannot be removed is named", (context) => {
    session();
    const folder = path.dirname(inner);
    const under = injecting(context, "rmdir:error=EPERM", undefined, folder);
    const { status, stderr } = run(["uninstall"], box, { under });
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`kept ${folder}: EPERM`),
    });
  });
});

test("uninstall removes what a crashed uninstall has left beside info/exclude", () => {
  repository(box.projectDir);
  const info = path.dirname(excludeOf(box.projectDir));
  const before = listing(info);
  fs.mkdirSync(path.join(info, ".exclude.0123456789abcdef.claim"));
  fs.writeFileSync(path.join(info, ".exclude.lock"), "");
  expect(run(["uninstall"], box).status).toBe(0);
  expect(listing(info)).toEqual(before);
});
