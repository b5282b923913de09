/** What the session-start hook does to CLAUDE.md, and what it journals and answers. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { start as startChild, startProgram } from "../helpers/child.ts";
import { answerOf, FIRST_MESSAGE, payload, runHook, startHook } from "../helpers/hookProcess.ts";
import { journalEvents } from "../helpers/journal.ts";
import { CAN_BE_NOBODY, HAS_FLOCK_PROGRAM, HAS_PYTHON, IS_LINUX, NOBODY } from "../helpers/machine.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { redated, startForeign } from "../helpers/sidecar.ts";
import { listing, modeOf, sidecarOf } from "../helpers/tempDir.ts";

const SESSION = "3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b";
const NEXT_SESSION = "9d7e6f50-1111-4222-8333-444455556666";
const START = "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->";
const END = "<!-- PACT_MANAGED_END -->";

function start(box: Sandbox, name = "startup", env: NodeJS.ProcessEnv = {}) {
  return answerOf(runHook("sessionStart", payload(name, box), box, env));
}

function put(box: Sandbox, name: string, content: string | Buffer): string {
  const file = path.join(box.projectDir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
}

const read = (file: string) => fs.readFileSync(file, "utf8");

describe("where CLAUDE.md is", () => {
  test("a project without CLAUDE.md gets a .claude/CLAUDE.md", () => {
    const box = sandbox();
    start(box);
    const file = path.join(box.projectDir, ".claude/CLAUDE.md");
    expect(listing(box.projectDir)).toEqual([".claude", ".claude/.CLAUDE.md.lock", ".claude/CLAUDE.md"]);
    const text = read(file);
    expect(text.startsWith(`${START}\n\n# PACT Framework and Managed Project Memory\n`)).toBe(true);
    expect(text.trimEnd().endsWith(END)).toBe(true);
    expect(text).not.toContain("SESSION_START");
    for (const part of ["PACT_ROUTING_START", "PACT_MEMORY_START", "## Pinned Context"]) {
      expect(text.split(part)).toHaveLength(2);
    }
  });

  test(".claude/CLAUDE.md is preferred to CLAUDE.md, which is left alone", () => {
    const box = sandbox();
    const inner = put(box, ".claude/CLAUDE.md", "inner\n");
    const outer = put(box, "CLAUDE.md", "outer\n");
    start(box);
    expect(read(inner)).toContain(START);
    expect(read(outer)).toBe("outer\n");
  });

  test("CLAUDE.md is updated where it is, and keeps its mode", () => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", "mine\n");
    fs.chmodSync(file, 0o640);
    start(box);
    expect(read(file).startsWith(`mine\n\n${START}\n`)).toBe(true);
    expect(modeOf(file)).toBe(0o640);
    expect(fs.existsSync(path.join(box.projectDir, ".claude"))).toBe(false);
  });

  test("a link to AGENTS.md stays a link, and the file behind it is updated", () => {
    const box = sandbox();
    const agents = put(box, "AGENTS.md", "agents\n");
    fs.symlinkSync("AGENTS.md", path.join(box.projectDir, "CLAUDE.md"));
    start(box);
    expect(fs.readlinkSync(path.join(box.projectDir, "CLAUDE.md"))).toBe("AGENTS.md");
    expect(read(agents)).toContain(START);
    expect(listing(box.projectDir)).toContain(".AGENTS.md.lock");
  });
});

describe("the user's text", () => {
  const fenced = `# Doc\n\n\`\`\`html\n${START}\n<!-- SESSION_START -->\n${END}\n\`\`\`\n\nafter\n`;
  const texts: Record<string, string> = {
    LF: "# Mine\n\ntext\n",
    CRLF: "# Mine\r\n\r\ntext\r\n",
    "mixed endings": "one\r\ntwo\nthree\r\n",
    "no newline at the end": "# Mine\n\ntext",
    "trailing white space and blank lines": "# Mine  \n\n\n\ttext \t\n\n\n",
    "marker lines quoted in fenced code": fenced,
    "a marker inside a line": `see ${START} for more\n`,
    "only blank lines": "\n\n\n",
    Unicode: "# Ünïcødé 🚀\n日本語\n",
  };

  test.each(Object.entries(texts))("the text is kept byte for byte: %s", (_name, text) => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", text);
    start(box);
    const after = read(file);
    expect(after.startsWith(text)).toBe(true);
    expect(after.slice(text.length).trim().startsWith(START)).toBe(true);
    expect(after.trim().endsWith(END)).toBe(true);
  });

  test("the block uses the file's line ending", () => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", "a\r\nb\r\n");
    start(box);
    expect(read(file).replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("a BOM and front matter stay first", () => {
    const box = sandbox();
    const head = "\ufeff---\ntitle: x\n---\n";
    const file = put(box, "CLAUDE.md", `${head}body\n`);
    start(box);
    const after = read(file);
    expect(after.startsWith(`${head}body\n\n${START}\n`)).toBe(true);
  });

  test("JavaScript in front matter does not run", () => {
    const box = sandbox();
    const trace = path.join(box.projectDir, "ran");
    const code = `---js\nrequire("node:fs").writeFileSync(${JSON.stringify(trace)}, "")\n---\nbody\n`;
    const file = put(box, "CLAUDE.md", code);
    start(box);
    expect(fs.existsSync(trace)).toBe(false);
    expect(read(file)).toContain("body\n");
  });

  test("a legacy file moves into the managed block", () => {
    const box = sandbox();
    const legacy = [
      "# Project Memory\n\nintro\n",
      "## Retrieved Context\nfound\n",
      "## Pinned Context\n\n### Pin\npinned\n",
      "## Working Memory\nworking\n",
      "## Mine\nmine\n",
    ].join("\n");
    const file = put(box, "CLAUDE.md", legacy);
    start(box);
    const after = read(file);
    const memory = after.slice(
      after.indexOf("<!-- PACT_MEMORY_START -->"),
      after.indexOf("<!-- PACT_MEMORY_END -->"),
    );
    for (const kept of ["found", "### Pin\npinned", "working"]) expect(memory).toContain(kept);
    const rest = after.slice(0, after.indexOf(START));
    expect(rest).toContain("intro");
    expect(rest).toContain("## Mine\nmine\n");
    expect(after.split("## Working Memory")).toHaveLength(2);
  });
});

describe("sessions", () => {
  test("a later session touches nothing, from any source", () => {
    const box = sandbox();
    start(box);
    const file = path.join(box.projectDir, ".claude/CLAUDE.md");
    const before = fs.statSync(file, { bigint: true });
    const lock = fs.statSync(path.join(box.projectDir, ".claude/.CLAUDE.md.lock"), { bigint: true });
    const later = ["resume", "compact", "startup", "clear", "fork"];
    for (const source of later) start(box, source);
    const after = fs.statSync(file, { bigint: true });
    expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([before.ino, before.mtimeNs, before.ctimeNs]);
    expect(fs.statSync(path.join(box.projectDir, ".claude/.CLAUDE.md.lock"), { bigint: true }).ctimeNs).toBe(
      lock.ctimeNs,
    );
    const starts = journalEvents(box).filter((event) => event.type === "session_start");
    expect(starts.map((event) => (event.lock as { outcome: string }).outcome)).toEqual([
      "locked",
      ...later.map(() => "not_needed"),
    ]);
  });

  test("a new session replaces the session block and nothing else", () => {
    const box = sandbox();
    put(box, ".claude/pact-hooks.md", "---\nsessionBlock: true\n---\n");
    const file = put(box, "CLAUDE.md", "mine\n");
    start(box);
    const before = read(file).replace("## Pinned Context\n", "## Pinned Context\n\nKeep this.\n");
    fs.writeFileSync(file, before);
    start(box, "clear");
    const without = (text: string) => text.replace(/<!-- SESSION_START -->[\s\S]*<!-- SESSION_END -->/, "");
    expect(without(read(file))).toBe(without(before));
    expect(read(file)).toContain(`claude --resume ${NEXT_SESSION}`);
    expect(read(file)).not.toContain(SESSION);
  });

  test("the session block, where it is on, has its five lines", () => {
    const box = sandbox();
    put(box, ".claude/pact-hooks.md", "---\nsessionBlock: true\n---\n");
    const file = put(box, "CLAUDE.md", "");
    const root = path.join(box.configDir, "plugin");
    start(box, "startup", { CLAUDE_PLUGIN_ROOT: `${root}/` });
    const block = /<!-- SESSION_START -->\n([\s\S]*)\n<!-- SESSION_END -->/.exec(read(file))?.[1] ?? "";
    const dir = path.join(box.configDir, "pact-sessions/demo", SESSION);
    const lines = block.split("\n").filter(Boolean);
    expect(lines.slice(1, 5)).toEqual([
      `- Resume: \`claude --resume ${SESSION}\``,
      "- Team: `session-3f2b8c1e`",
      `- Session dir: \`${dir}\``,
      `- Plugin root: \`${root}\``,
    ]);
    expect(lines[5]).toMatch(/^- Started: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  });

  test("eight sessions at once lose nothing", async () => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", "mine\n");
    const ids = Array.from({ length: 8 }, (_, index) => `aaaaaaa${index}-0000-4000-8000-000000000000`);
    const runs = await Promise.all(
      ids.map((id) => startHook("sessionStart", payload("startup", box, { session_id: id }), box)),
    );
    for (const run of runs) answerOf(run);
    const text = read(file);
    expect(text.startsWith(`mine\n\n${START}\n`)).toBe(true);
    expect(text.split(START)).toHaveLength(2);
    expect(ids.filter((id) => text.includes(id))).toEqual([]);
    expect(journalEvents(box).filter((event) => event.type === "session_start")).toHaveLength(8);
  });
});

describe("the journal", () => {
  test("session_start is journaled in the session's own private folder, with the lock", () => {
    const box = sandbox();
    start(box);
    const file = path.join(box.configDir, "pact-sessions/demo", SESSION, "session-journal.jsonl");
    expect(modeOf(file)).toBe(0o600);
    for (const dir of [path.dirname(file), path.join(box.configDir, "pact-sessions")])
      expect(modeOf(dir)).toBe(0o700);
    const [event, ...others] = journalEvents(box);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      v: 1,
      type: "session_start",
      session_id: SESSION,
      project_dir: box.projectDir,
      source: "startup",
      lock: {
        outcome: "locked",
        waited_ms: expect.any(Number),
        backend: expect.stringMatching(/native|addon|exlock|flock/),
      },
    });
    expect(event?.ts).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  test("an event that cannot be journaled is written to standard error, as the same JSON", () => {
    const box = sandbox();
    fs.writeFileSync(box.configDir, "a file where the folder should be");
    const run = runHook("sessionStart", payload("startup", box), box);
    answerOf(run);
    const line = run.stderr.split("\n").find((text) => text.startsWith("{")) ?? "";
    expect(JSON.parse(line)).toMatchObject({ v: 1, type: "session_start", session_id: SESSION });
  });

  test("a home folder that can never be made does not delay the session", () => {
    const box = sandbox();
    const run = runHook("sessionStart", payload("startup", box), box, {
      CLAUDE_CONFIG_DIR: "/proc/nope/claude",
    });
    answerOf(run);
    expect(run.stderr).toContain('"type":"session_start"');
  });

  test("the values of environment variables are not written anywhere", () => {
    const box = sandbox();
    const secret = "s3cret-messaging-token";
    const run = runHook("sessionStart", payload("startup", box), box, { CLAUDE_MESSAGING_TOKEN: secret });
    const written = [
      run.stdout,
      run.stderr,
      JSON.stringify(journalEvents(box)),
      read(path.join(box.projectDir, ".claude/CLAUDE.md")),
    ];
    expect(written.join("")).not.toContain(secret);
  });
});

describe("the answer", () => {
  test("the model gets the session, the journal folder, the changes, and the routing text it has not read", () => {
    const box = sandbox();
    const { hookSpecificOutput, systemMessage } = start(box);
    const context = hookSpecificOutput?.additionalContext ?? "";
    expect(hookSpecificOutput?.hookEventName).toBe("SessionStart");
    expect(context).toContain(SESSION);
    expect(context).toContain(path.join(box.configDir, "pact-sessions/demo", SESSION));
    expect(context).toContain(`${path.join(".claude", "CLAUDE.md")}: created`);
    expect(context).toContain("Pinned Context");
    expect(context.length).toBeLessThan(1500);
    expect(systemMessage).toMatch(FIRST_MESSAGE);
  });

  test("the answer does not repeat the routing text that is in the file already", () => {
    const box = sandbox();
    start(box);
    const context = start(box, "clear").hookSpecificOutput?.additionalContext ?? "";
    expect(context).toContain(`${path.join(".claude", "CLAUDE.md")}: unchanged`);
    expect(context).not.toContain("Pinned Context");
  });

  test("the answer names the previous session's journal, if it is one of ours", () => {
    const box = sandbox();
    start(box);
    const before = path.join(box.configDir, "pact-sessions/demo", SESSION, "session-journal.jsonl");
    expect(start(box, "clear").hookSpecificOutput?.additionalContext).toContain(before);
  });

  test("the answer does not pass on a session that the pointer of another project names", () => {
    const [box, other] = [sandbox(), sandbox()];
    start(box);
    const folder = path.join(box.configDir, "pact-sessions/demo");
    const pointer = path.join(
      folder,
      fs.readdirSync(folder).find((name) => name.endsWith(".json")) as string,
    );
    const [ours, theirs] = [box, other].map(({ projectDir }) => JSON.stringify(projectDir)) as [
      string,
      string,
    ];
    fs.writeFileSync(pointer, read(pointer).replace(ours, theirs));
    expect(start(box, "clear").hookSpecificOutput?.additionalContext).not.toContain("Previous session");
  });

  test("a lock that fails open is one sentence for the person, and the file is updated all the same", () => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", "mine\n");
    const { systemMessage } = start(box, "startup", { PACT_HOOKS_FLOCK: "none" });
    expect(systemMessage).toContain("Updated CLAUDE.md without its lock");
    // Another program may hold the lock that this session cannot take.
    expect(systemMessage).not.toContain("lost");
    expect(read(file)).toContain(START);
    expect(journalEvents(box).filter((event) => event.type === "lock_fail_open")).toHaveLength(1);
  });
});

describe("the message to the person", () => {
  const setUp = (settings: string) => {
    const box = sandbox();
    put(box, ".claude/pact-hooks.local.md", `---\n${settings}\n---\n`);
    return { box, file: put(box, "CLAUDE.md", "mine\n") };
  };

  test.runIf(HAS_FLOCK_PROGRAM)(
    "beside a holder that knows no claims, the message does not say that no text was lost",
    async () => {
      const { box, file } = setUp("lockTimeoutSeconds: 0");
      const holder = startChild("flock", [sidecarOf(file), "sh", "-c", "echo '{\"held\":true}'; cat"]);
      await holder.message("held");
      const { systemMessage } = start(box);
      expect(systemMessage).toContain("Updated CLAUDE.md without its lock (");
      expect(systemMessage).toMatch(/ s\)\. That process may still overwrite the update\. See .*\.jsonl\.$/);
      expect(systemMessage).not.toContain("lost");
    },
  );

  test("the message says who held the lock, and for how long, when the lock fails open", async () => {
    const { box, file } = setUp("lockTimeoutSeconds: 0");
    const holder = startProgram("holdLock", { target: file, hold: true });
    await holder.message("entered");
    const { systemMessage } = start(box);
    expect(systemMessage).toMatch(
      new RegExp(
        `Updated CLAUDE\\.md without its lock \\((?:node|a process) \\(pid ${holder.pid}, for \\d s\\) still held it`,
      ),
    );
    expect(systemMessage).toMatch(/still held it after 0\.\d s\)\. No text was lost\. See .*\.jsonl\.$/);
    expect(read(file)).toContain(START);
  });

  test.runIf(HAS_FLOCK_PROGRAM && IS_LINUX)(
    "the message says what is known of a holder without a record",
    async () => {
      const { box, file } = setUp("lockTimeoutSeconds: 0");
      const hold = ["sh", "-c", "echo '{\"held\":true}'; cat"];
      await startChild("flock", [sidecarOf(file), ...hold]).message("held");
      expect(start(box).systemMessage).toMatch(/without its lock \((flock|sh|cat) \(pid \d+\) still held it/);
    },
  );

  test("the message names the holder that was evicted", async () => {
    const { box, file } = setUp("lockTtlSeconds: 1");
    const holder = startProgram("holdLock", { target: file, hold: true });
    await holder.message("entered");
    redated(sidecarOf(file), -60);
    expect(start(box).systemMessage).toMatch(
      new RegExp(
        `Evicted node \\(pid ${holder.pid}, for 6\\d s\\) from the lock on CLAUDE\\.md: it held the lock too long\\. No text was lost`,
      ),
    );
    expect(read(file)).toContain(START);
  });

  test.runIf(HAS_PYTHON && IS_LINUX)(
    "the message names a holder without a record that was evicted",
    async () => {
      const { box, file } = setUp("lockTtlSeconds: 1");
      const holder = await startForeign(sidecarOf(file));
      withFileLock(file, () => {}, { timeoutMs: 0 });
      redated(sidecarOf(file), -60);
      const { systemMessage } = start(box);
      expect(systemMessage).toContain(`Evicted python3 (pid ${holder.pid}) from the lock on CLAUDE.md`);
      expect(systemMessage).toContain(" too long. That process may still overwrite the update. See ");
      expect(systemMessage).not.toContain("lost");
    },
  );

  test("the message says what to do when this user may not open the lock file", async ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    const { box, file } = setUp("enabled: true");
    fs.mkdirSync(box.configDir);
    for (const name of ["", "demo", "demo/CLAUDE.md", "config"]) {
      fs.chownSync(path.join(path.dirname(box.configDir), name), NOBODY.uid, NOBODY.gid);
    }
    fs.writeFileSync(sidecarOf(file), "", { mode: 0o600 });
    const under = ["setpriv", `--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, "--clear-groups"];
    const { systemMessage } = answerOf(
      await startHook("sessionStart", payload("startup", box), box, {}, { under }),
    );
    expect(systemMessage).toContain(
      "this user may not open the lock file beside it, EACCES: remove that file, or give this user the right to write it",
    );
    expect(systemMessage).not.toContain("lost");
  });

  test("the message says what was removed from the person's own CLAUDE.md", () => {
    const box = sandbox();
    const own = path.join(box.configDir, "CLAUDE.md");
    fs.mkdirSync(box.configDir);
    fs.writeFileSync(own, "# Mine\n<!-- PACT_START: old -->\nold\n<!-- PACT_END -->\n");
    expect(start(box).systemMessage).toMatch(
      /\.local\.md\. Your own CLAUDE\.md: removed the obsolete kernel block \(line 2\)\.$/,
    );
    expect(read(own)).toBe("# Mine\n");
  });

  test("the message says why the person's own CLAUDE.md is unchanged", () => {
    const box = sandbox();
    const own = path.join(box.configDir, "CLAUDE.md");
    fs.mkdirSync(box.configDir);
    fs.writeFileSync(own, "# Mine\n<!-- PACT_START: old -->\nold\n");
    expect(start(box).systemMessage).toContain(
      ` Your own CLAUDE.md: ${path.join("~", "config", "CLAUDE.md")} is unchanged: the obsolete block between <!-- PACT_START … --> and ` +
        "<!-- PACT_END --> is damaged (marker line 2). Remove it by hand.",
    );
  });
});

describe("a message is at most two lines of a terminal with 100 columns, and names no folder of the project", () => {
  const leadOutside = (file: string) => {
    fs.rmSync(file);
    fs.symlinkSync("/etc/hosts.md", file);
  };
  const cases: [what: string, env: NodeJS.ProcessEnv, make: (file: string) => void][] = [
    ["the first time", {}, () => {}],
    ["without a lock", { PACT_HOOKS_FLOCK: "none" }, () => {}],
    ["not UTF-8", {}, (file) => fs.writeFileSync(file, Buffer.from("caf\xe9", "latin1"))],
    ["read-only", {}, (file) => fs.chmodSync(file, 0o444)],
    ["a link that leads outside", {}, leadOutside],
    ["with a conflict", {}, (file) => fs.writeFileSync(file, "<<<<<<< a\n=======\n>>>>>>> b\n")],
    ["with a second name", {}, (file) => fs.linkSync(file, path.join(path.dirname(file), "AGENTS.md"))],
  ];
  test.each(cases)("%s", (_what, env, make) => {
    const box = sandbox();
    const file = put(box, "CLAUDE.md", "mine\n");
    make(file);
    const message = start(box, "startup", env).systemMessage ?? "";
    // The first one of a project is told together with any other.
    const own = message.replace(/Added the PACT block.*?local\.md\. ?/, "");
    expect(message).toMatch(/^pact-hooks: /);
    expect(Math.min(message.length, own.length)).toBeLessThanOrEqual(200);
    expect(message).not.toContain(path.dirname(box.projectDir));
  });
});

describe("bad payloads", () => {
  const withId = (session_id: unknown) => JSON.stringify({ session_id, hook_event_name: "SessionStart" });
  const payloads: Record<string, string | Buffer> = {
    empty: "",
    "not JSON": "{not json",
    null: "null",
    "an array": "[1, 2]",
    "a number": "42",
    "no session id": "{}",
    "a number as session id": withId(7),
    "an empty session id": withId(""),
    "path traversal": withId("../../../etc"),
    "a separator": withId("a/b"),
    dots: withId(".."),
    "a newline": withId("a\n## forged"),
    "a line separator": withId("a\u2028b"),
    "a backtick": withId("a`b"),
    "a marker": withId("<!-- SESSION_END -->"),
    "an option": withId("--dangerously-skip-permissions"),
    "5,000 characters": withId("a".repeat(5000)),
    "not UTF-8": Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
    "larger than a megabyte": withId("a".repeat(2_000_000)),
  };

  test.each(Object.entries(payloads))(
    "the payload is refused, and only the reason is journaled: %s",
    (_name, input) => {
      const box = sandbox();
      const file = put(box, "CLAUDE.md", "mine\n");
      const { systemMessage, hookSpecificOutput } = answerOf(runHook("sessionStart", input, box));
      expect(systemMessage).toMatch(/payload/);
      expect(systemMessage).not.toMatch(/\n/);
      expect(hookSpecificOutput).toBeUndefined();
      expect(read(file)).toBe("mine\n");
      expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
      expect(listing(box.configDir)).toEqual(["pact-sessions", "pact-sessions/unattributed.jsonl"]);
      const [event, ...others] = journalEvents(box);
      expect(others).toEqual([]);
      expect(event).toMatchObject({ type: "bad_payload", hook: "SessionStart", message: expect.any(String) });
      expect(String(event?.message).length).toBeLessThan(500);
    },
  );

  test("a project folder that does not exist is reported", () => {
    const box = sandbox();
    const run = runHook("sessionStart", payload("startup", box), box, {
      CLAUDE_PROJECT_DIR: "/no/such/folder",
    });
    expect(answerOf(run).systemMessage).toContain("/no/such/folder");
    expect(listing(box.projectDir)).toEqual([]);
  });
});

describe("a CLAUDE.md that must not be written", () => {
  const cases: Record<string, (box: Sandbox, file: string) => void> = {
    "a folder": (_box, file) => fs.mkdirSync(file),
    "a dangling link": (_box, file) => fs.symlinkSync("nowhere.md", file),
    "a link in a circle": (_box, file) => fs.symlinkSync("CLAUDE.md", file),
    "a link out of the project": (box, file) => {
      const outside = path.join(path.dirname(box.projectDir), "outside.md");
      fs.writeFileSync(outside, "outside\n");
      fs.symlinkSync(outside, file);
    },
    "a link to the settings of Claude Code": (box, file) => {
      fs.mkdirSync(path.join(box.projectDir, ".claude"));
      fs.writeFileSync(
        path.join(box.projectDir, ".claude/settings.local.json"),
        '{"permissions":{"deny":["Bash"]}}',
      );
      fs.symlinkSync(".claude/settings.local.json", file);
    },
    "a link to an agent": (box, file) => {
      fs.mkdirSync(path.join(box.projectDir, ".claude/agents"), { recursive: true });
      fs.writeFileSync(path.join(box.projectDir, ".claude/agents/reviewer.md"), "---\nname: reviewer\n---\n");
      fs.symlinkSync(".claude/agents/reviewer.md", file);
    },
    "not UTF-8": (_box, file) => fs.writeFileSync(file, Buffer.from([0x61, 0xff, 0x0a])),
    "UTF-16": (_box, file) => fs.writeFileSync(file, Buffer.from("\ufeffabc\n", "utf16le")),
    "NUL bytes": (_box, file) => fs.writeFileSync(file, "a\0b\n"),
    "read-only": (_box, file) => fs.writeFileSync(file, "mine\n", { mode: 0o444 }),
  };

  test.each(Object.entries(cases))("the file is left alone and reported: %s", (_name, make) => {
    const box = sandbox();
    const file = path.join(box.projectDir, "CLAUDE.md");
    make(box, file);
    const snapshot = () => [
      fs.lstatSync(file).mode,
      fs.lstatSync(file).ino,
      listing(path.dirname(box.projectDir)).filter((name) => !name.startsWith("config")),
    ];
    const before = snapshot();
    const { systemMessage, hookSpecificOutput } = start(box);
    expect(systemMessage).toContain("CLAUDE.md");
    expect(snapshot()).toEqual(before);
    expect(hookSpecificOutput?.additionalContext).toContain("CLAUDE.md: refused");
    expect(journalEvents(box).filter((event) => event.type === "write_refused")).toHaveLength(1);
  });
});
