import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { HAS_TERMINAL, runInTerminal } from "../helpers/inTerminal.ts";
import { AS_NOBODY, CAN_BE_NOBODY } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

let box: Sandbox;
let file: string;
let sidecar: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  sidecar = path.join(box.projectDir, ".CLAUDE.md.lock");
  fs.writeFileSync(file, "mine\n");
  answerOf(runHook("sessionStart", payload("startup", box), box));
});

interface Finding {
  check: string;
  level: string;
  message: string;
  advice?: string;
}

function doctor(env: NodeJS.ProcessEnv = {}) {
  const { status, stdout } = run(["doctor", "--json"], box, { env });
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
  return {
    status,
    healthy,
    findings,
    of: (check: string) => findings.filter((finding) => finding.check === check),
  };
}

test("a healthy project exits 0 and stays unchanged", () => {
  const before = listing(path.dirname(box.projectDir));
  const { status, healthy, of } = doctor();
  expect([status, healthy]).toEqual([0, true]);
  expect(of("blocks").map(({ message }) => message)).toEqual([
    expect.stringMatching(/^managed block, lines 3 to \d+$/),
    expect.stringMatching(/^routing block/),
    expect.stringMatching(/^memory block/),
  ]);
  expect(of("lock")[0]?.message).toMatch(
    /backend (native|addon|exlock|flock): taken, refused to others, released/,
  );
  expect(listing(path.dirname(box.projectDir))).toEqual(before);
});

test("the text has one line for each finding, and a summary", () => {
  const { stdout } = run(["doctor"], box);
  expect(stdout).toMatch(/^ok {7}node/);
  expect(stdout).toMatch(/\nHealthy\.\n$/);
});

describe("problems", () => {
  const problems: [string, string, RegExp, () => void][] = [
    [
      "a folder in place of the sidecar",
      "sidecar",
      /is a folder/,
      () => {
        fs.rmSync(sidecar);
        fs.mkdirSync(sidecar);
      },
    ],
    [
      "orphan markers",
      "blocks",
      /orphan markers in line \d+/,
      () => fs.appendFileSync(file, "<!-- PACT_ROUTING_END -->\n"),
    ],
    ["a read-only file", "claude-md", /read-only/, () => fs.chmodSync(file, 0o444)],
    [
      "a link that leads out of the project",
      "claude-md",
      /outside/,
      () => {
        fs.renameSync(file, path.join(box.configDir, "x.md"));
        fs.symlinkSync(path.join(box.configDir, "x.md"), file);
      },
    ],
    [
      "an unknown setting",
      "settings",
      /line 2: unknown setting/,
      () => {
        fs.mkdirSync(path.join(box.projectDir, ".claude"));
        fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.local.md"), "---\ncolour: red\n---\n");
      },
    ],
  ];

  test.each(problems)("doctor exits 1 and suggests a fix for %s", (_name, check, said, make) => {
    make();
    const { status, of } = doctor();
    expect(status).toBe(1);
    const [found] = of(check).filter(({ level }) => level === "problem");
    expect(found?.message).toMatch(said);
    expect(found?.advice).toBeTruthy();
  });

  test("doctor exits 1 if there is no lock backend", () => {
    const { status, of } = doctor({ PACT_HOOKS_FLOCK: "none" });
    expect(status).toBe(1);
    expect(of("lock")[0]).toMatchObject({
      level: "problem",
      message: expect.stringContaining("without the lock"),
    });
  });
});

test.each([
  ["enabeld", "Correct that line; did you mean 'enabled'?"],
  ["LockTTLseconds", "Correct that line; did you mean 'lockTtlSeconds'?"],
  ["colour", "Correct that line."],
])("doctor tells which setting a mistyped one is close to: %s", (name, advice) => {
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.local.md"), `---\n${name}: 1\n---\n`);
  expect(doctor().of("settings")).toMatchObject([{ level: "problem", advice }]);
});

