/** A session in a file that a team commits: with real git, a session leaves nothing behind but one change, made once. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { excludeOf, git, repository, untracked } from "../helpers/repository.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing, modeOf, tempDir } from "../helpers/tempDir.ts";

const SOURCES = ["startup", "resume", "clear", "compact", "fork", "a-source-to-come"];
const PACT_BLOCK = `<!-- SESSION_START -->
## Current Session
<!-- Auto-managed by session_init hook. Overwritten each session. -->
- Resume: \`claude --resume 01234567-89ab-4cde-8f01-23456789abcd\`
- Team: \`pact-01234567\`
- Plugin root: \`/home/ada/.claude/plugins/cache/pact-marketplace/PACT/4.4.14\`
- Started: 2026-06-11 10:27:23 UTC
<!-- SESSION_END -->
`;

const read = (file: string) => fs.readFileSync(file, "utf8");
let sessions = 0;

/** Starts a session in a folder, with the configuration folder of a person. */
function start(
  projectDir: string,
  configDir: string,
  source = "startup",
  env: NodeJS.ProcessEnv = {},
  more = {},
) {
  const box: Sandbox = { projectDir, configDir };
  const session_id = `session-${++sessions}`;
  const answer = answerOf(
    runHook("sessionStart", payload("startup", box, { source, session_id, ...more }), box, env),
  );
  return { ...answer, context: answer.hookSpecificOutput?.additionalContext ?? "", session_id };
}

