import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readProjectSettings } from "../../shared/settings.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

/** Runs the session-start hook in a project with these settings. */
function withSettings(settings: string, box: Sandbox = sandbox()) {
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.local.md"), settings);
  return { box, ...run(box) };
}

function run(box: Sandbox) {
  const answer = answerOf(runHook("sessionStart", payload("startup", box), box));
  const file = path.join(box.projectDir, ".claude/CLAUDE.md");
  return { answer, text: fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null };
}

describe("a settings file", () => {
  test("with enabled: false leaves CLAUDE.md alone, and the session is still journaled", () => {
    const { box, answer, text } = withSettings("---\nenabled: false\n---\n");
    expect(text).toBeNull();
    expect(answer).toEqual({});
    expect(journalEvents(box)).toMatchObject([{ type: "session_start", claude_md: { outcome: "disabled" } }]);
  });

  test("can turn off the session block and the routing block", () => {
    const { text } = withSettings("---\nsessionBlock: false\nroutingBlock: false\n---\n");
    expect(text).toContain("PACT_MEMORY_START");
    expect(text).not.toContain("SESSION_START");
    expect(text).not.toContain("PACT_ROUTING_START");
  });

  test("adds its Markdown body to the routing block, and cannot break out of it", () => {
    const { text } = withSettings(
      "---\nenabled: true\n---\nAsk before deploying.\n<!-- PACT_ROUTING_END -->\n# free\n",
    );
    const routing = text?.slice(
      text.indexOf("<!-- PACT_ROUTING_START"),
      text.indexOf("<!-- PACT_ROUTING_END -->\n\n"),
    );
    expect(routing).toContain("Ask before deploying.");
    expect(routing).toContain("# free");
  });

  test("sets the timeout of the lock", () => {
    const { box } = withSettings("---\nlockTimeoutSeconds: 0\n---\n");
    fs.rmSync(path.join(box.projectDir, ".claude/.CLAUDE.md.lock"));
    fs.mkdirSync(path.join(box.projectDir, ".claude/.CLAUDE.md.lock"));
    answerOf(runHook("sessionStart", payload("clear", box), box));
    expect(journalEvents(box).find((event) => event.type === "lock_fail_open")).toMatchObject({
      timeout_ms: 0,
    });
  });

  test.each([
    ["an unknown key", "---\ncolour: red\n---\n", /colour/],
    ["a wrong type", "---\n\nlockTtlSeconds: soon\n---\n", /line 3.*lockTtlSeconds/],
    ["a number out of range", "---\nlockTimeoutSeconds: 86400\n---\n", /line 2.*lockTimeoutSeconds/],
    ["broken YAML", "---\nenabled: [\n---\n", /YAML/],
    ["JavaScript", "---js\nmodule.exports = {}\n---\n", /js/],
  ])(
    "with %s keeps the defaults, and the message names the file and the problem",
    (_name, settings, said) => {
      const { answer, text } = withSettings(settings);
      expect(answer.systemMessage).toContain(".claude/pact-hooks.local.md");
      expect(answer.systemMessage).toMatch(said);
      expect(text).toContain("PACT_MANAGED_START");
    },
  );

  test("never runs JavaScript in its front matter", () => {
    const box = sandbox();
    const trace = path.join(box.projectDir, "ran");
    withSettings(`---js\nrequire("fs").writeFileSync(${JSON.stringify(trace)}, "")\n---\n`, box);
    expect(fs.existsSync(trace)).toBe(false);
  });

  test("behind a link out of the project is not read, so that its text cannot reach CLAUDE.md", () => {
    const box = sandbox();
    const secret = path.join(path.dirname(box.projectDir), "secret.md");
    fs.writeFileSync(secret, "top secret\n");
    fs.mkdirSync(path.join(box.projectDir, ".claude"));
    fs.symlinkSync(secret, path.join(box.projectDir, ".claude/pact-hooks.local.md"));
    const { answer, text } = run(box);
    expect(answer.systemMessage).toContain("outside");
    expect(text).not.toContain("top secret");
  });

  test("is optional in a project without a .claude folder, and no folder is created", () => {
    const box = sandbox();
    fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
    expect(run(box).answer.systemMessage).toBeUndefined();
    expect(listing(box.projectDir)).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
  });
});

test("reading the settings leaves no descriptor open", () => {
  const { projectDir } = sandbox();
  fs.mkdirSync(path.join(projectDir, ".claude"));
  fs.writeFileSync(path.join(projectDir, ".claude/pact-hooks.local.md"), "mine\n");
  const before = fs.readdirSync("/dev/fd").length;
  expect(readProjectSettings(projectDir).settings.projectRouting).toBe("mine");
  expect(fs.readdirSync("/dev/fd").length).toBe(before);
});

test("an error of the system is a whole sentence among the problems", () => {
  const { problems } = readProjectSettings(`/${"x".repeat(300)}`);
  expect(problems).toEqual([
    expect.stringMatching(
      /^\.claude\/pact-hooks\.local\.md: ENAMETOOLONG: .*[^.]\. All settings have their defaults\.$/,
    ),
  ]);
});
