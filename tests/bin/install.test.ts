import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { CAN_MOUNT } from "../helpers/machine.ts";
import { excludeOf, git, repository, untracked } from "../helpers/repository.ts";
import { envOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { writeSettings } from "../helpers/startersCases.ts";
import { listing, modeOf } from "../helpers/tempDir.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
let box: Sandbox;
let settings: string;

beforeEach(() => {
  box = sandbox("a $& project 🙂");
  settings = path.join(box.projectDir, ".claude", "settings.local.json");
});

const asJson = (text: string) => JSON.stringify(text).slice(1, -1);
const read = (file: string) => fs.readFileSync(file, "utf8");

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

test("install adds the hooks of hooks.json with the plugin's own folder, to this person's settings", () => {
  expect(run(["install"], box)).toMatchObject({ status: 0, stderr: "" });
  const { hooks } = JSON.parse(read(settings));
  const file = read(path.join(DIST, "hooks/hooks.json")).replaceAll("\x24{CLAUDE_PLUGIN_ROOT}", asJson(DIST));
  expect(hooks).toEqual(JSON.parse(file).hooks);
  expect(modeOf(settings)).toBe(0o666 & ~process.umask());
  expect(modeOf(path.dirname(settings))).toBe(0o777 & ~process.umask());
});

test("--shared uses the team's settings, which doctor warns of, and uninstall takes the hooks out of both", () => {
  const shared = path.join(box.projectDir, ".claude", "settings.json");
  run(["install"], box);
  run(["install", "--shared"], box);
  expect(read(shared)).toBe(read(settings));
  expect(run(["doctor"], box).stdout).toContain(
    "settings.json, which a team shares, runs the hooks from a folder",
  );
  run(["uninstall"], box);
  expect([fs.existsSync(shared), fs.existsSync(settings)]).toEqual([false, false]);
  expect(run(["install", "--shared", "--user"], box)).toMatchObject({ status: 2 });
});

test("the hook that install adds runs", () => {
  run(["install"], box);
  const [{ hooks }] = JSON.parse(read(settings)).hooks.SessionStart;
  const input = payload("startup", box);
  const out = execFileSync(hooks[0].command, hooks[0].args, {
    cwd: box.projectDir,
    input,
    env: envOf(box),
    encoding: "utf8",
  });
  expect(JSON.parse(out).hookSpecificOutput.additionalContext).toContain("PACT session");
  expect(read(path.join(box.projectDir, ".claude/CLAUDE.md"))).toContain("PACT_MANAGED_START");
});

test("install keeps other settings and the mode, and changes nothing the second time", () => {
  const before = '{\r\n\t"model": "opus",\r\n\t"hooks": {"Stop": []}\r\n}';
  write(settings, before);
  fs.chmodSync(settings, 0o640);
  run(["install"], box);
  const added = read(settings);
  expect(added.startsWith('{\r\n\t"model": "opus",\r\n\t"hooks": {"Stop": [], "SessionStart":')).toBe(true);
  expect(modeOf(settings)).toBe(0o640);
  expect(run(["install"], box)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Nothing to change"),
  });
  expect(read(settings)).toBe(added);
  expect(run(["uninstall"], box).status).toBe(0);
  expect(read(settings)).toBe(before);
});

test("install replaces hooks that run from another folder", () => {
  const copy = path.join(path.dirname(box.projectDir), "elsewhere");
  fs.cpSync(DIST, copy, { recursive: true });
  execFileSync(process.execPath, [path.join(copy, "bin/pact-hooks"), "install", box.projectDir], {
    env: envOf(box),
  });
  expect(read(settings)).toContain(asJson(copy));
  run(["install"], box);
  expect(read(settings)).not.toContain("elsewhere");
  expect(JSON.parse(read(settings)).hooks.SessionStart).toHaveLength(1);
});

