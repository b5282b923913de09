/** The hooks and the command line on Windows. `npm run test:windows` runs it elsewhere, under Wine. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { answerOf, FIRST_MESSAGE, payload, runHook } from "./helpers/hookProcess.ts";
import { type Sandbox, sandbox } from "./helpers/sandbox.ts";
import { entriesOf, listing } from "./helpers/tempDir.ts";

const COMMAND = fileURLToPath(new URL("../dist/bin/pact-hooks.cmd", import.meta.url));

describe.skipIf(process.platform !== "win32")("on Windows", () => {
  describe("the session-start hook", () => {
    const start = (box: Sandbox, env = {}) =>
      answerOf(runHook("sessionStart", payload("startup", box), box, env));

    test("adds the block to an existing CLAUDE.md, keeps its CRLF, and leaves it alone the next time", () => {
      const box = sandbox();
      const file = path.join(box.projectDir, "CLAUDE.md");
      fs.writeFileSync(file, "# Ours\r\n\r\ntext\r\n");
      expect(start(box).systemMessage).toMatch(FIRST_MESSAGE);
      const text = fs.readFileSync(file, "utf8");
      expect(text.startsWith("# Ours\r\n\r\ntext\r\n")).toBe(true);
      expect(text).toContain("<!-- PACT_MANAGED_START");
      expect(text.replaceAll("\r\n", "")).not.toContain("\n");
      const { mtimeMs } = fs.statSync(file);
      const answer = start(box);
      expect(answer.systemMessage).toBeUndefined();
      expect(answer.hookSpecificOutput?.additionalContext).toContain("CLAUDE.md: unchanged");
      expect(fs.statSync(file).mtimeMs).toBe(mtimeMs);
      expect(entriesOf(box.projectDir)).toEqual(["CLAUDE.md"]);
    });

    test.each([
      ["slashes", (dir: string) => dir.replaceAll("\\", "/")],
      ["a drive in lower case", (dir: string) => dir.replace(/^[A-Z]:/, (drive) => drive.toLowerCase())],
      ["a long path's prefix", (dir: string) => `\\\\?\\${dir}`],
    ])("takes a project folder with %s", (_name, spelt) => {
      const box = sandbox();
      const file = path.join(box.projectDir, "CLAUDE.md");
      fs.writeFileSync(file, "# Ours\n");
      const answer = start(box, { CLAUDE_PROJECT_DIR: spelt(box.projectDir) });
      expect(answer.systemMessage).toMatch(/^pact-hooks: Added the PACT block to /);
      expect(fs.readFileSync(file, "utf8")).toContain("PACT_MANAGED_START");
    });

    test("names its lock files in the repository's exclude file", () => {
      const box = sandbox();
      const git = path.join(box.projectDir, ".git");
      for (const name of ["objects", "refs"]) fs.mkdirSync(path.join(git, name), { recursive: true });
      fs.writeFileSync(path.join(git, "HEAD"), "ref: refs/heads/main\n");
      start(box);
      const lines = fs.readFileSync(path.join(git, "info", "exclude"), "utf8").split("\n");
      expect(lines).toEqual(
        expect.arrayContaining([".CLAUDE.md.lock", ".CLAUDE.md.lock.holder", ".CLAUDE.md.*.claim/"]),
      );
    });

    test("reads the settings of the project", () => {
      const box = sandbox();
      fs.mkdirSync(path.join(box.projectDir, ".claude"));
      fs.writeFileSync(
        path.join(box.projectDir, ".claude", "pact-hooks.md"),
        "---\r\nenabled: false\r\n---\r\n",
      );
      start(box);
      expect(listing(box.projectDir)).toEqual([".claude", path.join(".claude", "pact-hooks.md")]);
    });
  });

  test("pact-hooks.cmd runs the command, with its arguments and its exit code", () => {
    const run = (...args: string[]) =>
      spawnSync("cmd.exe", ["/d", "/c", COMMAND, ...args], { encoding: "utf8" });
    expect(run("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\s/) });
    expect(run("no-such-command").status).toBe(2);
  });
});
