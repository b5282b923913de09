/** Our session start at the same time as the PACT plugin's, in one project and one session, as Claude Code runs them. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PYTHON, start } from "../helpers/child.ts";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook, startHook } from "../helpers/hookProcess.ts";
import { journalEvents, journalFile } from "../helpers/journal.ts";
import { HAS_PYTHON } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";

const STARTS = 6;
const PACT = fileURLToPath(new URL("../helpers/pactSession.py", import.meta.url));
const USER_TEXT = "# Ours\n\n- Build with `make`.\n";
const enabled = { enabledPlugins: { "PACT@pact-plugin": true } };

const idOf = (number: number) => `${String(number).padStart(8, "0")}-1111-4222-8333-444444444444`;
const countOf = (text: string, line: string) => text.split("\n").filter((one) => one.startsWith(line)).length;

interface PactStart {
  reported: boolean;
  done: (string | null)[];
  block: string;
}

async function pactStart(box: Sandbox, how: string, session: string): Promise<PactStart> {
  const params = { project: box.projectDir, config: box.configDir, session, how, pause: true };
  const child = start(PYTHON, [PACT, JSON.stringify(params)]);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(child.stderr);
  return JSON.parse(child.lines.join("\n"));
}

describe("a session start in the journal, which tells the PACT plugin at a prompt that the session is set up", () => {
  const journaledBy = (changes: object, settings: object) => {
    const box = sandbox();
    fs.mkdirSync(box.configDir);
    fs.writeFileSync(path.join(box.configDir, "settings.json"), JSON.stringify(settings));
    answerOf(runHook("sessionStart", payload("fork", box, { session_id: idOf(1), ...changes }), box));
    expect(JSON.parse(run(["audit", "--json"], box).stdout)).toMatchObject({
      sessionStarts: 1,
      acquisitions: 1,
    });
    expect(journalEvents(box).filter(({ type }) => type === "session_start")).toMatchObject([
      { session_id: idOf(1), project_dir: box.projectDir },
    ]);
    const file = journalFile(box, idOf(1));
    return fs.existsSync(file) && fs.readFileSync(file, "utf8").includes('"type":"session_start"');
  };

  test.each([{ source: "fork" }, { source: "clear" }])(
    "is not in that of %j without an agent, while it is enabled",
    (changes) => {
      expect(journaledBy(changes, enabled)).toBe(false);
    },
  );

  test.each<[object, object]>([
    [{ source: "fork" }, {}],
    [{ source: "fork", agent_type: "PACT:pact-orchestrator" }, enabled],
    [{ source: "startup" }, enabled],
    [{ source: "resume" }, enabled],
    [{ source: "compact" }, enabled],
  ])("is in that of %j with the settings %j", (changes, settings) => {
    expect(journaledBy(changes, settings)).toBe(true);
  });
});

function fileOf({ projectDir }: Sandbox): string {
  const files = [".claude/CLAUDE.md", "CLAUDE.md"].map((name) => path.join(projectDir, name));
  const [file = "", ...more] = files.filter((one) => fs.existsSync(one));
  expect(more).toEqual([]);
  return file;
}

describe.runIf(HAS_PYTHON).each(["in-place", "replace"])("beside the PACT plugin, which writes %s", (how) => {
  test.each<[string, (box: Sandbox) => void]>([
    ["no CLAUDE.md", () => {}],
    [
      "a CLAUDE.md of the user's",
      ({ projectDir }) => fs.writeFileSync(path.join(projectDir, "CLAUDE.md"), USER_TEXT),
    ],
    [
      "a CLAUDE.md with our block, and a name that is no slug",
      (box) => {
        fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), USER_TEXT);
        answerOf(runHook("sessionStart", payload("startup", box, { session_id: idOf(999) }), box));
      },
    ],
    [
      "a wish for a session block of ours",
      ({ projectDir }) => {
        fs.mkdirSync(path.join(projectDir, ".claude"));
        fs.writeFileSync(path.join(projectDir, ".claude/pact-hooks.md"), "---\nsessionBlock: true\n---\n");
        fs.writeFileSync(path.join(projectDir, ".claude/settings.json"), JSON.stringify(enabled));
      },
    ],
  ])("and with %s, each start finds paused work, and all blocks are there once", async (_what, prepare) => {
    const box = sandbox("my.demo project");
    prepare(box);
    const hasUserText = fs.existsSync(path.join(box.projectDir, "CLAUDE.md"));
    for (let number = 0; number <= STARTS; number++) {
      const session_id = idOf(number);
      const [theirs, ours] = await Promise.all([
        pactStart(box, how, session_id),
        startHook("sessionStart", payload("startup", box, { session_id }), box),
      ]);
      answerOf(ours);
      expect(theirs.done[1]).toMatch(/^(added|replaced) its block$/);
      expect([number, theirs.reported]).toEqual([number, number > 0]);

      const text = fs.readFileSync(fileOf(box), "utf8");
      expect(text).toContain(`\n${theirs.block}\n`);
      if (hasUserText) expect(text).toContain(USER_TEXT);
      for (const kind of ["PACT_MANAGED", "PACT_ROUTING", "SESSION", "PACT_MEMORY"]) {
        expect([kind, countOf(text, `<!-- ${kind}_START`), countOf(text, `<!-- ${kind}_END`)]).toEqual([
          kind,
          1,
          1,
        ]);
      }
      for (const heading of ["## Retrieved Context", "## Pinned Context", "## Working Memory"]) {
        expect([heading, countOf(text, heading)]).toEqual([heading, 1]);
      }
    }
    const lost = [
      "lock_fail_open",
      "lock_reaped",
      "update_overwritten",
      "write_abandoned",
      "write_refused",
      "hook_failed",
    ];
    expect(journalEvents(box).filter(({ type }) => lost.includes(String(type)))).toEqual([]);
    const journal = journalFile(box, idOf(STARTS), "my_demo_project");
    const types = fs
      .readFileSync(journal, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types.filter((type) => type !== "backup_kept").sort()).toEqual([
      ...["session_paused", "session_start", "session_start"],
    ]);
    const found = run(
      ["journal", "read", "--json", "--project", box.projectDir, "--type", "session_paused"],
      box,
    );
    expect(found.stdout.trim().split("\n")).toHaveLength(STARTS + 1);
  });
});