test("--user changes the user's own settings, which may be a link", () => {
  const own = path.join(box.configDir, "settings.json");
  const real = path.join(path.dirname(box.projectDir), "dotfiles", "claude.json");
  write(real, "{}\n");
  fs.mkdirSync(box.configDir);
  fs.symlinkSync(real, own);
  expect(run(["install", "--user"], box).status).toBe(0);
  expect(read(real)).toContain("sessionStart.cjs");
  expect(fs.lstatSync(own).isSymbolicLink()).toBe(true);
  expect(listing(box.projectDir)).toEqual([]);
  expect(run(["uninstall", "--user"], box).status).toBe(0);
  expect(read(real)).toBe("{}\n");
  expect(listing(path.dirname(real))).toEqual(["claude.json"]);
});

test("--dry-run shows the diff and changes nothing", () => {
  repository(box.projectDir);
  write(settings, '{\n  "model": "opus"\n}\n');
  const before = listing(box.projectDir);
  const { status, stdout } = run(["install", "--dry-run"], box);
  expect(status).toBe(0);
  expect(stdout).toContain('+  "hooks": {');
  expect(read(settings)).toBe('{\n  "model": "opus"\n}\n');
  expect(listing(box.projectDir)).toEqual(before);
});

test("the content of a file cannot drive the terminal", () => {
  write(settings, '{\n  "a": "\u009b2J"\n}\n');
  expect(run(["install", "--dry-run"], box).stdout).not.toContain("\u009b");
  write(settings, "{ \u001b }");
  expect(run(["install"], box).stderr).not.toContain("\u001b");
});

