import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parsePayload } from "../../../shared/session/hookProtocol.ts";
import { startPython } from "../../helpers/child.ts";
import { answerOf, hookFile, payload, runHook } from "../../helpers/hookProcess.ts";
import { HAS_PYTHON, HAS_STRACE, IS_LINUX } from "../../helpers/machine.ts";
import { hookEnvOf, type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

let dir: string;

function setProjectDir(value: string | undefined): void {
  if (value === undefined) delete process.env.CLAUDE_PROJECT_DIR;
  else process.env.CLAUDE_PROJECT_DIR = value;
}

beforeEach(() => {
  dir = tempDir();
  const before = process.env.CLAUDE_PROJECT_DIR;
  onTestFinished(() => setProjectDir(before));
  setProjectDir(undefined);
});

const parse = (fields: object) => parsePayload(JSON.stringify({ session_id: "s", cwd: dir, ...fields }));

describe("a payload", () => {
  test("is parsed into the fields that the hooks use, and no others", () => {
    expect(parse({ source: "startup", other: 1 })).toStrictEqual({
      sessionId: "s",
      projectDir: dir,
      source: "startup",
    });
    expect(parse({ reason: "clear", source: 7 })).toStrictEqual({
      sessionId: "s",
      projectDir: dir,
      reason: "clear",
    });
    expect(parse({ reason: null })).toStrictEqual({ sessionId: "s", projectDir: dir });
  });

  test("has its source and reason truncated", () => {
    const { source, reason } = parse({ source: "s".repeat(100), reason: "r".repeat(100) });
    expect([source, reason]).toEqual(["s".repeat(64), "r".repeat(64)]);
  });

  test.each([
    [" \n", "the payload is empty"],
    ["{", "the payload is not JSON"],
    ["null", "the payload is not a JSON object"],
    ["7", "the payload is not a JSON object"],
    ["[]", "the payload is not a JSON object"],
    ["{}", "the payload has no session_id"],
    ['{"session_id":null}', "the payload's session_id is not a session id"],
  ])("of %j is rejected because %s", (text, message) => {
    expect(() => parsePayload(text)).toThrow(message);
  });
});

describe("the agent of a session", () => {
  test("is the one that it was started with", () => {
    expect(parse({ agent_type: "PACT:pact-orchestrator" }).agent).toBe("PACT:pact-orchestrator");
  });

  test.each(["", "-x", "a b", "a;b", "$(x)", "a\nb", "x".repeat(200), 7, null])(
    "is never %j",
    (agent_type) => {
      expect(parse({ agent_type })).not.toHaveProperty("agent");
    },
  );
});

describe("the project folder", () => {
  test("is CLAUDE_PROJECT_DIR, else the payload's cwd, else the working directory", () => {
    const other = tempDir();
    setProjectDir(other);
    expect(parse({}).projectDir).toBe(other);
    setProjectDir("");
    expect(parse({}).projectDir).toBe(dir);
    expect(parse({ cwd: "" }).projectDir).toBe(process.cwd());
    expect(parse({ cwd: 7 }).projectDir).toBe(process.cwd());
  });

  test("is a normalized path", () => {
    fs.mkdirSync(path.join(dir, "a"));
    expect(parse({ cwd: `${dir}/a/../` }).projectDir).toBe(dir);
  });

  test("must be an existing folder with an absolute path", () => {
    const file = tempFile("text");
    for (const cwd of [file, `${dir}/absent`, "tests", "."]) {
      expect(() => parse({ cwd })).toThrow(`the project folder ${cwd} is not the absolute path of a folder`);
    }
  });
});

test.each([
  [1024 * 1024, /^$/],
  [
    1024 * 1024 + 1,
    /could not use .*: the payload is larger than 1 MB\. CLAUDE\.md is unchanged; the session continues\.$/,
  ],
])("a payload of %i bytes gives a message that matches %s", (size, message) => {
  const box = sandbox();
  const pad = size - payload("sessionEnd", box, { pad: "" }).length;
  const input = payload("sessionEnd", box, { pad: "x".repeat(pad) });
  expect(answerOf(runHook("sessionEnd", input, box)).systemMessage ?? "").toMatch(message);
});

describe("standard input", () => {
  test("that cannot be read is reported at once", () => {
    const box = sandbox();
    const folder = fs.openSync(box.projectDir, "r");
    const run = runOn(box, { stdio: [folder, "pipe", "pipe"] });
    fs.closeSync(folder);
    expect(answerOf(run).systemMessage).toContain("standard input cannot be read (EISDIR");
  });

  test("that has no data yet is read again", async ({ skip }) => {
    skip(!HAS_STRACE || !HAS_PYTHON, "needs strace and Python");
    const box = sandbox();
    const log = tempFile("", "log");
    const program = "import os, sys\nos.set_blocking(0, False)\nos.execvp(sys.argv[1], sys.argv[1:])";
    const strace = ["strace", "-qq", "-o", log, "-e", "trace=read"];
    const env = { CLAUDE_CONFIG_DIR: box.configDir };
    const child = startPython(program, [...strace, process.execPath, hookFile("sessionEnd")], { env });
    await waitUntil(() => fs.readFileSync(log, "utf8").includes("EAGAIN"));
    child.send(payload("sessionEnd", box));
    child.end();
    expect(await child.exited).toMatchObject({ code: 0 });
    expect(child.lines).toEqual(["{}"]);
  });
});

test.runIf(IS_LINUX)("the hook exits with 0 even if it cannot write to its standard output", () => {
  const full = fs.openSync("/dev/full", "w");
  const box = sandbox();
  const run = runOn(box, { input: payload("sessionEnd", box), stdio: ["pipe", full, "pipe"] });
  fs.closeSync(full);
  expect(run.status).toBe(0);
});

function runOn(box: Sandbox, options: SpawnSyncOptions) {
  return spawnSync(process.execPath, [hookFile("sessionEnd")], {
    ...options,
    cwd: box.projectDir,
    env: hookEnvOf(box),
    encoding: "utf8",
    timeout: 20_000,
  });
}
