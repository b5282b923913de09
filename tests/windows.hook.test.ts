/** The hooks and the command line on Windows. `npm run test:windows` runs it elsewhere, under Wine. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Child, startProgram } from "./helpers/child.ts";
import { run } from "./helpers/commandLine.ts";
import { answerOf, FIRST_MESSAGE, payload, runHook, startHook } from "./helpers/hookProcess.ts";
import { journalEvents } from "./helpers/journal.ts";
import { type Sandbox, sandbox } from "./helpers/sandbox.ts";
import { startHolder } from "./helpers/sidecar.ts";
import { entriesOf, listing, sidecarOf, tempDir } from "./helpers/tempDir.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const HOOKS = 6;

const start = (box: Sandbox, env = {}) =>
  answerOf(runHook("sessionStart", payload("startup", box), box, env));

/** A sandbox with a CLAUDE.md. */
function project(text = "# Ours\n"): Sandbox & { file: string } {
  const box = sandbox();
  const file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, text);
  return { ...box, file };
}

/** Starts a program that has a file open. */
async function holdOpen(file: string, flags: string | number = "r"): Promise<Child> {
  const holder = startProgram("holdOpen", { file, flags });
  await holder.message("open");
  return holder;
}

const eventsOf = (box: Sandbox, type: string) => journalEvents(box).filter((event) => event.type === type);

