/** The plugin in the real Claude Code, against a mock of its API. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { TEAM_FILE } from "../../shared/settings.ts";
import { journalEvents } from "../helpers/journal.ts";
import { listing } from "../helpers/tempDir.ts";
import { type Claude, newClaude, touchOf } from "./claude.ts";
import { startGitServer } from "./gitServer.ts";
import { type MockApi, startMockApi } from "./mockApi.ts";
import { requestsDuring } from "./modelRequest.ts";
import { dist, root } from "./plugin.ts";

let api: MockApi;

beforeAll(async () => {
  api = await startMockApi();
});
afterAll(() => api.close());

const ofType = (claude: Claude, type: string) => journalEvents(claude).filter((event) => event.type === type);
const claudeMd = (claude: Claude) => path.join(claude.projectDir, "CLAUDE.md");

/** Asks one question with the plugin in `plugin`. */
async function ask(claude: Claude, plugin: string, ...args: string[]) {
  const run = await claude.run("--plugin-dir", plugin, ...args);
  expect(run).toMatchObject({ status: 0, stderr: "" });
  return run;
}

describe("a session of the real Claude Code", () => {
  test("the block stands last in CLAUDE.md, and the journal has the session's start and end", async () => {
    const claude = newClaude(api);
    fs.writeFileSync(claudeMd(claude), "# mine\n");
    expect((await ask(claude, dist, "-p", "hi")).stdout).toBe("hello\n");
    const [start] = ofType(claude, "session_start");
    expect(start).toMatchObject({ source: "startup", lock: { outcome: "locked" } });
    const text = fs.readFileSync(claudeMd(claude), "utf8");
    expect(text.startsWith("# mine\n\n<!-- PACT_MANAGED_START")).toBe(true);
    expect(text.endsWith("<!-- PACT_MANAGED_END -->\n")).toBe(true);
    expect(text).not.toContain(start?.session_id);
    expect(ofType(claude, "session_end")).toMatchObject([
      { session_id: start?.session_id, locks: { locked: 1 } },
    ]);
    expect(listing(claude.projectDir)).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
  });

  test("a second session, a resumed one, a fork and /compact leave CLAUDE.md untouched", async () => {
    const claude = newClaude(api);
    fs.writeFileSync(claudeMd(claude), "# mine\n");
    await ask(claude, dist, "-p", "hi");
    const id = String(ofType(claude, "session_start")[0]?.session_id);
    const look = () => ({
      text: fs.readFileSync(claudeMd(claude), "utf8"),
      touch: touchOf(claudeMd(claude)),
    });
    const before = look();
    await ask(claude, dist, "-p", "hi");
    await ask(claude, dist, "--resume", id, "-p", "more");
    await ask(claude, dist, "--resume", id, "--fork-session", "-p", "other");
    await ask(claude, dist, "--resume", id, "-p", "/compact");
    expect(
      ofType(claude, "session_start")
        .map(({ source }) => source)
        .sort(),
    ).toEqual(["compact", "fork", "resume", "resume", "startup", "startup"]);
    expect(look()).toEqual(before);
  });

  test.each([
    [{ enabled: false }, { outcome: "disabled" }],
    [{ enabled: true }, { outcome: "written" }],
    [{ lockTtlSeconds: 1e6 }, { outcome: "written", message: expect.stringContaining('not "1000000"') }],
  ])("the plugin's options %j, which the user has set, reach the hook", async (options, claudeMd) => {
    const claude = newClaude(api);
    const settings = { pluginConfigs: { "pact-hooks@inline": { options } } };
    fs.mkdirSync(claude.configDir);
    fs.writeFileSync(path.join(claude.configDir, "settings.json"), JSON.stringify(settings));
    await ask(claude, dist, "-p", "hi");
    expect(ofType(claude, "session_start")).toMatchObject([{ claude_md: claudeMd }]);
  });

  test.each([
    [false, 0],
    [true, 1],
  ])(
    "eight at once lose nothing; with sessionBlock: %s, the one block names %i of them",
    async (sessionBlock, named) => {
      const claude = newClaude(api);
      fs.writeFileSync(claudeMd(claude), "# mine\n");
      const team = path.join(claude.projectDir, TEAM_FILE);
      fs.mkdirSync(path.dirname(team));
      fs.writeFileSync(team, `---\nsessionBlock: ${sessionBlock}\n---\n`);
      await Promise.all(Array.from({ length: 8 }, () => ask(claude, dist, "-p", "hi")));
      const starts = ofType(claude, "session_start");
      const text = fs.readFileSync(claudeMd(claude), "utf8");
      expect(starts).toHaveLength(8);
      expect(ofType(claude, "lock_fail_open")).toEqual([]);
      expect(text.startsWith("# mine\n\n<!-- PACT_MANAGED_START")).toBe(true);
      expect(text.split("PACT_MANAGED_START")).toHaveLength(2);
      expect(starts.filter(({ session_id }) => text.includes(String(session_id)))).toHaveLength(named);
    },
  );

  test.each([
    ["does not parse", "this is not JavaScript"],
    ["ends with an error", "process.exit(1)"],
    ["is empty", ""],
  ])("a hook that %s does not keep a session from starting", async (_name, code) => {
    const claude = newClaude(api);
    const broken = path.join(path.dirname(claude.projectDir), "broken");
    fs.cpSync(dist, broken, { recursive: true });
    fs.writeFileSync(path.join(broken, "hooks/sessionStart.cjs"), code);
    const { status, stdout } = await claude.run("--plugin-dir", broken, "-p", "hi");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
  });
});

