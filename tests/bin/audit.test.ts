import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { AuditResult } from "../../bin/audit/auditJournals.ts";
import { start } from "../helpers/child.ts";
import { COMMAND, run } from "../helpers/commandLine.ts";
import { payload, runHook } from "../helpers/hookProcess.ts";
import { HAS_TERMINAL, runInTerminal } from "../helpers/inTerminal.ts";
import { failedOpen, journalFile, locked, writeJournal } from "../helpers/journal.ts";
import { AS_NOBODY, CAN_BE_NOBODY, HAS_FLOCK_PROGRAM, injecting } from "../helpers/machine.ts";
import { envOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { modeOf, sidecarOf } from "../helpers/tempDir.ts";
import { waitUntil } from "../helpers/waitUntil.ts";

const HOSTILE = `<script>alert("1")</script>' onload='x'&amp;\u001b[2J\u202e\n`;

function audit(box: Sandbox, ...args: string[]): AuditResult {
  const { status, stdout, stderr } = run(["audit", "--json", ...args], box);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

function startSession(box: Sandbox, sessionId: string, env?: NodeJS.ProcessEnv): void {
  expect(runHook("sessionStart", payload("startup", box, { session_id: sessionId }), box, env).status).toBe(
    0,
  );
}

describe("locks that fail in known ways are counted exactly: ", () => {
  test.skipIf(!HAS_FLOCK_PROGRAM)("of real sessions", async () => {
    const box = sandbox();
    const target = path.join(box.projectDir, "CLAUDE.md");
    const sidecar = sidecarOf(target);
    const startLocking = (sessionId: string, env?: NodeJS.ProcessEnv) => {
      fs.writeFileSync(target, "mine\n");
      startSession(box, sessionId, env);
    };
    startLocking("good-1");
    startLocking("good-2");
    // Another session has nothing to change and asks for no lock.
    startSession(box, "good-3");
    startLocking("no-backend", { PACT_HOOKS_FLOCK: "none" });

    fs.rmSync(sidecar);
    fs.mkdirSync(sidecar);
    startLocking("not-a-file");
    fs.rmdirSync(sidecar);

    const settings = path.join(box.projectDir, ".claude/pact-hooks.local.md");
    fs.mkdirSync(path.dirname(settings));
    fs.writeFileSync(settings, "---\nlockTimeoutSeconds: 0.2\n---\n");
    const holder = start("flock", [sidecar, "sh", "-c", "echo held; read -r _"]);
    await waitUntil(() => holder.lines.includes("held"), "the lock to be held");
    startLocking("timeout");
    holder.end();
    await holder.exited;

    const record = { pid: process.pid, start: "another", hook: "", acquired_at: "2026-01-01T00:00:00Z" };
    fs.writeFileSync(sidecar, JSON.stringify(record));
    fs.utimesSync(sidecar, 1, 1);
    startLocking("reaped");

    fs.writeFileSync(target, Buffer.from([0xff, 0xfe]));
    startSession(box, "refused");
    runHook("sessionEnd", payload("sessionEnd", box, { session_id: "good-1" }), box);
    runHook("sessionStart", "{}", box);

    const figures = audit(box);
    const counts = {
      acquisitions: 6,
      failOpen: 3,
      reaped: 1,
      abandoned: 0,
      refused: 1,
      outsideEdits: 0,
      overwritten: 0,
    };
    expect(figures).toMatchObject({
      ...counts,
      failOpenRate: 0.5,
      sessionStarts: 8,
      lockNotNeeded: 2,
      hookFailures: 1,
      byReason: { no_backend: 1, not_a_file: 1, timeout: 1 },
      byReapReason: { abandoned: 1 },
      byTarget: { [target]: counts },
      badLines: 0,
      unreadableFiles: 0,
    });
    expect(figures.files).toBe(9);
    expect(figures.byHolder).toMatchObject({ flock: { failOpen: 1, reaped: 0 } });
    expect(Object.values(figures.byDay).map(({ acquisitions }) => acquisitions)).toEqual([6]);
    expect(figures.waitMs.max).toBeGreaterThanOrEqual(200);
  });

  test("a session start that failed open is counted once, with or without its event", () => {
    const box = sandbox();
    const start = (outcome: string) => ({
      type: "session_start",
      lock: { outcome, waited_ms: 1, reason: "io" },
    });
    writeJournal(journalFile(box, "both"), failedOpen("timeout"), start("fail_open"));
    writeJournal(journalFile(box, "alone"), start("fail_open"));
    writeJournal(
      journalFile(box, "merged"),
      failedOpen("timeout"),
      failedOpen("timeout"),
      start("fail_open"),
    );
    writeJournal(journalFile(box, "other"), failedOpen("timeout"), start("locked"), start("fail_open"));
    expect(audit(box)).toMatchObject({ acquisitions: 7, failOpen: 6, byReason: { timeout: 4, io: 2 } });
  });
});

describe("selection", () => {
  test("a project folder that cannot be looked at is not called absent", (context) => {
    const box = sandbox();
    const under = injecting(
      context,
      "?access,?faccessat2,?statx,?lstat,?newfstatat:error=EACCES",
      undefined,
      box.projectDir,
    );
    const { stderr } = run(["audit", "--project", box.projectDir], box, { under });
    expect(stderr).toBe(`pact-hooks: no journal has an event of the project ${box.projectDir}\n`);
  });

  test("every journal is read, and torn lines and unreadable journals are reported", () => {
    const box = sandbox();
    const root = path.join(box.configDir, "pact-sessions");
    writeJournal(
      journalFile(box, "a"),
      locked(1),
      "not JSON\n",
      { type: "of_the_future" },
      '{"v":1,"type":"torn',
    );
    writeJournal(journalFile(box, "b", "other"), locked(3), { type: "session_start", ts: "whenever" });
    writeJournal(path.join(root, "older/deeper/layout/session-journal.jsonl"), { type: "lock_fail_open" });
    writeJournal(path.join(root, "unattributed.jsonl"), failedOpen("timeout"));
    writeJournal(path.join(root, "demo/a/notes.jsonl"), failedOpen("timeout"));
    const outside = path.join(box.projectDir, "outside");
    writeJournal(path.join(outside, "session-journal.jsonl"), failedOpen("timeout"));
    fs.symlinkSync(outside, path.join(root, "demo/linked"));
    fs.mkdirSync(path.join(root, "demo/c"));
    fs.symlinkSync(
      path.join(outside, "session-journal.jsonl"),
      path.join(root, "demo/c/session-journal.jsonl"),
    );
    const { stdout, stderr, status } = run(["audit", "--json"], box);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ files: 4, unreadableFiles: 1, badLines: 3, events: 5, acquisitions: 4, failOpen: 2 },
      byReason: { timeout: 1, unknown: 1 },
    });
    expect(stderr).toContain("demo/c/session-journal.jsonl: not a regular file");
    expect(status).toBe(0);
  });

  test.for([
    ["the folder of all journals", ""],
    ["a project's folder", "demo"],
    ["a session's folder", "demo/a"],
    ["a journal", "demo/a/session-journal.jsonl"],
  ] as const)(
    "%s that another user may not read is named, and not taken for no activity",
    ([_what, name], { skip }) => {
      skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
      const box = sandbox();
      fs.chmodSync(path.dirname(box.projectDir), 0o755);
      writeJournal(journalFile(box, "a"), locked(1));
      const closed = path.join(box.configDir, "pact-sessions", name);
      fs.chmodSync(closed, 0);
      const { status, stdout, stderr } = run(["audit"], box, { under: AS_NOBODY });
      expect(status).toBe(0);
      expect(stderr).toContain(`pact-hooks: could not read ${closed}: EACCES: permission denied`);
      expect(stdout).toMatch(/^Unknown: no lock activity in the journals that could be read\.\n/);
      expect(stdout.replaceAll("\n", " ")).toContain(
        `Could not read 1 journal or folder, so the figures are incomplete: ${closed}.`,
      );
      const { unreadable } = JSON.parse(run(["audit", "--json"], box, { under: AS_NOBODY }).stdout);
      expect(unreadable).toEqual([{ path: closed, message: expect.stringContaining("EACCES") }]);
      const page = path.join(box.projectDir, "audit.html");
      fs.chmodSync(box.projectDir, 0o777);
      run(["audit", "--html", page], box, { under: AS_NOBODY });
      expect(fs.readFileSync(page, "utf8")).toContain(closed);
    },
  );

  test("an audit without any journal has figures of zero", () => {
    const box = sandbox();
    expect(audit(box)).toMatchObject({
      ...{ files: 0, events: 0, acquisitions: 0, failOpen: 0, failOpenRate: null, firstEvent: null },
      ...{ byDay: {}, waitMs: { median: null, p95: null, p99: null, max: null } },
    });
    expect(run(["audit"], box)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("No lock activity recorded yet."),
    });
    expect(run(["audit", "--max-fail-open-rate", "0"], box).status).toBe(0);
  });

  test("--since and --until limit the time", () => {
    const box = sandbox();
    const days = ["2026-01-01", "2026-01-02", "2026-01-03"];
    writeJournal(journalFile(box, "a"), ...days.map((day) => locked(1, `${day}T12:00:00.000Z`)));
    writeJournal(journalFile(box, "b"), locked(1, new Date(Date.now() - 3_600_000).toISOString()));
    const count = (...args: string[]) => audit(box, ...args).acquisitions;
    expect(count("--since", "2026-01-02")).toBe(3);
    expect(count("--since", "2026-01-02", "--until", "2026-01-02")).toBe(1);
    expect(count("--until", "2026-01-02T12:00Z")).toBe(1);
    expect(count("--until", "2026-01-02T14:00:01+02:00")).toBe(2);
    expect(count("--since", "2h")).toBe(1);
    expect(count("--since", "30m")).toBe(0);
    expect(count("--until", "1d")).toBe(3);
  });

  test("--project selects a project, by its name if the events do not have its path", () => {
    const box = sandbox();
    const { projectDir } = box;
    const start = (project_dir: string) => ({ ...locked(1), project_dir });
    const link = path.join(path.dirname(projectDir), "link");
    fs.symlinkSync(projectDir, link);
    writeJournal(
      journalFile(box, "a"),
      start(projectDir),
      failedOpen("io", { target: `${projectDir}/CLAUDE.md` }),
    );
    writeJournal(journalFile(box, "b"), start(link), start(`${projectDir}/inner`));
    writeJournal(journalFile(box, "c"), { ...failedOpen("io"), target: undefined });
    writeJournal(journalFile(box, "d"), start(`${projectDir}-2`), start("/elsewhere/demo"));
    expect(audit(box, "--project", projectDir)).toMatchObject({ acquisitions: 5, failOpen: 2 });
    expect(audit(box, "--project", ".").acquisitions).toBe(5);
    expect(audit(box, "--project", link).acquisitions).toBe(5);
    expect(audit(box, "--project", "/elsewhere").acquisitions).toBe(1);
    expect(audit(box, "--session", "b").acquisitions).toBe(2);
  });
});

