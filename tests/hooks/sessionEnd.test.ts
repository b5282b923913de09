import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { startPython } from "../helpers/child.ts";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { journalEvents, lineOf } from "../helpers/journal.ts";
import { HAS_PYTHON, IS_LINUX } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing, sidecarOf } from "../helpers/tempDir.ts";

test("the hook journals session_end with the reason, and changes nothing else", () => {
  const box = sandbox();
  expect(answerOf(runHook("sessionEnd", payload("sessionEnd", box), box))).toEqual({});
  expect(journalEvents(box)).toMatchObject([{ v: 1, type: "session_end", reason: "prompt_input_exit" }]);
  expect(listing(box.projectDir)).toEqual([]);
});

test("an empty standard input is journaled as a bad payload", () => {
  const box = sandbox();
  answerOf(runHook("sessionEnd", "", box));
  expect(journalEvents(box)).toMatchObject([{ type: "bad_payload", hook: "SessionEnd" }]);
});

test("session_end counts the session's locks by their outcome", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  fs.rmSync(path.join(box.projectDir, ".claude"), { recursive: true });
  answerOf(runHook("sessionStart", payload("startup", box), box, { PACT_HOOKS_FLOCK: "none" }));
  // A session with nothing to change does not acquire the lock.
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const reaped = { v: 1, type: "lock_reaped", reason: "expired", ts: "2026-01-31T12:00:00.000Z" };
  fs.appendFileSync(path.join(box.configDir, journal), `${JSON.stringify(reaped)}\n`);
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  expect(journalEvents(box).at(-1)).toMatchObject({
    type: "session_end",
    locks: { locked: 1, fail_open: 1, reaped: 1 },
  });
  expect(journalEvents(box).at(-1)?.locks).not.toHaveProperty("partial");
});

test("a journal that takes too long to read is counted in part, and session_end says so", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const note = `${JSON.stringify({ v: 1, type: "note", ts: "2026-01-31T12:00:00.000Z" })}\n`;
  fs.appendFileSync(path.join(box.configDir, journal), note.repeat(1_000_000));
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
  const last = fs.readFileSync(path.join(box.configDir, journal)).subarray(-1000).toString();
  expect(last).toMatch(/"type":"session_end".*"locked":1,.*"partial":true/);
});