describe("the plugin", () => {
  test("its skill runs the audit of this plugin, with the user's options", async () => {
    const claude = newClaude(api);
    const [request] = await requestsDuring(api, () =>
      ask(claude, dist, "-p", "/pact-hooks:lock-audit --since 3d"),
    );
    expect(request?.lines).toContain(`"${dist}/bin/pact-hooks" audit --json --since 30d`);
    expect(request?.lines.find((line) => line.includes("in place of"))).toContain(
      "`--since 30d`: --since 3d",
    );
  });

  test.each([
    ["the repository", root],
    ["dist", dist],
  ])("%s validates without warnings", async (_name, dir) => {
    const { status, stdout, stderr } = await newClaude(api).run("plugin", "validate", "--strict", dir);
    expect({ status, output: stdout + stderr }).toEqual({
      status: 0,
      output: expect.not.stringMatching(/warning|⚠/i),
    });
  });

  test("the plugin installs from a git marketplace, and the next session works", async () => {
    const claude = newClaude(api);
    const served = path.join(path.dirname(claude.projectDir), "git");
    publish(path.join(served, "pact-hooks.git"));
    const server = await startGitServer(served);
    onTestFinished(() => server.close());
    for (const args of [
      ["marketplace", "add", `${server.url}/pact-hooks.git`],
      ["install", "pact-hooks@pact-hooks"],
    ]) {
      const { status, stderr } = await claude.run("plugin", ...args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
    const installed = path.join(claude.configDir, "plugins/cache/pact-hooks/pact-hooks", version);
    const files = listing(installed);
    expect(files).toContain("hooks/sessionStart.cjs");
    expect(
      files.filter((name) => /node_modules|lock\.json|\.ts$|tests/.test(name.replace(/\.d\.ts$/, ""))),
    ).toEqual([]);
    const [request] = await requestsDuring(api, async () => {
      const { status, stdout } = await claude.run("-p", "hi");
      expect({ status, stdout }).toEqual({ status: 0, stdout: "hello\n" });
    });
    expect(request?.lines).toContain(`- Plugin root of pact-hooks: ${installed}`);
    const text = fs.readFileSync(path.join(claude.projectDir, ".claude/CLAUDE.md"), "utf8");
    expect(text).toContain("<!-- PACT_MANAGED_START");
    expect(text).not.toContain(installed);
    if (!("enableCompileCache" in module)) return;
    const data = listing(path.join(claude.configDir, "plugins/data"));
    expect(data.some((name) => name.includes(".compile-cache/"))).toBe(true);
    expect(listing(installed)).toEqual(files);
  });
});

/** Makes a bare repository of what would be committed now. */
function publish(bare: string): void {
  const work = `${bare}-work`;
  fs.mkdirSync(work, { recursive: true });
  for (const name of [".claude-plugin", "dist", "README.md", "package.json", "package-lock.json"]) {
    fs.cpSync(path.join(root, name), path.join(work, name), { recursive: true });
  }
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], {
      cwd,
      stdio: "pipe",
    });
  git(work, "init", "-q");
  git(work, "add", "-A", "-f");
  git(work, "commit", "-qm", "publish");
  git(work, "clone", "-q", "--bare", work, bare);
}