describe("a selection that selects nothing is told", () => {
  const ABSENT = path.resolve("/absent");
  const some = () => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), { ...locked(1), project_dir: box.projectDir }, failedOpen("io"));
    return box;
  };

  test("--since after --until is wrong usage", () => {
    const args = ["--since", "2026-03-01", "--until", "2026-02-01"];
    expect(run(["audit", ...args], sandbox())).toMatchObject({
      ...{ status: 2, stdout: "" },
      stderr: expect.stringMatching(/^pact-hooks: --since 2026-03-01 is not before --until 2026-02-01\n/),
    });
    expect(run(["audit", "--since", "1d", "--until", "2d"], sandbox()).status).toBe(2);
  });

  test.each([
    [["--project", ABSENT], `no journal has an event of the project ${ABSENT}, and there is no such folder`],
    [["--session", "b"], "no journal has an event of the session b"],
  ])("audit and journal read: %j", (args, message) => {
    const box = some();
    expect(run(["audit", "--json", ...args], box)).toMatchObject({
      ...{ status: 0, stderr: `pact-hooks: ${message}\n` },
      stdout: expect.stringContaining('"acquisitions":0'),
    });
    expect(run(["journal", "read", ...args], box)).toEqual({
      ...{ status: 0, stdout: "" },
      stderr: `pact-hooks: ${message}\npact-hooks: no event matches\n`,
    });
  });

  test("a type that no journal has, unless it is one of ours", () => {
    const box = some();
    const read = (...types: string[]) =>
      run(["journal", "read", ...types.flatMap((type) => ["--type", type])], box);
    expect(read("lock_fail_opne", "session_start").stderr).toBe(
      "pact-hooks: no event of pact-hooks has the type 'lock_fail_opne'; did you mean 'lock_fail_open'?\n",
    );
    expect(read("lock_reaped").stderr).toBe("pact-hooks: no event matches\n");
    writeJournal(journalFile(box, "a"), { type: "theirs" });
    expect(read("theirs").stderr).toBe("");
  });

  test("nothing is told of a project or session that has events, but none at that time", () => {
    const box = some();
    const selected = ["--project", ".", "--session", "a"];
    const { events } = audit(box, ...selected, "--until", "2000-01-01");
    expect(events).toBe(0);
    const { stdout } = run(["audit", ...selected, "--until", "2000-01-01"], box);
    expect(stdout).toMatch(/^No lock activity in this selection\.\n/);
  });
});