describe("settings that cannot be changed", () => {
  test.each([
    [
      "no JSON",
      '{\n  "a": 1,\n}\n',
      /settings\.local\.json is not valid JSON \(line 3, column 1: .*left unchanged/,
    ],
    ["comments", '{\n  // why\n  "a": 1\n}\n', /line 2, column 3: .*a comment/],
    ["hooks of a wrong type", '{"hooks": []}', /"hooks" is an array \(line 1, column 11\)/],
    ["not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /not UTF-8/],
  ])("install exits 1, names the place and leaves the settings unchanged: %s", (_name, text, said) => {
    repository(box.projectDir);
    write(settings, "");
    fs.writeFileSync(settings, text);
    const exclude = read(excludeOf(box.projectDir));
    for (const args of [["install"], ["install", "--dry-run"], ["uninstall"]]) {
      expect(run(args, box)).toMatchObject({ status: 1, stderr: expect.stringMatching(said) });
      expect(read(excludeOf(box.projectDir))).toBe(exclude);
    }
    expect(fs.readFileSync(settings)).toEqual(Buffer.from(text as string));
  });

  test("install exits 1 if the settings are a link that leads out of the project", () => {
    const outside = path.join(path.dirname(box.projectDir), "outside.json");
    fs.writeFileSync(outside, "{}");
    fs.mkdirSync(path.dirname(settings));
    fs.symlinkSync(outside, settings);
    expect(run(["install"], box)).toMatchObject({ status: 1, stderr: expect.stringContaining("outside of") });
    expect(read(outside)).toBe("{}");
  });
});

test("install does not add the hooks again if the plugin system has enabled the plugin", () => {
  repository(box.projectDir);
  write(settings, '{"enabledPlugins": {"pact-hooks@pact-hooks": true}}');
  const { status, stdout } = run(["install"], box);
  expect(status).toBe(0);
  expect(stdout).toContain("is enabled in");
  expect(read(settings)).not.toContain("sessionStart");
});

describe("what a stronger settings file says of the plugin counts", () => {
  const plugin = (on: boolean) => ({ enabledPlugins: { "pact-hooks@pact-hooks": on } });

  test("install adds no hooks beside a plugin that an administrator enables, and uninstall names his file", ({
    skip,
  }) => {
    skip(!CAN_MOUNT, "needs the right to mount");
    const under = writeSettings({ user: plugin(false), managed: plugin(true) }, box);
    const { status, stdout } = run(["install"], box, { under });
    expect(status).toBe(0);
    expect(stdout).toContain(
      "is enabled in /etc/claude-code/managed-settings.json: not adding its hooks again",
    );
    expect(fs.existsSync(settings)).toBe(false);
    expect(run(["uninstall"], box, { under }).stderr).toContain(
      "still enabled in /etc/claude-code/managed-settings.json. Ask your administrator.",
    );
  });

  test("install adds the hooks where the project turns off the plugin that the user enables", () => {
    writeSettings({ user: plugin(true), local: plugin(false) }, box);
    expect(run(["install"], box).stdout).toContain("added the hooks");
    expect(read(settings)).toContain("sessionStart");
  });
});

describe("in a git work tree,", () => {
  /** Everything of ours that may lie about while a session runs. */
  function litter(dir: string, names: string[]): void {
    for (const name of names) {
      write(path.join(dir, `.${name}.lock`), "");
      write(path.join(dir, `.${name}.0123456789abcdef.claim`, "next"), "");
    }
  }
  const session = (dir = box.projectDir, env = {}) => {
    const at = { ...box, projectDir: dir };
    return answerOf(runHook("sessionStart", payload("startup", at), at, env));
  };

  test("install and sessions show nothing but CLAUDE.md, and uninstall leaves the exclude file as it was", () => {
    repository(box.projectDir);
    const before = read(excludeOf(box.projectDir));
    run(["install"], box);
    session();
    expect(untracked(box.projectDir)).toEqual(["?? .claude/CLAUDE.md"]);
    const added = read(excludeOf(box.projectDir));
    expect(added.startsWith(before)).toBe(true);
    run(["install"], box);
    session();
    expect(read(excludeOf(box.projectDir))).toBe(added);
    litter(path.join(box.projectDir, ".claude"), ["CLAUDE.md"]);
    write(path.join(box.projectDir, ".other.lock"), "");
    expect(untracked(box.projectDir)).toEqual(["?? .claude/CLAUDE.md", "?? .other.lock"]);
    fs.rmSync(path.join(box.projectDir, ".claude/.CLAUDE.md.0123456789abcdef.claim"), { recursive: true });
    run(["uninstall"], box);
    expect(read(excludeOf(box.projectDir))).toBe(before);
    expect(listing(path.dirname(excludeOf(box.projectDir)))).toEqual(["exclude"]);
    expect(listing(box.projectDir).filter((name) => !name.startsWith(".git"))).toEqual([
      ".other.lock",
      "README",
    ]);
  });

  test("the lock files of a CLAUDE.md that is a link are hidden by the real file's name, whatever is in it", () => {
    repository(box.projectDir);
    fs.writeFileSync(path.join(box.projectDir, "AGENTS [x]*.md"), "");
    fs.symlinkSync("AGENTS [x]*.md", path.join(box.projectDir, "CLAUDE.md"));
    session();
    litter(box.projectDir, ["AGENTS [x]*.md", "AGENTS x.md"]);
    const lockFiles = untracked(box.projectDir).filter((line) => /lock|claim/.test(line));
    expect(lockFiles.join()).toContain("AGENTS x.md");
    expect(lockFiles.join()).not.toContain("[x]");
  });

  test("a submodule has an exclude file of its own", () => {
    const part = repository(path.join(path.dirname(box.projectDir), "part"));
    repository(box.projectDir);
    git(box.projectDir, "submodule", "add", "-q", part, "sub");
    session(path.join(box.projectDir, "sub"));
    expect(read(path.join(box.projectDir, ".git/modules/sub/info/exclude"))).toContain(".CLAUDE.md.lock");
    expect(read(excludeOf(box.projectDir))).not.toContain(".CLAUDE.md.lock");
  });

  test("GIT_DIR and GIT_COMMON_DIR say whose exclude file it is", () => {
    const [elsewhere, third] = ["elsewhere", "third"].map((name) =>
      repository(path.join(path.dirname(box.projectDir), name)),
    ) as [string, string];
    repository(box.projectDir);
    const below = path.join(box.projectDir, "a/b");
    fs.mkdirSync(below, { recursive: true });
    session(below, { GIT_DIR: path.join(elsewhere, ".git") });
    expect(read(excludeOf(elsewhere))).toContain(".CLAUDE.md.lock");
    session(box.projectDir, { GIT_COMMON_DIR: path.join(third, ".git") });
    expect(read(excludeOf(third))).toContain(".CLAUDE.md.lock");
    expect(read(excludeOf(box.projectDir))).not.toContain(".CLAUDE.md.lock");
  });

  test("uninstall removes an exclude file that came with us", () => {
    fs.mkdirSync(box.projectDir, { recursive: true });
    git(box.projectDir, "init", "-q", "--template=");
    session();
    const exclude = path.join(box.projectDir, ".git/info/exclude");
    expect(fs.existsSync(exclude)).toBe(true);
    run(["uninstall"], box);
    expect(fs.existsSync(exclude)).toBe(false);
  });

  test.each([
    ["has no last line end", "*.o"],
    ["has CRLF", "*.o\r\n"],
    ["has blank lines", "\n\n*.o\n\n"],
  ])("an exclude file that %s is the same after uninstall", (_name, text) => {
    repository(box.projectDir);
    fs.writeFileSync(excludeOf(box.projectDir), text);
    run(["install"], box);
    session();
    litter(box.projectDir, ["CLAUDE.md"]);
    expect(untracked(box.projectDir)).toEqual(["?? .claude/CLAUDE.md"]);
    fs.rmSync(path.join(box.projectDir, ".CLAUDE.md.0123456789abcdef.claim"), { recursive: true });
    run(["uninstall"], box);
    expect(read(excludeOf(box.projectDir))).toBe(text);
  });

  test("lines that others have put around and between ours stay", () => {
    repository(box.projectDir);
    fs.writeFileSync(excludeOf(box.projectDir), "before\n");
    session();
    const file = excludeOf(box.projectDir);
    fs.writeFileSync(file, `${read(file).replace("# pact-hooks: end", "between\n# pact-hooks: end")}after\n`);
    run(["uninstall"], box);
    expect(read(file)).toBe("before\nbetween\nafter\n");
  });

  test.each<[string, (dir: string, outside: string) => void]>([
    [
      "a .git file that leads to a folder that is no repository",
      (dir, outside) => fs.writeFileSync(path.join(dir, ".git"), `gitdir: ${outside}\n`),
    ],
    [
      "a .git folder that is not a repository",
      (dir) => fs.mkdirSync(path.join(dir, ".git/info"), { recursive: true }),
    ],
    ["no .git", () => {}],
  ])("nothing is excluded with %s", (_name, make) => {
    const outside = path.join(path.dirname(box.projectDir), "outside");
    write(path.join(outside, "info", "exclude"), "x\n");
    make(box.projectDir, outside);
    session();
    expect(run(["install"], box)).toMatchObject({ status: 0, stderr: "" });
    expect(read(path.join(outside, "info", "exclude"))).toBe("x\n");
    expect(fs.existsSync(path.join(box.projectDir, ".git/info/exclude"))).toBe(false);
  });

  test("no program of a hostile repository runs, and no link of it is followed out", () => {
    repository(box.projectDir);
    const proof = path.join(path.dirname(box.projectDir), "ran");
    for (const key of ["core.fsmonitor", "core.sshCommand", "core.pager", "alias.rev-parse"]) {
      git(box.projectDir, "config", key, `!touch '${proof}'; false`);
    }
    git(box.projectDir, "config", "core.fsmonitor", `touch '${proof}'`);
    const outside = path.join(path.dirname(box.projectDir), "outside");
    fs.writeFileSync(outside, "x\n");
    const exclude = path.join(box.projectDir, ".git/info/exclude");
    fs.rmSync(exclude);
    fs.symlinkSync(outside, exclude);
    run(["install"], box);
    session();
    run(["uninstall"], box);
    expect(read(outside)).toBe("x\n");
    expect(fs.existsSync(proof)).toBe(false);
    fs.rmSync(path.join(box.projectDir, ".git/info"), { recursive: true });
    fs.mkdirSync(path.join(path.dirname(box.projectDir), "out"));
    fs.symlinkSync(path.join(path.dirname(box.projectDir), "out"), path.join(box.projectDir, ".git/info"));
    session();
    expect(listing(path.join(path.dirname(box.projectDir), "out"))).toEqual([]);
  });

  test("doctor says which names are missing, until an update has added them", () => {
    repository(box.projectDir);
    const finding = () =>
      JSON.parse(run(["doctor", "--json"], box).stdout).findings.find(
        ({ check }: { check: string }) => check === "git",
      );
    expect(finding()).toMatchObject({ level: "note", message: expect.stringContaining(".CLAUDE.md.lock") });
    session();
    expect(finding()).toMatchObject({ level: "ok" });
  });
});