describe.runIf(HAS_PYTHON && IS_LINUX)("beside a program that knows only the lock", () => {
  /** Reads the file under the lock, and writes what it read, and a line of its own, when its standard input ends. */
  const program = `
import fcntl, sys
f = open(sys.argv[1], "a+")
fcntl.flock(f, fcntl.LOCK_EX)
text = open(sys.argv[2]).read()
print('{"held":true}', flush=True)
sys.stdin.read()
open(sys.argv[2], "w").write(text + "theirs\\n")`;
  const setUp = async (text: string) => {
    const box = sandbox();
    const file = path.join(box.projectDir, "CLAUDE.md");
    fs.writeFileSync(file, text);
    fs.mkdirSync(path.join(box.projectDir, ".claude"));
    fs.writeFileSync(
      path.join(box.projectDir, ".claude/pact-hooks.local.md"),
      "---\nlockTimeoutSeconds: 0\n---\n",
    );
    const holder = startPython(program, [sidecarOf(file), file]);
    await holder.message("held");
    const end = () => answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
    const overwritten = () => journalEvents(box).filter(({ type }) => type === "update_overwritten");
    return { box, file, holder, end, overwritten };
  };
  const start = (box: Sandbox) => answerOf(runHook("sessionStart", payload("startup", box), box));

  test("an update that it overwrites is journaled once at the session's end, with the program, and counted", async () => {
    const { box, file, holder, end, overwritten } = await setUp("mine\n");
    expect(start(box).systemMessage).toContain("That process may still overwrite the update.");
    holder.end();
    await holder.exited;
    expect(fs.readFileSync(file, "utf8")).toBe("mine\ntheirs\n");
    expect(end()).toEqual({});
    expect(overwritten()).toMatchObject([
      { target: file, hook: "sessionEnd", holder: { pid: holder.pid, command: "python3", source: "proc" } },
    ]);
    expect(journalEvents(box).at(-1)).toMatchObject({ type: "session_end", locks: { fail_open: 1 } });
    end();
    expect(overwritten()).toHaveLength(1);
    const audit = run(["audit"], box).stdout;
    expect(audit).toMatch(/^ {2}Overwritten +1 /m);
    expect(JSON.parse(run(["audit", "--json"], box).stdout)).toMatchObject({
      overwritten: 1,
      byTarget: { [file]: { overwritten: 1 } },
    });
  });

  test("an update that it overwrites is noticed, although the PACT plugin has journaled the session's end before", async () => {
    const { box, holder, end, overwritten } = await setUp("mine\n");
    start(box);
    holder.end();
    await holder.exited;
    const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
    fs.appendFileSync(path.join(box.configDir, journal), lineOf({ type: "session_end" }));
    end();
    expect(overwritten()).toHaveLength(1);
  });

  test("an update of a block that exists is noticed, too", async () => {
    const box = sandbox();
    start(box);
    const block = fs.readFileSync(path.join(box.projectDir, ".claude/CLAUDE.md"), "utf8");
    const old = block.replace(
      /^(<!-- PACT_ROUTING_START.*)$[\s\S]*?(?=^<!-- PACT_ROUTING_END)/m,
      "$1\n\nold\n\n",
    );
    expect(old).not.toBe(block);
    const other = await setUp(old);
    start(other.box);
    expect(fs.readFileSync(other.file, "utf8")).not.toContain("\nold\n");
    other.holder.end();
    await other.holder.exited;
    other.end();
    expect(other.overwritten()).toHaveLength(1);
  });

  test("an update that is still there is not journaled, although the user has changed the file", async () => {
    const { box, file, holder, end, overwritten } = await setUp("mine\n");
    start(box);
    holder.kill("SIGKILL");
    await holder.exited;
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, `above\r\n${text.replaceAll("\n", "\r\n")}\r\n- remember this\r\n`);
    end();
    expect(overwritten()).toEqual([]);
  });

  test("a session that had the lock does not look", async () => {
    const box = sandbox();
    start(box);
    fs.rmSync(path.join(box.projectDir, ".claude"), { recursive: true });
    answerOf(runHook("sessionEnd", payload("sessionEnd", box), box));
    expect(journalEvents(box).map(({ type }) => type)).toEqual(["session_start", "session_end"]);
    expect(JSON.stringify(journalEvents(box))).not.toContain('"added"');
  });

  test("a file that is no regular file any more is left alone", async () => {
    const { box, file, holder, end, overwritten } = await setUp("mine\n");
    start(box);
    holder.kill("SIGKILL");
    await holder.exited;
    fs.rmSync(file);
    fs.symlinkSync("/dev/zero", file);
    expect(end()).toEqual({});
    expect(overwritten()).toEqual([]);
  });
});

test("a journal of gigabytes without a line is given up in time", () => {
  const box = sandbox();
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const [journal = ""] = listing(box.configDir).filter((name) => name.endsWith(".jsonl"));
  const file = path.join(box.configDir, journal);
  const size = 64 * 1024 ** 3;
  fs.truncateSync(file, size);
  const limits = { timeout: 15_000, killSignal: "SIGKILL" } as const;
  answerOf(runHook("sessionEnd", payload("sessionEnd", box), box, {}, limits));
  const tail = Buffer.alloc(fs.statSync(file).size - size);
  const fd = fs.openSync(file, "r");
  fs.readSync(fd, tail, 0, tail.length, size);
  fs.closeSync(fd);
  expect(tail.toString()).toMatch(/"type":"session_end".*"locked":1,.*"partial":true/);
});