describe("--max-fail-open-rate", () => {
  test.each([
    ["0.25", 0],
    ["25%", 0],
    ["0.2", 1],
    ["0", 1],
    ["1", 0],
  ])("%s exits %i if one of four failed open", (limit, status) => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), locked(1), locked(1), locked(1), failedOpen("timeout"));
    const result = run(["audit", "--json", "--max-fail-open-rate", limit], box);
    expect(result.status).toBe(status);
    expect(JSON.parse(result.stdout).failOpenRate).toBe(0.25);
    expect(result.stderr.includes("above")).toBe(status === 1);
  });

  test("a rate is not below any limit if a journal could not be read", () => {
    const box = sandbox();
    fs.mkdirSync(journalFile(box, "b"), { recursive: true });
    for (const events of [[], [locked(1)]]) {
      if (events.length > 0) writeJournal(journalFile(box, "a"), ...events);
      expect(run(["audit", "--max-fail-open-rate", "1"], box)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("\npact-hooks: the fail-open rate is unknown without"),
      });
    }
    expect(run(["audit"], box).status).toBe(0);
  });
});

describe("in a terminal", () => {
  const figures = (box: Sandbox) => {
    for (let day = 10; day < 30; day++) {
      const ts = `2026-01-${day}T12:00:00.000Z`;
      writeJournal(journalFile(box, `s${day}`), ...Array.from({ length: day }, () => locked(day, ts)));
      const holder = { pid: 1, command: "a-command-with-a-long-name", held_ms: 70_000 };
      writeJournal(
        journalFile(box, `s${day}`),
        failedOpen("timeout", { ts, holder, target: `/${"long/".repeat(30)}x` }),
      );
    }
  };

  test("bars are Unicode if the locale is UTF-8, otherwise ASCII", () => {
    const box = sandbox();
    figures(box);
    expect(run(["audit"], box, { env: { LANG: "C.UTF-8" } }).stdout).toMatch(/█+▒/);
    for (const env of [{}, { LC_ALL: "C", LANG: "en_US.UTF-8" }]) {
      expect(run(["audit"], box, { env }).stdout).toMatch(/^[\n -~]+$/);
    }
    expect(run(["audit"], box).stdout).toMatch(/#+!/);
  });

  test.skipIf(!HAS_TERMINAL).each([40, 64, 80, 132, 200])(
    "the text fits %i columns, and the chart fills them",
    (columns) => {
      const box = sandbox();
      figures(box);
      const { shown } = runInTerminal(columns, "audit", box, { LANG: "C.UTF-8", TERM: "xterm" });
      const lines = stripVTControlCharacters(shown).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBe(columns);
      expect(lines.join("\n")).toContain("Acquisitions by day");
    },
  );

  test("many days are grouped into months", () => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), locked(1, "2024-01-01T00:00:00Z"), locked(1, "2026-01-01T00:00:00Z"));
    const { stdout } = run(["audit"], box);
    expect(stdout).toContain("Acquisitions by month");
    expect(stdout).toMatch(/2024-01 .* 1\n/);
    expect(stdout).toMatch(/2025-01 .* 0\n/);
  });

  test("names from journals cannot drive the terminal", () => {
    const box = sandbox();
    const holder = { pid: 1, command: HOSTILE };
    writeJournal(journalFile(box, "a"), failedOpen(HOSTILE, { target: HOSTILE, holder }), locked(1));
    writeJournal(
      journalFile(box, "a"),
      { type: "lock_reaped", reason: "__proto__", target: "__proto__" },
      { type: "outside_edit", resolution: HOSTILE },
    );
    for (const args of [["audit"], ["audit", "--json"]]) {
      const { stdout } = run(args, box, { env: { LANG: "C.UTF-8" } });
      for (const hostile of ["\u001b", "\u202e"]) expect(stdout).not.toContain(hostile);
      expect(stdout).toContain("\\u202e");
    }
    expect(Object.keys(audit(box).byTarget)).toContain("__proto__");
  });

  test.skipIf(!HAS_TERMINAL)("an audit works on a narrow screen", () => {
    const box = sandbox();
    figures(box);
    const { status, shown } = runInTerminal(10, "audit", box, { TERM: "xterm" });
    expect(shown).toContain("Who held it");
    expect(status).toBe(0);
  });

  test("a reader that ends early is no failure", () => {
    const box = sandbox();
    figures(box);
    const script = `set -o pipefail; "${COMMAND}" journal read | head -1; "${COMMAND}" audit --json | true`;
    const { status, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", env: envOf(box) });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

test("a lock that a crash left is counted as reaped, like one whose holder was evicted", () => {
  const box = sandbox();
  const reaped = (reason: string) => ({ type: "lock_reaped", target: "/p/CLAUDE.md", reason });
  writeJournal(journalFile(box, "a"), locked(1), reaped("abandoned"), reaped("expired"));
  const { stdout } = run(["audit", "--html", "audit.html"], box);
  const text = stdout + run(["audit"], box).stdout;
  expect(text).toMatch(/^ {2}Locks reaped +2 {3}1 abandoned, 1 expired$/m);
  expect(text).toMatch(/failed +of +rate +reaped +file/);
  expect(text).toMatch(/failed +reaped +held up to +command/);
  const html = fs.readFileSync(path.join(box.projectDir, "audit.html"), "utf8");
  expect(html).toContain("<dt>Locks reaped</dt><dd>2</dd>");
  expect(html.match(/<th scope="col">Reaped</g)).toHaveLength(3);
  expect(text + html).not.toMatch(/evicted/i);
});

describe("--html", () => {
  const page = (box: Sandbox, name = "audit.html") => path.join(box.projectDir, name);

  test("--html writes the figures to one private page", () => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), locked(1), locked(2), failedOpen("timeout"));
    expect(run(["audit", "--html", "audit.html"], box)).toMatchObject({ status: 0, stdout: "" });
    const html = fs.readFileSync(page(box), "utf8");
    expect(html).toContain("1 of 3 acquisitions of the lock failed open: 33.3 %");
    expect(html).toContain("2026-01-31: 3 acquisitions, 1 failed open");
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:|<script|javascript:|url\(| style=| on\w+=/);
    expect(modeOf(page(box))).toBe(0o600);
    expect(fs.readdirSync(box.projectDir)).toEqual(["audit.html"]);
  });

  test("text from journals is escaped", () => {
    const box = sandbox(`<img src=x onerror='y'>`);
    const holder = { pid: 1, command: HOSTILE };
    writeJournal(journalFile(box, "a"), failedOpen(HOSTILE, { target: HOSTILE, holder }));
    writeJournal(journalFile(box, "a"), { type: "outside_edit", resolution: HOSTILE, target: HOSTILE });
    run(["audit", "--html", "audit.html", "--project", "/p"], box);
    run(["audit", "--html", "audit.html"], box);
    const html = fs.readFileSync(page(box), "utf8");
    expect(html).toContain(
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x&#39;&amp;amp;",
    );
    for (const hostile of ["<script", "<img", "\u001b", "\u202e"]) expect(html).not.toContain(hostile);
    const tags = new Set(html.match(/<[a-zA-Z]+/g));
    expect([...tags].sort().join(" ")).toMatch(/^[<a-z0-9 ]+$/);
  });

  test("--html replaces a regular file and nothing else", () => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), locked(1));
    const precious = page(box, "precious");
    fs.writeFileSync(page(box), "an older page");
    fs.writeFileSync(precious, "precious");
    fs.symlinkSync(precious, page(box, "link"));
    fs.symlinkSync(page(box, "nothing"), page(box, "dangling"));
    fs.mkdirSync(page(box, "folder"));
    execFileSync("mkfifo", [page(box, "pipe")]);
    expect(run(["audit", "--html", "audit.html"], box).status).toBe(0);
    expect(fs.readFileSync(page(box), "utf8")).toContain("<!DOCTYPE html>");
    const before = fs.readdirSync(box.projectDir);
    for (const name of ["link", "dangling", "folder", "pipe", "no/such/folder"]) {
      const { status, stderr } = run(["audit", "--html", name], box);
      expect(status).toBe(1);
      expect(stderr).toContain(`could not write ${name}: `);
    }
    expect(fs.readdirSync(box.projectDir)).toEqual(before);
    expect(fs.readFileSync(precious, "utf8")).toBe("precious");
  });
});

