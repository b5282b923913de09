/** The payload on standard inputs of every kind, most of which stay open. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { PYTHON } from "../helpers/child.ts";
import { type HookName, hookFile, payload } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { IS_LINUX } from "../helpers/machine.ts";
import { hookEnvOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";

/** Starts a hook whose standard input stays open until the test ends. @param under a command that runs it */
function startHook(box: Sandbox, name: HookName = "sessionStart", under: string[] = []) {
  const [program = "", ...args] = [...under, process.execPath, hookFile(name)];
  const child = spawn(program, args, {
    cwd: box.projectDir,
    env: hookEnvOf(box),
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const ended = async () => {
    const [status] = await once(child, "close");
    return { status, answer: JSON.parse(stdout) };
  };
  return { write: (text: string | Buffer) => void child.stdin.write(text), ended };
}

/** Runs a command with a pipe as its standard input, which blocks or not, and fills it from its own. */
const WITH_PIPE = `
import os, subprocess, sys
r, w = os.pipe()
os.set_blocking(r, sys.argv[1] == "blocks")
child = subprocess.Popen(sys.argv[2:], stdin=r)
os.write(w, os.read(0, 65536))
sys.exit(child.wait())
`;

const WITH_EMPTY_PIPE = `
import os, subprocess, sys
r, w = os.pipe()
sys.exit(subprocess.run(sys.argv[1:], stdin=r).returncode)
`;

test.each<[string, string[]]>([
  ["a socket", []],
  ["a pipe", [PYTHON, "-c", WITH_PIPE, "blocks"]],
  ["a pipe that does not block", [PYTHON, "-c", WITH_PIPE, "does not"]],
])("a hook does not wait for the end of %s", async (_what, under) => {
  const box = sandbox();
  const { write, ended } = startHook(box, "sessionStart", under);
  write(payload("startup", box));
  const { status, answer } = await ended();
  expect([status, answer.hookSpecificOutput?.hookEventName]).toEqual([0, "SessionStart"]);
});

test("a payload may come in pieces, cut within a letter", async () => {
  const box = sandbox("ü");
  const { write, ended } = startHook(box);
  const bytes = Buffer.from(payload("startup", box));
  const cut = bytes.indexOf(Buffer.from("ü")) + 1;
  expect(cut).toBeGreaterThan(1);
  write(" \n");
  write(bytes.subarray(0, cut));
  await new Promise(setImmediate);
  write(bytes.subarray(cut));
  expect((await ended()).answer.hookSpecificOutput?.hookEventName).toBe("SessionStart");
});

test("what follows the object is ignored, and so are braces in its texts", async () => {
  const box = sandbox();
  const { write, ended } = startHook(box);
  write(`${payload("startup", box, { prompt: '}"\\{{' })} and {more`);
  expect((await ended()).answer.hookSpecificOutput?.hookEventName).toBe("SessionStart");
});

test.each(["sessionStart", "sessionEnd"] as const)(
  "half an object is given up in time by %s",
  async (name) => {
    const box = sandbox();
    const { write, ended } = startHook(box, name);
    write('{"session_id": "');
    const { status, answer } = await ended();
    expect([status, answer.systemMessage]).toEqual([
      0,
      expect.stringContaining("the payload is not complete within 1 s. CLAUDE.md is unchanged"),
    ]);
    expect(journalEvents(box)).toMatchObject([{ type: "bad_payload" }]);
  },
);

test.runIf(IS_LINUX)("a pipe in which nothing ever arrives is given up, and the session starts", async () => {
  const box = sandbox();
  const { ended } = startHook(box, "sessionStart", [PYTHON, "-c", WITH_EMPTY_PIPE]);
  const { status, answer } = await ended();
  expect([status, answer.systemMessage]).toEqual([0, expect.stringContaining("did not arrive within 5 s")]);
});

test("what is no object is answered at once", async () => {
  const box = sandbox();
  const { write, ended } = startHook(box);
  write("hello");
  expect((await ended()).answer.systemMessage).toContain("the payload is not JSON");
});