describe.skipIf(process.platform !== "win32")("on Windows", () => {
  describe("the session-start hook", () => {
    test(`loses nothing beside ${HOOKS - 1} others and ${HOOKS} writers, and each of them has the lock`, async () => {
      const box = project();
      const { file } = box;
      fs.mkdirSync(path.join(box.projectDir, ".claude"));
      const settings = (name: string, line: string) =>
        fs.writeFileSync(path.join(box.projectDir, ".claude", name), `---\n${line}\n---\n`);
      // Each session then writes its own block.
      settings("pact-hooks.md", "sessionBlock: true");
      settings("pact-hooks.local.md", "lockTimeoutSeconds: 20");
      const names = Array.from({ length: HOOKS }, (_, index) => `${index}`);
      const hooks = names.map((name) =>
        startHook("sessionStart", payload("startup", box, { session_id: `s-${name}` }), box),
      );
      const writers = names.map((name) =>
        startProgram("updateMany", { target: file, name, times: 5, options: { timeoutMs: 60_000 } }),
      );
      for (const writer of writers) expect(await writer.message("done")).toEqual({ "written locked": 5 });
      for (const answer of await Promise.all(hooks)) answerOf(answer);
      const starts = eventsOf(box, "session_start");
      expect(starts.map(({ claude_md }) => Object(claude_md).outcome)).toEqual(Array(HOOKS).fill("written"));
      expect(starts.map(({ lock }) => Object(lock).outcome)).toEqual(Array(HOOKS).fill("locked"));
      const lines = fs.readFileSync(file, "utf8").split("\n");
      expect(lines.filter((line) => /^\d \d$/.test(line)).sort()).toEqual(
        names.flatMap((name) => Array.from({ length: 5 }, (_, index) => `${name} ${index}`)),
      );
      expect(lines.filter((line) => line.includes("PACT_MANAGED_START"))).toHaveLength(1);
      expect(lines.filter((line) => line.includes("SESSION_START"))).toHaveLength(1);
      expect(entriesOf(box.projectDir)).toEqual([".claude", "CLAUDE.md"]);
    }, 300_000);

    test("takes the lock of a killed holder at once", async () => {
      const box = project();
      const holder = await startHolder(box.file);
      holder.kill("SIGKILL");
      await holder.exited;
      start(box);
      expect(eventsOf(box, "session_start")).toMatchObject([{ lock: { outcome: "locked" } }]);
      expect(fs.readFileSync(box.file, "utf8")).toContain("PACT_MANAGED_START");
    });

    test("goes on without the lock of a holder that hangs, and names that", async () => {
      const box = project();
      const holder = await startHolder(box.file);
      const { systemMessage } = start(box);
      expect(systemMessage).toContain(`pid ${holder.pid}`);
      expect(eventsOf(box, "lock_fail_open")).toMatchObject([
        { reason: "timeout", holder: { pid: holder.pid, alive: true } },
      ]);
      expect(fs.readFileSync(box.file, "utf8")).toContain("PACT_MANAGED_START");
    });

    test("goes on without the lock if another program has the sidecar open, whom it cannot know", async () => {
      const box = project();
      fs.writeFileSync(sidecarOf(box.file), "");
      await holdOpen(sidecarOf(box.file));
      const { systemMessage } = start(box);
      expect(systemMessage).toContain("lock");
      const [event] = eventsOf(box, "lock_fail_open");
      expect(event).toMatchObject({ reason: "timeout" });
      expect(event).not.toHaveProperty("holder");
      expect(fs.readFileSync(box.file, "utf8")).toContain("PACT_MANAGED_START");
    });

    test("goes on without the lock if the sidecar is a folder, even one that is open", async () => {
      const box = project();
      fs.mkdirSync(sidecarOf(box.file));
      await holdOpen(sidecarOf(box.file));
      expect(start(box).systemMessage).toContain("lock");
      expect(eventsOf(box, "lock_fail_open")).toMatchObject([{ reason: "not_a_file" }]);
      expect(fs.readFileSync(box.file, "utf8")).toContain("PACT_MANAGED_START");
    });

    test.each(["r", "r+", 0x10000000])(
      "says that a program keeps CLAUDE.md open (%s), leaves it as it is, and writes it the next time",
      async (flags) => {
        const box = project();
        const other = await holdOpen(box.file, flags);
        const { systemMessage } = start(box);
        expect(systemMessage).toMatch(/^pact-hooks: Could not update .*(has it open|EBUSY)/);
        expect(eventsOf(box, "write_abandoned")).toHaveLength(1);
        other.send("close");
        await other.message("closed");
        expect(fs.readFileSync(box.file, "utf8")).toBe("# Ours\n");
        expect(entriesOf(box.projectDir)).toEqual(["CLAUDE.md"]);
        start(box);
        expect(fs.readFileSync(box.file, "utf8")).toContain("PACT_MANAGED_START");
      },
    );

    test("leaves a read-only CLAUDE.md alone, and says how to make it writable", () => {
      const box = project();
      spawnSync("attrib.exe", ["+r", box.file]);
      expect(start(box).systemMessage).toContain("is read-only; left unchanged. Make it writable: attrib -r");
      expect(fs.readFileSync(box.file, "utf8")).toBe("# Ours\n");
      expect(entriesOf(box.projectDir)).toEqual(["CLAUDE.md"]);
      fs.chmodSync(box.file, 0o666);
    });

    test.each([
      ["mixed line endings", "# Ours\r\n\r\nfirst\nsecond\r\n"],
      ["a byte order mark", "\ufeff# Ours\r\n"],
      ["no line ending at the end", "# Ours\r\ntext"],
    ])("keeps %s, and uninstall gives back every byte and leaves nothing", (_name, before) => {
      const box = project(before);
      start(box);
      const text = fs.readFileSync(box.file, "utf8");
      expect(text.startsWith(before)).toBe(true);
      const ours = text.slice(before.length);
      expect(ours).toContain("PACT_MANAGED_START");
      expect(ours.replaceAll("\r\n", "")).not.toContain("\n");
      expect(run(["install"], box)).toMatchObject({ status: 0, stderr: "" });
      expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
      expect(fs.readFileSync(box.file, "utf8")).toBe(before);
      expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
    });

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
      expect(listing(box.projectDir)).toEqual([".claude", ".claude/pact-hooks.md"]);
    });
  });

  test.for(["a b", "a & b", "a^b (c)", "a !b! ^& c", "100%", "%PATH%"])(
    "pact-hooks.cmd runs the command in the folder %j, with its arguments and its exit code",
    (name, { skip }) => {
      skip(name.includes("%") && process.env.WINEPREFIX !== undefined, "Wine's cmd expands a % again");
      const dist = path.join(tempDir(), name);
      fs.cpSync(DIST, dist, { recursive: true });
      const run = (args: string) =>
        spawnSync("cmd.exe", ["/d", "/s", "/c", `"pact-hooks.cmd ${args}"`], {
          cwd: path.join(dist, "bin"),
          encoding: "utf8",
          windowsVerbatimArguments: true,
        });
      const { version } = JSON.parse(fs.readFileSync(path.join(DIST, "package.json"), "utf8"));
      expect(run("--version")).toMatchObject({ status: 0, stdout: expect.stringContaining(version) });
      expect(run("no-such-command")).toMatchObject({ status: 2 });
      expect(run('doctor "a  b"')).toMatchObject({ status: 2, stderr: expect.stringContaining("a  b") });
    },
  );
});