test("the front matter and the command of the skill work", () => {
  const box = sandbox("a project");
  writeJournal(journalFile(box, "a"), locked(1, new Date().toISOString()));
  const plugin = path.resolve(path.dirname(COMMAND), "..");
  const text = fs.readFileSync(path.join(plugin, "skills/lock-audit/SKILL.md"), "utf8");
  const [, frontMatter = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  const command = /```sh\n(.*?)\n```/s.exec(body)?.[1] ?? "";
  expect(frontMatter).toMatch(/^description: \S/m);
  // The permission covers exactly what stands before the options.
  const [, allowed = ""] = /^allowed-tools: Bash\((.*?):\*\)/m.exec(frontMatter) ?? [];
  expect(command.startsWith(`${allowed} `)).toBe(true);
  const env = envOf(box, { CLAUDE_PLUGIN_ROOT: plugin });
  const { stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", env });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout).acquisitions).toBe(1);
});

test.each([
  [["--since", "yesterday"]],
  [["--since", "2026-02-30"]],
  [["--since", "2026-01-01T25:00"]],
  [["--until", ""]],
  [["--max-fail-open-rate", "2"]],
  [["--max-fail-open-rate", ""]],
  [["--max-fail-open-rate", "-0.1"]],
  [["--session", "../x"]],
  [["--project", ""]],
  [["--html", ""]],
])("wrong usage exits 2 with the usage on standard error: %j", (args) => {
  const { status, stdout, stderr } = run(["audit", ...args], sandbox());
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: pact-hooks audit");
});
