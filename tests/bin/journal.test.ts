import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Child, start } from "../helpers/child.ts";
import { COMMAND, run } from "../helpers/commandLine.ts";
import { failedOpen, journalEvents, journalFile, lineOf, locked, writeJournal } from "../helpers/journal.ts";
import { envOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

const DAY_MS = 86_400_000;

function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}

describe("read", () => {
  const some = () => {
    const box = sandbox();
    writeJournal(journalFile(box, "later"), locked(1, "2026-01-02T00:00:00.000Z"), "torn\n");
    writeJournal(
      journalFile(box, "first"),
      locked(2, "2026-01-01T00:00:00.000Z"),
      failedOpen("timeout", { ts: "2026-01-01T00:00:01.000Z", message: "not free\nat all" }),
    );
    writeJournal(journalFile(box, "x", "other"), {
      type: "mytool.x",
      ts: "2026-01-03T00:00:00.000Z",
      a: "\u001b[2J\u202e",
    });
    return box;
  };
  const read = (box: Sandbox, ...args: string[]) =>
    run(["journal", "read", "--json", ...args], box)
      .stdout.split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  test("read prints all events, oldest session first", () => {
    const box = some();
    expect(read(box).map(({ ts }) => ts.slice(0, 19))).toEqual([
      ...["2026-01-01T00:00:00", "2026-01-01T00:00:01", "2026-01-02T00:00:00", "2026-01-03T00:00:00"],
    ]);
    expect(run(["journal", "read"], box).stderr).toContain("skipped 1 line");
  });

  test("read selects by type, session, project and time", () => {
    const box = some();
    expect(read(box, "--type", "lock_fail_open")).toMatchObject([{ reason: "timeout" }]);
    expect(read(box, "--type", "lock_fail_open", "--type", "mytool.x")).toHaveLength(2);
    expect(read(box, "--session", "first")).toHaveLength(2);
    expect(read(box, "--project", "/p")).toMatchObject([{ type: "lock_fail_open" }]);
    expect(read(box, "--project", "/somewhere/other")).toMatchObject([{ type: "mytool.x" }]);
    expect(read(box, "--since", "2026-01-02", "--until", "2026-01-02")).toMatchObject([
      { lock: { waited_ms: 1 } },
    ]);
    expect(read(box, "--type", "no_such")).toEqual([]);
  });

  test("read --project finds the journals under the project's former name, too", () => {
    const box = sandbox("my.demo");
    writeJournal(journalFile(box, "old"), { type: "mytool.old" });
    writeJournal(journalFile(box, "new", "my_demo"), { type: "phase_transition" });
    writeJournal(journalFile(box, "new", "my-demo"), { type: "mytool.other" });
    expect(read(box, "--project", box.projectDir).map(({ type }) => type)).toEqual([
      ...["mytool.old", "phase_transition"],
    ]);
  });

  test("an event is one line that cannot drive the terminal, as text and as JSON", () => {
    const box = some();
    const { stdout } = run(["journal", "read"], box);
    expect(stdout.trim().split("\n")).toHaveLength(4);
    expect(stdout).toContain('message="not free\\nat all"');
    expect(stdout).toContain("lock.outcome=locked");
    expect(stdout).not.toContain("\u001b");
    expect(read(box).at(-1).a).toBe("\u001b[2J\u202e");
    const raw = run(["journal", "read", "--json"], box).stdout;
    for (const hostile of ["\u001b", "\u202e"]) expect(raw).not.toContain(hostile);
  });
});