test("doctor names the holder of the lock", async () => {
  const holder: ChildProcess = spawn("flock", [sidecar, "-c", "echo held; read x"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout as NodeJS.ReadableStream, "data");
  // The search for a holder has a time limit, and does without a name on a busy machine.
  await waitUntil(() => /is held by \S+ \(pid \d+\)/.test(doctor().of("sidecar")[0]?.message ?? ""));
  expect(doctor().of("sidecar")[0]?.level).toBe("note");
  const past = new Date(Date.now() - 60_000);
  fs.utimesSync(sidecar, past, past);
  expect(doctor().of("sidecar")[0]).toMatchObject({
    level: "problem",
    message: expect.stringContaining("last touched 6"),
  });
});

test("doctor names a sidecar of another user's that this user may not open", ({ skip }) => {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  fs.chmodSync(path.dirname(box.projectDir), 0o755);
  fs.chmodSync(sidecar, 0o600);
  const { stdout } = run(["doctor", "--json"], box, { under: AS_NOBODY });
  expect(JSON.parse(stdout).findings).toContainEqual({
    check: "sidecar",
    level: "problem",
    message: `${sidecar} is user 0's, and this user may not open it: an update may run without the lock`,
    advice: "Remove it, or give this user the right to write it.",
  });
});

test("doctor finds a claim that a crash left", () => {
  const claim = path.join(box.projectDir, ".CLAUDE.md.0123456789abcdef.claim");
  fs.mkdirSync(claim);
  expect(doctor().of("claims")[0]?.message).toContain("in progress");
  const past = new Date(Date.now() - 60_000);
  fs.utimesSync(claim, past, past);
  expect(doctor().of("claims")[0]).toMatchObject({
    level: "note",
    message: expect.stringContaining("left 6"),
  });
});

test("doctor names a version that could not be merged", () => {
  const saved = path.join(box.projectDir, "CLAUDE.md.0123abcd.saved");
  fs.writeFileSync(saved, "theirs\n");
  expect(doctor().of("saved")).toMatchObject([{ level: "problem", message: expect.stringContaining(saved) }]);
  fs.rmSync(saved);
  expect(doctor().of("saved")).toEqual([]);
});

test.each([
  ["settings.json", 1],
  ["settings.local.json", 0],
])("hooks from a folder of this machine in .claude/%s give %i warnings", (name, warnings) => {
  run(["install", ...(name === "settings.json" ? ["--shared"] : [])], box);
  const shared = path.join(box.projectDir, ".claude", name);
  const [enabled, ...found] = doctor().of("plugin");
  expect(enabled).toMatchObject({ level: "ok", message: `enabled in ${shared}` });
  expect(found).toEqual(
    Array(warnings).fill({
      check: "plugin",
      level: "note",
      message: `${shared}, which a team shares, runs the hooks from a folder of this machine`,
      advice: "Run: pact-hooks uninstall, then pact-hooks install",
    }),
  );
});

test.each(["doctor", "doctor --json"])("names of files cannot drive the terminal: %s", (command) => {
  const link = path.join(box.projectDir, "CLAUDE.md");
  fs.renameSync(link, path.join(box.projectDir, "x\u001b[2J\u009b\u202e.md"));
  fs.symlinkSync("x\u001b[2J\u009b\u202e.md", link);
  const { stdout } = run(command.split(" "), box);
  expect(stdout).toContain("x\\u001b[2J\\u009b\\u202e.md");
  for (const hostile of ["\u001b", "\u009b", "\u202e"]) expect(stdout).not.toContain(hostile);
});

test.skipIf(!HAS_TERMINAL).each([40, 80, 200])(
  "the findings fit a terminal of %i columns, and a pipe gets a line for each",
  (columns) => {
    const { shown } = runInTerminal(columns, "doctor", box, { NO_COLOR: "1" });
    const lines = shown.split("\n").map((line) => line.trimEnd());
    // A path is not broken.
    const tooWide = lines.filter((line) => line.length > columns && / \S.* /.test(line.trim()));
    expect(tooWide).toEqual([]);
    const piped = run(["doctor"], box).stdout;
    expect(shown.split(/\s+/).join(" ").trim()).toBe(piped.split(/\s+/).join(" ").trim());
    expect(piped).toMatch(
      /^ok {7}update {5}a file was created, replaced and removed in .*, as a session does$/m,
    );
  },
);
