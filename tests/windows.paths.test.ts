/** How a project and its files may be spelt on Windows. `npm run test:windows` runs it elsewhere, under Wine. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { slugsOf } from "../shared/journal/sessionFolder.ts";
import { updateFile } from "../shared/update/updateFile.ts";
import { run } from "./helpers/commandLine.ts";
import { answerOf, payload, runHook } from "./helpers/hookProcess.ts";
import { journalEvents } from "./helpers/journal.ts";
import { type Sandbox, sandbox } from "./helpers/sandbox.ts";
import { entriesOf, tempFile } from "./helpers/tempDir.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const append = (line: string) => (text: string | null) => `${text ?? ""}${line}\n`;
const lowerDrive = (dir: string) => dir.replace(/^[A-Z]:/, (drive) => drive.toLowerCase());

/** A path over the network, if this machine has one to itself; Wine has its own name for a folder of Unix. */
function shareOf(dir: string): string | undefined {
  const below = fs.realpathSync.native(dir).replace(":", "$");
  const names = [`\\\\localhost\\${below}`, `\\\\?\\unix${dir.slice(2)}`];
  return names.find((name) => fs.existsSync(name));
}

/** A project on the drive of this project, which need not be that of the temporary folders. */
function projectHere(): string {
  const dir = fs.mkdtempSync(path.join(root, "node_modules", ".pact-hooks-test-"));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function start(box: Sandbox, spelt: string, sessionId: string) {
  const given = payload("startup", box, { session_id: sessionId, cwd: spelt });
  return answerOf(runHook("sessionStart", given, box, { CLAUDE_PROJECT_DIR: spelt }));
}

describe.skipIf(process.platform !== "win32")("on Windows", () => {
  test.each<[string, (dir: string) => string | undefined]>([
    ["slashes", (dir) => dir.replaceAll("\\", "/")],
    ["a drive in lower case", lowerDrive],
    [
      "a drive in lower case, slashes and one at the end",
      (dir) => `${lowerDrive(dir).replaceAll("\\", "/")}/`,
    ],
    ["a backslash at the end", (dir) => `${dir}\\`],
    ["another case", (dir) => dir.toUpperCase()],
    ["a long path's prefix", (dir) => `\\\\?\\${dir}`],
    ["a share", shareOf],
  ])("a project folder with %s is the same project", (_name, spell) => {
    const box = { ...sandbox(), projectDir: projectHere() };
    const file = path.join(box.projectDir, "CLAUDE.md");
    fs.writeFileSync(file, "# Ours\n");
    const spelt = spell(box.projectDir);
    if (spelt === undefined) throw new Error("this machine has no share");
    expect(start(box, spelt, "s-1").systemMessage).toMatch(
      /^pact-hooks: Added the PACT block to CLAUDE\.md:/,
    );
    expect(fs.readFileSync(file, "utf8")).toContain("PACT_MANAGED_START");
    const again = start(box, box.projectDir, "s-2");
    expect(again.hookSpecificOutput?.additionalContext).toContain("CLAUDE.md: unchanged");
    expect(entriesOf(box.projectDir)).toEqual(["CLAUDE.md"]);
    const sessions = path.join(box.configDir, "pact-sessions", slugsOf(box.projectDir)[0] as string);
    expect(fs.readdirSync(sessions)).toEqual(expect.arrayContaining(["s-1", "s-2"]));
    expect(run(["uninstall", spelt], box)).toMatchObject({ status: 0, stderr: "" });
    expect(fs.readFileSync(file, "utf8")).toBe("# Ours\n");
    expect(fs.readdirSync(box.projectDir)).toEqual(["CLAUDE.md"]);
  });

  test("a drive in the other case has the same previous session and the same events", () => {
    const box = sandbox();
    start(box, box.projectDir, "s-1");
    const answer = start(box, lowerDrive(box.projectDir), "s-2");
    expect(answer.hookSpecificOutput?.additionalContext).toContain("s-1");
    const starts = journalEvents(box).filter(({ type }) => type === "session_start");
    expect(starts.map(({ project_dir }) => project_dir)).toEqual([box.projectDir, box.projectDir]);
    for (const spelt of [lowerDrive(box.projectDir), box.projectDir.replaceAll("\\", "/")]) {
      const { stdout } = run(["audit", "--json", "--project", spelt], box);
      expect(JSON.parse(stdout).sessionStarts).toBe(2);
    }
  });

  test("a file whose name has another case is the project's CLAUDE.md, and keeps its name", () => {
    const box = sandbox();
    fs.writeFileSync(path.join(box.projectDir, "claude.MD"), "# Ours\n");
    start(box, box.projectDir, "s-1");
    expect(fs.readdirSync(box.projectDir).sort()).toEqual([".claude.MD.lock", "claude.MD"]);
    expect(fs.readFileSync(path.join(box.projectDir, "claude.MD"), "utf8")).toContain("PACT_MANAGED_START");
    expect(run(["uninstall"], box)).toMatchObject({ status: 0 });
    expect(fs.readdirSync(box.projectDir)).toEqual(["claude.MD"]);
  });

  test("a dot or a space at the end of a file's name is no part of it", () => {
    const target = tempFile("existing\n");
    expect(updateFile(`${target}. `, append("ours"))).toMatchObject({ outcome: "written", target });
    expect(fs.readFileSync(target, "utf8")).toBe("existing\nours\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test.each(["NUL", "con.md", "CLAUDE.md:stream"])("%s is refused, and nothing is made", (name) => {
    const target = tempFile("existing\n");
    const named = path.join(path.dirname(target), name);
    expect(updateFile(named, append("ours"))).toMatchObject({ outcome: "refused" });
    expect(fs.readdirSync(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("a project on a share or a drive has that one's name for its journals", () => {
    expect(slugsOf("\\\\localhost\\no share\\")[0]).toBe("no_share");
    expect(slugsOf(path.parse(root).root)[0]).toBe("root");
  });
});
