import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { configDir, journalPath, sessionDir } from "../../../shared/journal/sessionFolder.ts";
import {
  appendEvent,
  isForeignTwin,
  type LineTally,
  makeEvent,
  readEvents,
  readLastEvent,
} from "../../../shared/journal/sessionJournal.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useClock } from "../../helpers/clock.ts";
import { useJournal } from "../../helpers/journal.ts";
import { CAN_BE_NOBODY, injecting, mountTmpfs, NOBODY } from "../../helpers/machine.ts";
import { modeOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const ADDRESS = { sessionId: "session-1", projectDir: "/home/someone/my project" };

function setEnv(name: string, value: string | undefined): void {
  const before = process.env[name];
  const set = (to: string | undefined) => {
    if (to === undefined) delete process.env[name];
    else process.env[name] = to;
  };
  set(value);
  onTestFinished(() => set(before));
}

describe("an event", () => {
  test("is one line of JSON in the session's own private file", () => {
    const { configDir } = useJournal();
    const event = makeEvent("my.test", { text: "two\nlines \u2028", absent: undefined });
    expect(appendEvent(event, ADDRESS)).toBe(true);
    const dir = path.join(configDir, "pact-sessions/my_project/session-1");
    const content = fs.readFileSync(path.join(dir, "session-journal.jsonl"), "utf8");
    expect(content).toBe(`{"v":1,"type":"my.test","text":"two\\nlines \u2028","ts":"${event.ts}"}\n`);
    expect(event.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(modeOf(path.join(dir, "session-journal.jsonl"))).toBe(0o600);
    for (const at of [dir, path.dirname(dir), path.join(configDir, "pact-sessions")]) {
      expect(modeOf(at)).toBe(0o700);
    }
  });

  test("keeps its version, type and time, whatever its fields say", () => {
    expect(makeEvent("my.test", { v: 2, type: "other", ts: "never" })).toMatchObject({
      v: 1,
      type: "my.test",
    });
  });

  test("has its long strings truncated, even nested ones", () => {
    const { events } = useJournal();
    appendEvent(
      makeEvent("my.test", { long: "x".repeat(100_000), deep: { list: ["y".repeat(5000)] } }),
      ADDRESS,
    );
    const [event] = events() as unknown as [{ long: string; deep: { list: [string] } }];
    expect(event.long).toBe(`${"x".repeat(4096)}…`);
    expect(event.deep.list[0]).toHaveLength(4097);
  });

  test.each<[string, object]>([
    ["no session id", { projectDir: "/home/someone/project" }],
    ["no project folder", { sessionId: "session-1" }],
    ["no address", {}],
    ["a path as its session id", { ...ADDRESS, sessionId: "../../elsewhere" }],
    ["a session id with a line feed", { ...ADDRESS, sessionId: "a\nb" }],
    ["a session id that is too long", { ...ADDRESS, sessionId: "x".repeat(129) }],
    ["an empty session id", { ...ADDRESS, sessionId: "" }],
  ])("with %s is appended to the unattributed journal", (_what, address) => {
    const { configDir, events } = useJournal();
    appendEvent(makeEvent("my.test"), address);
    const place = path.join(configDir, "pact-sessions/unattributed.jsonl");
    expect([...readEvents(place)]).toHaveLength(1);
    expect(events()).toHaveLength(1);
    expect(modeOf(place)).toBe(0o600);
  });

  test("after a torn line starts a new line", () => {
    useJournal();
    appendEvent(makeEvent("my.first"), ADDRESS);
    fs.appendFileSync(journalPath(ADDRESS), '{"v":1,"type":"torn');
    appendEvent(makeEvent("my.second"), ADDRESS);
    const tally = { badLines: 0 };
    const types = [...readEvents(journalPath(ADDRESS), tally)].map(({ type }) => type);
    expect(types).toEqual(["my.first", "my.second"]);
    expect(tally.badLines).toBe(1);
  });

  test("goes into a line of its own, without a pause or an empty line before it", () => {
    useJournal();
    const types = ["my.first", "my.second", "my.third"] as const;
    const { pauses } = useClock();
    for (const type of types) appendEvent(makeEvent(type), ADDRESS);
    const lines = fs.readFileSync(journalPath(ADDRESS), "utf8").split("\n");
    expect(lines.map((line) => line && JSON.parse(line).type)).toEqual([...types, ""]);
    expect(pauses).toEqual([]);
  });

  test("starts no new line after one that another session has completed meanwhile", () => {
    useJournal();
    appendEvent(makeEvent("my.first"), ADDRESS);
    const file = journalPath(ADDRESS);
    const first = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, first.trimEnd());
    // The other session needs a millisecond: the pause is for it.
    const complete = () => {
      if (!fs.readFileSync(file, "utf8").endsWith("\n")) fs.appendFileSync(file, "\n");
    };
    beforeCall(Atomics, "wait", complete);
    beforeCall(fs, "writeSync", complete);
    appendEvent(makeEvent("my.second"), ADDRESS);
    expect(fs.readFileSync(file, "utf8").split("\n")).toHaveLength(3);
  });

  test("is never torn or lost when several processes append at once", async () => {
    const { events } = useJournal();
    const names = ["a", "b", "c", "d"];
    const count = 200;
    const writers = names.map((name, i) =>
      startProgram("appendEvents", { name, count, size: 10 ** i, address: ADDRESS }),
    );
    await Promise.all(writers.map(({ exited }) => exited));
    const tally = { badLines: 0 };
    expect([...readEvents(journalPath(ADDRESS), tally)]).toHaveLength(names.length * count);
    expect(tally.badLines).toBe(0);
    for (const name of names) {
      const numbers = events()
        .filter((event) => event.name === name)
        .map(({ n }) => n);
      expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
    }
  });
});

describe("an event is printed on standard error when", () => {
  const shown = (stderr: string) => stderr.split("\n").filter((line) => line.startsWith("{"));
  const append = async (options?: Parameters<typeof startProgram>[2]) => {
    const child = startProgram("appendEvents", { count: 1, name: "a", address: ADDRESS }, options);
    expect((await child.exited).code).toBe(0);
    expect(child.lines).toEqual([]);
    return child.stderr;
  };

  test.for<[string, (configDir: string) => void]>([
    ["the journal folder is a file", (dir) => fs.writeFileSync(path.join(dir, "pact-sessions"), "")],
    ["the journal is a folder", (dir) => fs.mkdirSync(journalIn(dir), { recursive: true })],
    ["the journal is a link", (dir) => link(journalIn(dir))],
    ["the journal is a pipe without a reader", (dir) => pipe(journalIn(dir))],
  ])("%s", async ([_what, prepare]) => {
    const { configDir } = useJournal();
    prepare(configDir);
    const stderr = await append();
    expect(shown(stderr).map((line) => JSON.parse(line))).toMatchObject([
      { v: 1, type: "my.test", name: "a" },
    ]);
    expect(stderr).toContain("pact-hooks: could not write to the journal (");
  });

  test("it cannot be written as JSON: then only its type is", () => {
    useJournal();
    const library = new URL("../../../dist/index.mjs", import.meta.url);
    const script = `import { appendEvent, makeEvent } from ${JSON.stringify(library)};
      process.exitCode = appendEvent(makeEvent("my.test", { big: 1n }), ${JSON.stringify(ADDRESS)}) ? 1 : 0`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect([status, stderr.split("\n").at(-1)]).toEqual([0, "my.test"]);
  });

  test("this user may not write the journal", async ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    const { configDir, events } = useJournal();
    fs.chmodSync(configDir, 0o755);
    expect(shown(await append(NOBODY))).toHaveLength(1);
    expect(events()).toEqual([]);
  });

  test("the disk is full", async (context) => {
    const dir = mountTmpfs(context, "size=16k");
    fs.writeFileSync(path.join(dir, "filler"), Buffer.alloc(16 * 1024 - 4096));
    const env = { CLAUDE_CONFIG_DIR: dir };
    const child = startProgram(
      "appendEvents",
      { count: 20, name: "a", size: 1000, address: ADDRESS },
      { env },
    );
    await child.exited;
    // The writer also prints an event whose line was truncated, so each event is readable in exactly one place.
    const kept = [...readEvents(journalIn(dir))].map(({ n }) => n);
    const told = shown(child.stderr).map((line) => JSON.parse(line).n);
    expect(told.length).toBeGreaterThan(0);
    expect(kept.length).toBeGreaterThan(0);
    expect([...kept, ...told].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
  });
});

describe("reading a journal", () => {
  test("skips and counts lines that are not events, and returns the rest in order", () => {
    const event = (type: string) => `{"v":1,"type":"${type}","ts":"2026-01-01T00:00:00.000Z"}`;
    const lines = [
      ...[
        event("a"),
        "not JSON",
        '{"v":2,"type":"x","ts":""}',
        "null",
        "7",
        "[]",
        '{"v":1,"type":7,"ts":""}',
      ],
      ...["", event("b"), "\u0000\u0000", event("a").replace("2026", "2027"), '{"v":1,"type":"torn'],
    ];
    const file = tempFile(lines.join("\n"));
    const tally = { badLines: 0 };
    expect([...readEvents(file, tally)].map(({ type }) => type)).toEqual(["a", "b", "a"]);
    expect(tally.badLines).toBe(8);
    expect(readLastEvent(file)?.ts).toMatch(/^2027/);
    expect(readLastEvent(file, "b")?.type).toBe("b");
    expect(readLastEvent(file, "c")).toBeNull();
  });

  test("finds events that cross the boundary between two reads", () => {
    const line = (n: number) =>
      `${JSON.stringify(makeEvent("my.test", { n, text: "é".repeat(40_000 + n) }))}\n`;
    const file = tempFile([0, 1, 2, 3, 4].map(line).join(""));
    expect([...readEvents(file)].map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  test("finds an event whose last byte comes alone", () => {
    const line = (text: string) => JSON.stringify({ v: 1, type: "a", ts: "", text });
    const file = tempFile(line("x".repeat(64 * 1024 + 1 - line("").length)));
    expect(fs.statSync(file).size).toBe(64 * 1024 + 1);
    expect([...readEvents(file)]).toHaveLength(1);
  });

  test.each([
    ["{}", true],
    ['{"v":1,"type":"torn', undefined],
    ["7", undefined],
  ])("tells whether the line %s is an object", (line, expected) => {
    const tally: LineTally = { badLines: 0 };
    expect([...readEvents(tempFile(line), tally)]).toEqual([]);
    expect(tally).toEqual({ badLines: 1, hasObject: expected });
  });

  test.each([
    [{ type: "session_start", lock: {} }, false],
    [{ type: "session_start", project_dir: "/" }, true],
    [{ type: "session_end", project_dir: "/" }, false],
    [{ type: "session_end", lock: {} }, true],
    [{ type: "my.test" }, false],
  ])("tells whether another program wrote %j", (event, expected) => {
    expect(isForeignTwin({ v: 1, ts: "", ...event })).toBe(expected);
  });

  test("throws if the journal is absent", () => {
    expect(() => [...readEvents(path.join(tempDir(), "absent"))]).toThrow(/ENOENT/);
  });
});

describe("Claude Code's configuration folder", () => {
  const setHome = (home: string | undefined) => {
    for (const name of ["HOME", "USERPROFILE"]) setEnv(name, home);
  };

  test("is CLAUDE_CONFIG_DIR, else .claude in the home folder", () => {
    setEnv("CLAUDE_CONFIG_DIR", "/somewhere");
    setHome("/home/someone");
    expect(configDir()).toBe(path.resolve("/somewhere"));
    setEnv("CLAUDE_CONFIG_DIR", "");
    expect(configDir()).toBe(path.join("/home/someone/.claude"));
  });

  test.each([["", undefined, "relative"]].flat())(
    "is below the account's home folder if HOME is %j",
    (home) => {
      setEnv("CLAUDE_CONFIG_DIR", undefined);
      setHome(home);
      expect(configDir()).toBe(path.join(os.userInfo().homedir, ".claude"));
    },
  );
});

test("neither writing nor reading leaves a descriptor open, even if reading stops early", () => {
  useJournal();
  const open = () => fs.readdirSync("/dev/fd").length;
  const before = open();
  for (const type of ["my.one", "my.two", "my.three"] as const) appendEvent(makeEvent(type), ADDRESS);
  const [first] = readEvents(journalPath(ADDRESS));
  expect([first?.type, readLastEvent(journalPath(ADDRESS))?.type]).toEqual(["my.one", "my.three"]);
  expect(open()).toBe(before);
});

test("a session's folder is named after its project, or root for the root folder", () => {
  const { configDir } = useJournal();
  expect(sessionDir("/home/someone/project/", "s")).toBe(path.join(configDir, "pact-sessions/project/s"));
  expect(sessionDir("/", "s")).toBe(path.join(configDir, "pact-sessions/root/s"));
  expect(() => sessionDir("/", "..")).toThrow("not a session id");
});

test.each([
  ["my project", "my_project"],
  ["my  (old) project!", "my_old_project_"],
  ["my.app", "my_app"],
  ["Ünïcode-名前_1", "_n_code-__1"],
  ["\u{1f600}\u{1f600}x", "_x"],
  ["A-b_9", "A-b_9"],
  ["x".repeat(255), "x".repeat(255)],
])("the folder of the project %j is the one that the PACT plugin gives it: %j", (name, slug) => {
  const { configDir } = useJournal();
  const dir = path.join(configDir, "pact-sessions", slug, "s");
  expect(sessionDir(`/home/someone/${name}`, "s")).toBe(dir);
  expect(sessionDir(`/home/someone/${name}/`, "s")).toBe(dir);
});

test("a project that is opened through a link has the folder of the real one", () => {
  const { configDir } = useJournal();
  const real = path.join(tempDir(), "real.one");
  const link = path.join(tempDir(), "linked");
  fs.mkdirSync(real);
  fs.symlinkSync(real, link);
  expect(sessionDir(link, "s")).toBe(path.join(configDir, "pact-sessions/real_one/s"));
});

test("a session that has a folder of the project's former name keeps it", () => {
  const { configDir } = useJournal();
  const former = path.join(configDir, "pact-sessions/my project/old");
  fs.mkdirSync(former, { recursive: true });
  expect(sessionDir("/x/my project", "old")).toBe(former);
  expect(sessionDir("/x/my project", "new")).toBe(path.join(configDir, "pact-sessions/my_project/new"));
  fs.mkdirSync(path.join(configDir, "pact-sessions/my_project/old"), { recursive: true });
  expect(sessionDir("/x/my project", "old")).toBe(path.join(configDir, "pact-sessions/my_project/old"));
});

test.each(["unattributed.jsonl", "Unattributed.JSONL"])(
  "a project named %s has a journal, beside that of events without a session",
  (name) => {
    const { configDir } = useJournal();
    const address = { sessionId: "s", projectDir: `/home/someone/${name}` };
    expect(appendEvent(makeEvent("my.test"), {})).toBe(true);
    expect(appendEvent(makeEvent("my.test"), address)).toBe(true);
    const slug = name.replace(".", "_");
    expect(journalPath(address)).toBe(path.join(configDir, `pact-sessions/${slug}/s/session-journal.jsonl`));
    expect([...readEvents(journalPath(address)), ...readEvents(journalPath({}))]).toHaveLength(2);
  },
);

test.each<[string, (at: string) => void]>([
  ["a folder", (at) => fs.mkdirSync(at)],
  ["a pipe", pipe],
  ["a link to an endless device", (at) => fs.symlinkSync("/dev/zero", at)],
])("readEvents does not read %s", (_what, make) => {
  const file = path.join(tempDir(), "journal.jsonl");
  make(file);
  expect(() => [...readEvents(file)]).toThrow("is not a regular file");
});

test("the journal calls fsync for a lock event, but not for another event", async (context) => {
  useJournal();
  const log = tempFile("", "log");
  const under = injecting(context, "fsync:delay_exit=1", log);
  await startProgram("appendEvents", { count: 1, name: "a" }, { under }).exited;
  expect(fs.readFileSync(log, "utf8")).not.toContain("fsync(");
  const target = path.join(tempDir(), "CLAUDE.md");
  await startProgram("holdLock", { target }, { under, env: { PACT_HOOKS_FLOCK: "none" } }).exited;
  expect(fs.readFileSync(log, "utf8").match(/fsync\(/g)).toHaveLength(1);
});

function journalIn(configDir: string): string {
  return path.join(configDir, "pact-sessions/my_project/session-1/session-journal.jsonl");
}

function link(at: string): void {
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.symlinkSync(tempFile("precious"), at);
}

function pipe(at: string): void {
  fs.mkdirSync(path.dirname(at), { recursive: true });
  execFileSync("mkfifo", [at]);
}
