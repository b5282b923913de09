/** A hook whose system fails it at the worst moment: the session starts, and no text is lost. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { answerOf, payload, runHook, startHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { injecting } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
});

const text = () => fs.readFileSync(file, "utf8");

test.each([0, 8])(
  "a limit of %i blocks to the size of files is an error for the hook, and does not kill it",
  (blocks) => {
    const journal = path.join(
      box.configDir,
      "pact-sessions/demo/3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b/session-journal.jsonl",
    );
    fs.mkdirSync(path.dirname(journal), { recursive: true });
    fs.writeFileSync(journal, `${"x".repeat(8191)}\n`);
    const under = ["bash", "-c", `ulimit -f ${blocks}; "$0" "$@"`];
    const run = runHook("sessionStart", payload("startup", box), box, {}, { under });
    answerOf(run);
    expect(run.stderr).toContain('"type":"session_start"');
    expect(text().startsWith("mine\n")).toBe(true);
  },
);

test("a file that an editor has truncated but not written yet is waited for", async () => {
  const editor = fs.openSync(file, "w");
  const run = startHook("sessionStart", payload("startup", box), box);
  const isClaim = (name: string) => name.endsWith(".claim");
  await waitUntil(() => fs.readdirSync(box.projectDir).some(isClaim), "the hook's claim");
  fs.writeSync(editor, "edited\n");
  fs.closeSync(editor);
  answerOf(await run);
  expect(text()).toMatch(/^edited\n\n<!-- PACT_MANAGED_START/);
});

test("an empty file is updated when no editor has touched it for a second", () => {
  fs.writeFileSync(file, "");
  answerOf(runHook("sessionStart", payload("startup", box), box));
  expect(text()).toContain("PACT_MANAGED_START");
});

test("the slower of two runs of one session is fenced, and leaves the other run's backup alone", async (context) => {
  const env = { PACT_HOOKS_FLOCK: "none" };
  const under = injecting(context, "rename:delay_enter=700000:when=1");
  const delayed = startHook("sessionStart", payload("startup", box), box, env, { under });
  const kept = path.join(
    box.configDir,
    "pact-sessions/demo/3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b/CLAUDE.md.before",
  );
  await waitUntil(() => fs.existsSync(kept), "the backup of the delayed run");
  answerOf(runHook("sessionStart", payload("resume", box), box, env));
  answerOf(await delayed);
  expect(fs.readFileSync(kept, "utf8")).toBe("mine\n");
  expect(journalEvents(box).filter(({ type }) => type === "backup_kept")).toHaveLength(1);
});

test("an event is written once when the journal cannot be made durable", (context) => {
  const under = injecting(context, "fsync:error=EIO:when=1");
  const env = { PACT_HOOKS_FLOCK: "none" };
  const run = runHook("sessionStart", payload("startup", box), box, env, { under });
  answerOf(run);
  const onStderr = run.stderr.split("\n").filter((line) => line.includes('"lock_fail_open"')).length;
  expect(onStderr + journalEvents(box).filter(({ type }) => type === "lock_fail_open").length).toBe(1);
});

test("a sidecar that is a hard link to another file is not written to", () => {
  const precious = path.join(box.projectDir, "precious");
  fs.writeFileSync(precious, "precious\n");
  fs.linkSync(precious, path.join(box.projectDir, ".CLAUDE.md.lock"));
  answerOf(runHook("sessionStart", payload("startup", box), box));
  expect(fs.readFileSync(precious, "utf8")).toBe("precious\n");
  expect(journalEvents(box)).toContainEqual(
    expect.objectContaining({ type: "lock_fail_open", reason: "not_a_file", code: "EMLINK" }),
  );
});

describe("where each look at a file gives another inode number,", () => {
  const NODE_OPTIONS = `--import ${new URL("../helpers/renumbered.mjs", import.meta.url).href}`;

  test.each(["on", "off"])(
    "a session updates the file under its lock, with the binding %s",
    (PACT_HOOKS_NATIVE) => {
      fs.rmSync(file);
      fs.mkdirSync(path.join(box.projectDir, ".claude"));
      file = path.join(box.projectDir, ".claude/CLAUDE.md");
      for (const text of ["mine\n", "mine, longer\n"]) {
        fs.writeFileSync(file, text);
        answerOf(runHook("sessionStart", payload("startup", box), box, { NODE_OPTIONS, PACT_HOOKS_NATIVE }));
        expect(fs.readFileSync(file, "utf8")).toMatch(new RegExp(`^${text}[^]*PACT_MANAGED_START`));
        const started = journalEvents(box).at(-1);
        expect(started).toMatchObject({
          claude_md: { outcome: "written", rounds: 1 },
          lock: { outcome: "locked" },
        });
        expect(started?.claude_md).not.toHaveProperty("message");
      }
      expect(journalEvents(box).map(({ type }) => type)).toEqual([
        "backup_kept",
        "session_start",
        "session_start",
      ]);
      expect(listing(path.dirname(file))).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
    },
  );
});