describe("follow", () => {
  const follow = async (box: Sandbox, ...args: string[]): Promise<Child> => {
    const child = start(process.execPath, [COMMAND, "journal", "follow", "--json", ...args], {
      env: envOf(box) as Record<string, string>,
    });
    await waitUntil(() => child.stderr.includes("following"), "follow to begin");
    return child;
  };
  const shown = (child: Child) => child.lines.map((line) => JSON.parse(line).n);
  const n = (number: number) => ({ type: "mytool.n", n: number });

  test("follow shows new events of old and new journals, and exits 0 on SIGINT", async () => {
    const box = sandbox();
    writeJournal(journalFile(box, "old"), n(0));
    const child = await follow(box);
    writeJournal(journalFile(box, "old"), n(1));
    await waitUntil(() => shown(child).length === 1);
    writeJournal(journalFile(box, "new", "another"), n(2), n(3));
    await waitUntil(() => shown(child).length === 3);
    expect(shown(child)).toEqual([1, 2, 3]);
    child.kill("SIGINT");
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  test("follow starts before there is any journal", async () => {
    const box = sandbox();
    const child = await follow(box);
    writeJournal(path.join(box.configDir, "pact-sessions/unattributed.jsonl"), n(1));
    await waitUntil(() => shown(child).length === 1);
  });

  test("follow loses no event if a journal is moved away, and continues if one is truncated", async () => {
    const box = sandbox();
    const file = journalFile(box, "a");
    writeJournal(file, n(0), n(0));
    const child = await follow(box);
    writeJournal(file, n(1));
    fs.renameSync(file, `${file}.1`);
    writeJournal(`${file}.1`, n(2));
    writeJournal(file, n(3));
    await waitUntil(() => shown(child).length === 3);
    // Shorter than what was read: nothing else shows that a file was truncated.
    fs.writeFileSync(file, lineOf({ type: "x.n", n: 4 }));
    await waitUntil(() => shown(child).length === 4);
    expect(shown(child)).toEqual([1, 2, 3, 4]);
  });

  test("follow shows only whole lines of the selection", async () => {
    const box = sandbox();
    const file = journalFile(box, "a");
    writeJournal(file, "");
    const child = await follow(box, "--type", "mytool.n", "--session", "a");
    writeJournal(file, '{"v":1,"type":"mytool.n","n":1,');
    writeJournal(journalFile(box, "b"), n(9));
    writeJournal(file, '"ts":"2026-01-01T00:00:00.000Z"}\n', { type: "mytool.other", n: 8 }, n(2));
    await waitUntil(() => shown(child).length >= 2);
    expect(shown(child)).toEqual([1, 2]);
  });
});

describe("write", () => {
  const write = (box: Sandbox, args: string[], input?: string) =>
    run(["journal", "write", ...args], box, input === undefined ? {} : { input });

  test("write appends the fields of the arguments to the session's journal", () => {
    const box = sandbox();
    const args = ["lock_fail_open", "target=/p/x", "reason=timeout", "message=a = b", "waited_ms=5000.5"];
    const rest = ["timeout_ms=5000", "attempts=3", "pid=7", 'holder={"pid":8,"source":"proc","alive":true}'];
    expect(write(box, [...args, ...rest, "--session", "s-1"])).toEqual({ status: 0, stdout: "", stderr: "" });
    const text = fs.readFileSync(journalFile(box, "s-1"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      ...{ v: 1, type: "lock_fail_open", waited_ms: 5000.5, attempts: 3, message: "a = b" },
      holder: { pid: 8, source: "proc", alive: true },
    });
    expect(run(["audit", "--json"], box).stdout).toContain('"failOpen":1');
  });

  test("write takes fields from standard input if the arguments have none", () => {
    const box = sandbox();
    expect(write(box, ["mytool.deployed"], '{"version": 1.5, "tags": ["a"]}').status).toBe(0);
    expect(write(box, ["mytool.pinged"]).status).toBe(0);
    expect(write(box, ["mytool.pinged", "a=1", "b:=[2]"], "not read").status).toBe(0);
    expect(journalEvents(box)).toMatchObject([
      { type: "mytool.deployed", version: 1.5, tags: ["a"] },
      { type: "mytool.pinged" },
      { type: "mytool.pinged", a: "1", b: [2] },
    ]);
    expect(fs.existsSync(path.join(box.configDir, "pact-sessions/unattributed.jsonl"))).toBe(true);
  });

  test.each([
    ["session_paused", ""],
    ["lock_failopen", "; did you mean 'lock_fail_open'?"],
    ["toString", ""],
  ])("write takes a type that it does not know, with a warning: %s", (type, meant) => {
    const box = sandbox();
    const written = write(box, [type, "pr_number:=7", "branch=x", "--session", "s-1"]);
    expect(written).toEqual({
      ...{ status: 0, stdout: "" },
      stderr: `pact-hooks: unknown event type '${type}': written, with fields that are not checked${meant}\n`,
    });
    expect(journalEvents(box)).toMatchObject([{ v: 1, type, pr_number: 7, branch: "x" }]);
    expect(write(box, ["mytool.x"]).stderr).toBe("");
  });

  test("write adds the fields that the options give", () => {
    const box = sandbox();
    expect(write(box, ["session_end", "--session", "s-1", "--project", path.resolve("/x/demo")]).status).toBe(
      0,
    );
    expect(journalEvents(box)).toMatchObject([{ session_id: "s-1", project_dir: path.resolve("/x/demo") }]);
  });

  test.each<[string, string[], string | undefined, string]>([
    ["no type", [], undefined, "needs a TYPE"],
    ["a type that is not a name", ["a b"], undefined, "'a b' is no event type"],
    ["a type that forges a line", ["a\nb"], undefined, "is no event type"],
    ["a missing field", ["hook_failed", "hook=x"], undefined, "hook_failed needs 'message'"],
    ["a field too many", ["hook_failed", "oops=1"], undefined, "no field 'oops'"],
    [
      "a number that is not one",
      ["hook_failed", "hook=x", "message=y", "pid=abc"],
      undefined,
      "pid must be a whole number",
    ],
    [
      "an unknown word",
      ["outside_edit", "target=/x", "pid=1", "resolution=won"],
      undefined,
      "one of reread, merged",
    ],
    ["a taken field", ["mytool.x", "ts=now"], undefined, "the journal sets 'ts' itself; leave it out"],
    ["a field twice", ["mytool.x", "a=1", "a=2"], undefined, "'a' is given twice"],
    ["no FIELD=VALUE", ["mytool.x", "abc"], undefined, "'abc' is not FIELD=VALUE"],
    ["a bad value", ["mytool.x", "a:=nope"], undefined, "the value of a is not JSON"],
    ["bad input", ["mytool.x"], "nope", "standard input is not JSON"],
    ["input that is not an object", ["mytool.x"], "[1]", "standard input is not a JSON object"],
    ["a session ID with a path", ["mytool.x", "--session", "../x"], undefined, "is not a session id"],
  ])("write refuses %s, with the reason and exit code 2", (_what, args, input, reason) => {
    const box = sandbox();
    const { status, stdout, stderr } = write(box, args, input);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(reason);
    expect(stderr).toContain("Usage: pact-hooks journal write");
    expect(journalEvents(box)).toEqual([]);
  });

  test("write prints the event and exits 1 if the journal cannot be written", () => {
    const box = sandbox();
    fs.writeFileSync(box.configDir, "");
    const { status, stderr } = write(box, ["mytool.x", "a=1"]);
    expect(status).toBe(1);
    expect(stderr).toContain('"type":"mytool.x","a":"1"');
  });
});

describe("prune", () => {
  const some = () => {
    const box = sandbox();
    writeJournal(journalFile(box, "old", "gone"), locked(1, daysAgo(200)), {
      type: "session_end",
      project_dir: "/x",
      ts: daysAgo(100),
    });
    writeJournal(journalFile(box, "old"), locked(1, daysAgo(100)));
    writeJournal(
      journalFile(box, "new"),
      locked(1, daysAgo(200)),
      failedOpen("timeout", { ts: daysAgo(80) }),
    );
    return box;
  };
  const sessions = (box: Sandbox) =>
    listing(path.join(box.configDir, "pact-sessions")).filter((name) => name.endsWith(".jsonl"));
  const kept = ["demo/new/session-journal.jsonl"];
  const all = [...kept, "demo/old/session-journal.jsonl", "gone/old/session-journal.jsonl"];

  test("prune lists old sessions and removes none", () => {
    const box = some();
    const { status, stdout } = run(["journal", "prune", "--older-than", "90d"], box);
    expect(status).toBe(0);
    expect(stdout).toContain(`would remove gone/old, last event ${daysAgo(100).slice(0, 10)}`);
    expect(stdout).toContain("would remove demo/old");
    expect(stdout).not.toContain("demo/new");
    const bytes = all.slice(1).reduce((sum, name) => sum + sizeOf(box, name), 0);
    expect(stdout).toContain(`Would remove 2 sessions, ${bytes} bytes.`);
    expect(sessions(box)).toEqual(all);
  });

  test("prune --yes removes old sessions and their empty folders", () => {
    const box = some();
    const { status, stdout } = run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect(status).toBe(0);
    expect(stdout).toContain("Removed 2 sessions");
    expect(sessions(box)).toEqual(kept);
    expect(fs.readdirSync(path.join(box.configDir, "pact-sessions"))).toEqual(["demo"]);
    expect(run(["journal", "prune", "--older-than", "90d"], box).stdout).toBe("No session is that old.\n");
  });

  test("prune removes a session's backups with it", () => {
    const box = some();
    for (const name of ["CLAUDE.md.before", "user-CLAUDE.md.before"]) {
      fs.writeFileSync(path.join(path.dirname(journalFile(box, "old")), name), "x".repeat(1000));
    }
    expect(run(["journal", "prune", "--older-than", "90d"], box).stdout).toContain("2.5 kB");
    run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect(fs.existsSync(path.dirname(journalFile(box, "old")))).toBe(false);
  });

  test("removes what names the latest session with that session, and no other's", () => {
    const box = some();
    const root = path.join(box.configDir, "pact-sessions");
    const pointer = (slug: string, session_id: string) => {
      const file = path.join(root, slug, `latest-${session_id}.json`);
      fs.writeFileSync(file, JSON.stringify({ session_id, project_dir: "/x" }));
      return file;
    };
    const [gone, live] = [pointer("gone", "old"), pointer("demo", "new")];
    run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect([fs.existsSync(path.dirname(gone)), fs.existsSync(live)]).toEqual([false, true]);
  });

  const team = "session-01234567";
  test.each<[string, string, (dir: string) => void]>([
    ...(
      [
        ["agent_handoff", { type: "agent_handoff", agent: "a", task_id: "1" }],
        ["mytool.deployed", { type: "mytool.deployed" }],
        [
          "session_start",
          { type: "session_start", session_id: "old", project_dir: "/x", team, worktree: "" },
        ],
        ["session_end", { type: "session_end", warning: "w" }],
        ["lines that are not events", '{"event":"x"}\n'],
        [
          "lines that are not events",
          `${JSON.stringify({ v: 2, type: "session_start", ts: daysAgo(100) })}\n`,
        ],
      ] as const
    ).map(([name, event]): [string, string, (dir: string) => void] => [
      `an event: ${JSON.stringify(event)}`,
      name,
      (dir) => {
        const file = path.join(dir, "session-journal.jsonl");
        writeJournal(file, typeof event === "string" ? event : { ...event, ts: daysAgo(100) });
        fs.utimesSync(file, new Date(daysAgo(95)), new Date(daysAgo(95)));
      },
    ]),
    [
      "a file",
      "pact-session-context.json",
      (dir) => fs.writeFileSync(path.join(dir, "pact-session-context.json"), "{}"),
    ],
    ["a folder", "notes", (dir) => fs.mkdirSync(path.join(dir, "notes"))],
    ["a link", "CLAUDE.md.before", (dir) => fs.symlinkSync("/dev/null", path.join(dir, "CLAUDE.md.before"))],
  ])("keeps a session into whose folder another program has written: %s", (_what, name, write) => {
    const box = some();
    const dir = path.dirname(journalFile(box, "old"));
    write(dir);
    const before = fs.readdirSync(dir);
    const dry = run(["journal", "prune", "--older-than", "90d"], box).stdout;
    expect(dry).toContain(`kept demo/old: another program has written into it (${name})\n`);
    expect(dry).toMatch(
      /Would remove 1 session, .* Kept 1 session into which another program has written\.$/m,
    );
    const { status, stdout } = run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Removed 1 session, .* Kept 1 session into which another program has written\.$/m);
    expect(fs.readdirSync(dir)).toEqual(before);
    expect(sessions(box)).toEqual(all.slice(0, 2));
    expect(run(["journal", "prune", "--older-than", "90d"], box).stdout).toMatch(
      /^Nothing to remove\. Kept 1/m,
    );
  });

  test("keeps what is not ours: other layouts, links, unattributed events", () => {
    const box = some();
    const root = path.join(box.configDir, "pact-sessions");
    const old = locked(1, daysAgo(1000));
    writeJournal(path.join(root, "unattributed.jsonl"), old);
    writeJournal(path.join(root, "a/b/c/session-journal.jsonl"), old);
    writeJournal(path.join(root, "session-journal.jsonl"), old);
    const outside = path.join(box.projectDir, "x");
    writeJournal(path.join(outside, "session-journal.jsonl"), old);
    fs.symlinkSync(outside, path.join(root, "demo/linked"));
    fs.symlinkSync(box.projectDir, path.join(root, "linked"));
    expect(run(["journal", "prune", "--older-than", "90d", "--yes"], box).stdout).toContain(
      "Removed 2 sessions",
    );
    expect(fs.existsSync(path.join(outside, "session-journal.jsonl"))).toBe(true);
    expect(fs.readdirSync(root).sort()).toEqual([
      "a",
      "demo",
      "linked",
      "session-journal.jsonl",
      "unattributed.jsonl",
    ]);
    expect(fs.existsSync(path.join(root, "a/b/c/session-journal.jsonl"))).toBe(true);
  });

  test("prune takes a line that cannot be parsed for as new as its file", () => {
    const box = some();
    writeJournal(journalFile(box, "old"), "torn\n");
    run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect(sessions(box)).toEqual(all.slice(0, 2));
    fs.utimesSync(journalFile(box, "old"), new Date(daysAgo(95)), new Date(daysAgo(95)));
    run(["journal", "prune", "--older-than", "90d", "--yes"], box);
    expect(sessions(box)).toEqual(kept);
  });

  function sizeOf(box: Sandbox, name: string): number {
    return fs.statSync(path.join(box.configDir, "pact-sessions", name)).size;
  }
});

test.each([
  [["read", "--since", "x"]],
  [["prune"]],
  [["prune", "--older-than", "0d"]],
  [["prune", "--older-than", "90"]],
  [["prune", "--older-than", "2026-01-01"]],
])("wrong usage exits 2 with the usage on standard error: %j", (args) => {
  const { status, stdout, stderr } = run(["journal", ...args], sandbox());
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: pact-hooks journal");
});

test("a reader that ends early ends a long list", () => {
  const box = sandbox();
  writeJournal(journalFile(box, "a"), ...Array.from({ length: 5000 }, () => failedOpen("timeout")));
  const script = `set -o pipefail; "${COMMAND}" journal read | head -1`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", env: envOf(box) });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toHaveLength(2);
  expect(status).toBe(0);
});

test("journal write reads no more of an endless input than an event may have", () => {
  const box = sandbox();
  const args = ["-c", 'yes | "$0" journal write my.test', COMMAND];
  const { status, stderr } = spawnSync("sh", args, { env: envOf(box), encoding: "utf8", timeout: 15_000 });
  expect(status).toBe(2);
  expect(stderr).toContain("the event is larger than 1 MB");
});