function put(file: string, text: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

/** A repository with a committed CLAUDE.md, and a person's configuration folder. */
function team(text = "# Ours\n\n- Build with `make`.\n") {
  const dir = tempDir();
  const projectDir = repository(path.join(dir, "demo"));
  const file = put(path.join(projectDir, "CLAUDE.md"), text);
  git(projectDir, "add", "-A");
  git(projectDir, "commit", "-qm", "ours");
  const configDir = path.join(dir, "config");
  const commit = (message: string) => git(projectDir, "commit", "-qam", message);
  return { dir, projectDir, configDir, file, commit };
}

describe("a work tree", () => {
  test("has one change after the first session, and none after any further one", () => {
    const { projectDir, configDir, file, commit } = team();
    start(projectDir, configDir);
    expect(untracked(projectDir)).toEqual([" M CLAUDE.md"]);
    expect(read(file).startsWith("# Ours\n\n- Build with `make`.\n\n<!-- PACT_MANAGED_START")).toBe(true);
    git(projectDir, "add", "-A");
    commit("the block");
    expect(git(projectDir, "show", "--name-only", "--format=")).toBe("CLAUDE.md\n");
    const { ino, mtimeNs } = fs.statSync(file, { bigint: true });
    for (const source of SOURCES) start(projectDir, configDir, source);
    expect(untracked(projectDir)).toEqual([]);
    expect(fs.statSync(file, { bigint: true })).toMatchObject({ ino, mtimeNs });
  });

  test("that is linked, and in which only sessions ran, can be removed", () => {
    const { projectDir, configDir, dir, commit } = team();
    start(projectDir, configDir);
    commit("the block");
    const linked = path.join(dir, "linked");
    git(projectDir, "worktree", "add", "-q", linked);
    const { context } = start(linked, configDir);
    expect(context).toContain(path.join(configDir, "pact-sessions", "demo"));
    fs.appendFileSync(path.join(linked, ".git"), "");
    git(projectDir, "worktree", "remove", linked);
    expect(fs.existsSync(linked)).toBe(false);
  });

  test("that became one after its first session does not show the lock file after the next", () => {
    const { projectDir, configDir } = sandbox();
    start(projectDir, configDir);
    git(projectDir, "init", "-q");
    expect(untracked(projectDir)).toContain("?? .claude/.CLAUDE.md.lock");
    start(projectDir, configDir);
    expect(untracked(projectDir)).toEqual(["?? .claude/CLAUDE.md"]);
    const exclude = read(excludeOf(projectDir));
    start(projectDir, configDir);
    expect(read(excludeOf(projectDir))).toBe(exclude);
  });

  test("whose .git names a repository of somebody else changes nothing there", () => {
    const { configDir, dir } = team();
    const victim = repository(path.join(dir, "victim"));
    const before = read(path.join(victim, ".git/info/exclude"));
    const hostile = path.join(dir, "hostile");
    put(path.join(hostile, ".git"), `gitdir: ${victim}/.git\n`);
    start(hostile, configDir);
    expect(read(path.join(victim, ".git/info/exclude"))).toBe(before);
  });
});

test("two people with other settings, homes, plugins and umasks never rewrite each other's file", () => {
  const { projectDir, dir, file, configDir, commit } = team();
  put(
    path.join(projectDir, ".claude/pact-hooks.md"),
    "---\nsessionBlock: false\n---\n\nAsk before you deploy.\n",
  );
  git(projectDir, "add", "-A");
  start(projectDir, configDir);
  commit("the block");
  const other = path.join(dir, "elsewhere", "their-name");
  git(dir, "clone", "-q", projectDir, other);
  const theirConfig = path.join(dir, "their-config");
  put(path.join(theirConfig, "pact-hooks.local.md"), "---\nlockTtlSeconds: 60\n---\n\nSpeak French.\n");
  put(path.join(other, ".claude/pact-hooks.local.md"), "---\nlockTimeoutSeconds: 1\n---\n");
  git(other, "config", "core.excludesFile", put(path.join(dir, "ignored"), "*.local.md\n"));
  const env = { CLAUDE_PLUGIN_ROOT: "/opt/pact-hooks/9.9", HOME: "/nonexistent" };
  for (const source of SOURCES) {
    start(other, theirConfig, source, env);
    start(projectDir, configDir, source);
  }
  expect([untracked(projectDir), untracked(other)]).toEqual([[], []]);
  expect(read(path.join(other, "CLAUDE.md"))).toBe(read(file));
  expect(read(file)).not.toMatch(/session-\d|\/tmp|config/);
  expect(start(other, theirConfig, "startup", env).context).toContain("Speak French.");
});

test("a session that cannot read the team's settings leaves the file alone, and says so", () => {
  const { projectDir, configDir, file } = team();
  const settings = put(path.join(projectDir, ".claude/pact-hooks.md"), "Ask before you deploy.\n");
  start(projectDir, configDir);
  const before = read(file);
  expect(before).toContain("Ask before you deploy.");
  fs.rmSync(settings);
  fs.mkdirSync(settings);
  const { systemMessage } = start(projectDir, configDir);
  expect(read(file)).toBe(before);
  expect(systemMessage).toMatch(/\.claude\/pact-hooks\.md is a folder, .* CLAUDE\.md is left alone/);
});

describe("the model is told its own session, whatever starts it:", () => {
  test.each(SOURCES)("%s", (source) => {
    const { projectDir, configDir } = team();
    const first = start(projectDir, configDir);
    const { context, session_id } = start(projectDir, configDir, source, {
      CLAUDE_PLUGIN_ROOT: "/opt/plugin/",
    });
    const dir = path.join(configDir, "pact-sessions/demo");
    expect(context).toContain(`PACT session ${session_id}, team session-${session_id.slice(0, 8)}\n`);
    expect(context).toContain(`- Resume: claude --resume ${session_id}\n`);
    expect(context).toContain(`- Session folder: ${dir}/${session_id} (journal: session-journal.jsonl)\n`);
    expect(context).toContain("- Plugin root of pact-hooks: /opt/plugin\n");
    const previous = `- Previous session's journal: ${dir}/${first.session_id}/session-journal.jsonl`;
    expect(context.includes(previous)).toBe(["startup", "clear", "fork"].includes(source));
    const fork = "- Forked: a PACT session named earlier in this conversation is not this one";
    expect(context.includes(fork)).toBe(source === "fork");
    expect(context.length).toBeLessThan(2000);
  });

  test("with the agent that it was started as", () => {
    const { projectDir, configDir } = team();
    const agent_type = "PACT:pact-orchestrator";
    const { context, session_id } = start(projectDir, configDir, "startup", {}, { agent_type });
    expect(context).toContain(`- Resume: claude --agent ${agent_type} --resume ${session_id}\n`);
  });
});

describe("the session block", () => {
  const withBlock = (more = "") => {
    const its = team();
    put(path.join(its.projectDir, ".claude/pact-hooks.md"), `---\nsessionBlock: true\n---\n${more}`);
    return its;
  };

  test("of ours is removed where it is off, which it is by default", () => {
    const { projectDir, configDir, file } = withBlock();
    start(projectDir, configDir);
    expect(read(file)).toContain("## Current Session");
    fs.rmSync(path.join(projectDir, ".claude"), { recursive: true });
    start(projectDir, configDir);
    expect(read(file)).not.toMatch(/Current Session|SESSION_START/);
  });

  test("of the PACT plugin stays as it is", () => {
    const { projectDir, configDir, file } = team(`# Ours\n\n${PACT_BLOCK}\nmore\n`);
    start(projectDir, configDir);
    expect(read(file)).toContain(`# Ours\n\n${PACT_BLOCK}\nmore\n`);
  });

  test("of the PACT plugin stays where it is on, too, while that plugin is enabled", () => {
    const { projectDir, configDir, file } = withBlock();
    fs.writeFileSync(file, `# Ours\n\n${PACT_BLOCK}\nmore\n`);
    put(path.join(configDir, "settings.json"), '{"enabledPlugins": {"PACT@pact-marketplace": true}}');
    const { session_id } = start(projectDir, configDir);
    expect(read(file)).toContain(PACT_BLOCK);
    expect(read(file)).not.toContain(session_id);
    fs.rmSync(path.join(configDir, "settings.json"));
    const next = start(projectDir, configDir);
    expect(read(file)).toContain(`claude --resume ${next.session_id}`);
  });

  test("names the session that began last, and no session that only goes on", () => {
    const { projectDir, configDir, file } = withBlock();
    for (const source of SOURCES) {
      const { session_id } = start(projectDir, configDir, source);
      const isBeginning = ["startup", "clear", "fork"].includes(source);
      expect(read(file).includes(`claude --resume ${session_id}\``)).toBe(isBeginning);
    }
  });
});

describe("a merge in progress", () => {
  test.each(["merge", "diff3", "zdiff3"])("in the style %s is left alone, and named", (style) => {
    const { projectDir, configDir, file, commit } = team();
    start(projectDir, configDir);
    commit("the block");
    git(projectDir, "checkout", "-qb", "side");
    fs.writeFileSync(file, read(file).replace("## Pinned Context", "## Pinned Context\n\ntheirs"));
    commit("theirs");
    git(projectDir, "checkout", "-q", "-");
    fs.writeFileSync(file, read(file).replace("## Pinned Context", "## Pinned Context\n\nours"));
    commit("ours");
    expect(() => git(projectDir, "-c", `merge.conflictStyle=${style}`, "merge", "side")).toThrow();
    const before = read(file);
    expect(before).toContain("<<<<<<< ");
    const { systemMessage } = start(projectDir, configDir);
    expect(read(file)).toBe(before);
    const lines = before.split("\n");
    const [first, last] = ["<<<<<<< ", ">>>>>>> "].map(
      (sign) => lines.findIndex((line) => line.startsWith(sign)) + 1,
    );
    expect(systemMessage).toContain(`unresolved merge conflict in lines ${first} to ${last}`);
  });
});

describe("a session in the home folder", () => {
  test("writes no block into the user's own CLAUDE.md, and still tells the model its session", () => {
    const home = tempDir();
    const own = put(path.join(home, ".claude/CLAUDE.md"), "# Mine\n");
    const { context, session_id } = start(home, path.join(home, ".claude"));
    expect(read(own)).toBe("# Mine\n");
    expect(context).toContain(`PACT session ${session_id}`);
    expect(context).toContain("the user's own");
    expect(context).toContain("## PACT Routing");
  });

  test("creates no CLAUDE.md where the user has none", () => {
    const home = tempDir();
    fs.mkdirSync(path.join(home, ".claude"));
    start(home, path.join(home, ".claude"));
    expect(fs.existsSync(path.join(home, ".claude/CLAUDE.md"))).toBe(false);
  });

  test("removes a block that an older version put there, and says so", () => {
    const { projectDir, configDir, file } = team("# Mine\n");
    start(projectDir, configDir);
    const home = tempDir();
    const own = put(path.join(home, ".claude/CLAUDE.md"), read(file));
    const { systemMessage } = start(home, path.join(home, ".claude"));
    expect(read(own)).toBe("# Mine\n");
    expect(systemMessage).toContain("Your own CLAUDE.md: removed the managed block");
  });
});

describe("a session in a folder below another project folder of the repository", () => {
  test("gets no block of its own, and the context names the file that has it", () => {
    const { projectDir, configDir, commit } = team();
    start(projectDir, configDir);
    commit("the block");
    const below = path.join(projectDir, "packages/app");
    fs.mkdirSync(below, { recursive: true });
    const { context } = start(below, configDir);
    expect(listing(below)).toEqual([]);
    expect(context).toContain("../../CLAUDE.md");
    expect(context).not.toContain("## PACT Routing");
    expect(untracked(projectDir)).toEqual([]);
  });

  test("gets one where the folder above has none, or is another repository's", () => {
    const { projectDir, configDir } = team();
    const below = path.join(projectDir, "packages/app");
    fs.mkdirSync(below, { recursive: true });
    start(below, configDir);
    expect(listing(below)).toContain(".claude/CLAUDE.md");
    start(projectDir, configDir);
    const inner = repository(path.join(projectDir, "vendor"));
    start(inner, configDir);
    expect(listing(inner)).toContain(".claude/CLAUDE.md");
  });

  test("goes on with a block that it has already", () => {
    const { projectDir, configDir } = team();
    const below = path.join(projectDir, "packages/app");
    fs.mkdirSync(below, { recursive: true });
    start(below, configDir);
    start(projectDir, configDir);
    const { context } = start(below, configDir);
    expect(context).toContain(".claude/CLAUDE.md: unchanged");
  });
});

test("of two files with a block, the first gets the memory of the second, which loses its block", () => {
  const { projectDir, configDir, file } = team();
  start(projectDir, configDir);
  fs.writeFileSync(file, read(file).replace("## Pinned Context\n", "## Pinned Context\n\n- remember this\n"));
  const inner = put(path.join(projectDir, ".claude/CLAUDE.md"), "# Inner\n");
  start(projectDir, configDir);
  expect(read(file)).toBe("# Ours\n\n- Build with `make`.\n");
  expect(read(inner)).toMatch(/## Pinned Context\n\n- remember this\n/);
  const text = read(inner);
  start(projectDir, configDir);
  expect(read(inner)).toBe(text);
});

test.runIf(process.platform !== "win32")(
  "a new CLAUDE.md and its folder have the rights that the umask gives",
  () => {
    for (const mask of [0o022, 0o002, 0o077]) {
      const box = sandbox();
      const before = process.umask(mask);
      try {
        start(box.projectDir, box.configDir);
      } finally {
        process.umask(before);
      }
      const file = path.join(box.projectDir, ".claude/CLAUDE.md");
      const modes = [file, path.dirname(file)].map((name) => modeOf(name));
      expect(modes).toEqual([0o666 & ~mask, 0o777 & ~mask]);
    }
  },
);

test("the person is told once what was written where, and how to turn it off", () => {
  const { projectDir, configDir, file } = team();
  const { systemMessage } = start(projectDir, configDir);
  expect(systemMessage).toMatch(/^pact-hooks: Added the PACT block to CLAUDE\.md: commit it once/);
  expect(systemMessage).toContain("`enabled: false`");
  for (const source of SOURCES) expect(start(projectDir, configDir, source).systemMessage).toBeUndefined();
  put(path.join(projectDir, ".claude/pact-hooks.local.md"), "---\nenabled: false\n---\n");
  const own = put(path.join(configDir, "CLAUDE.md"), "# Mine\n<!-- PACT_START: old -->\n<!-- PACT_END -->\n");
  const before = [file, own].map(read);
  const { context, systemMessage: more } = start(projectDir, configDir);
  expect([context, more]).toEqual(["", undefined]);
  expect([file, own].map(read)).toEqual(before);
});

test("a session start names its project and its journal's project, which differ in a linked work tree", () => {
  const { projectDir, configDir, dir } = team();
  const linked = path.join(dir, "linked");
  git(projectDir, "worktree", "add", "-q", linked);
  start(linked, configDir);
  const events = journalEvents({ configDir });
  expect(events.map(({ type, project_dir }) => [type, project_dir])).toEqual([
    ["backup_kept", linked],
    ["session_start", linked],
  ]);
  expect(listing(path.join(configDir, "pact-sessions"))).toContain("demo");
});
