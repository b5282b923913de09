import { describe, expect, test } from "vitest";
import { OBSOLETE_LOADER_LINE } from "../../../shared/claudeMd/markers.ts";
import {
  type ProjectTextOptions,
  updateProjectText,
  updateSessionText,
} from "../../../shared/claudeMd/projectText.ts";
import { scan } from "../../../shared/claudeMd/scan.ts";
import { sessionBlock, teamName } from "../../../shared/claudeMd/session.ts";
import { nextSession, PACT_SESSION, session } from "./textCases.ts";

test("sessionBlock returns the lines of the session block", () => {
  expect(sessionBlock(session)).toEqual([
    "<!-- SESSION_START -->",
    "",
    "## Current Session",
    "",
    "- Resume: `claude --resume 0a1b2c3d-1111-2222-3333-444444444444`",
    "- Team: `session-0a1b2c3d`",
    "- Session dir: `/home/ada/.claude/pact-sessions/app/0a1b2c3d-1111-2222-3333-444444444444`",
    "- Plugin root: `/home/ada/.claude/plugins/pact-hooks`",
    "- Started: 2026-11-23 10:15:00 UTC",
    "",
    "<!-- SESSION_END -->",
  ]);
});

test.each([
  ["0a1b2c3d-1111-2222-3333-444444444444", "session-0a1b2c3d"],
  ["ab-cd", "session-ab-cd"],
  ["`\n<!-- x", "session-\ufffd\ufffd\ufffd x"],
  ["1234567\u{1f600}", "session-1234567\ufffd"],
  ["", "session-unknown"],
])("the team of session %j is %s", (id, team) => {
  expect(teamName(id)).toBe(team);
});

test("a session that was started with an agent is resumed with it, and keeps its block", () => {
  const asLead = { ...session, agent: "PACT:pact-orchestrator" };
  expect(sessionBlock(asLead)).toContain(
    `- Resume: \`claude --agent PACT:pact-orchestrator --resume ${session.id}\``,
  );
  const { text } = updateProjectText("user\n", { session: asLead });
  const later = { ...asLead, startedAt: new Date(0) };
  expect(updateProjectText(text, { session: later })).toMatchObject({ text, changes: [] });
});

describe("the session block", () => {
  test.each([
    "a`b",
    "a\nb",
    "a\r\n<!-- SESSION_END -->\r\n",
    "x` <!-- SESSION_END -->",
    "a\u2028b\u2029c\u0085d\0e",
    "a\u200e\u200fb\u202a\u202ec\u2066\u2069d",
    "-->",
    "\ud800",
    "x".repeat(100_000),
    "",
    "`",
    "/ends in a slash/",
  ])("cannot be forged by the value %j", (value) => {
    const hostile = {
      id: value,
      dir: value,
      pluginRoot: value,
      agent: value,
      startedAt: new Date(Number.NaN),
    };
    const block = sessionBlock(hostile);
    expect(block).toHaveLength(11);
    for (const line of block.slice(4, 8))
      expect(line).toMatch(/^- [A-Z][a-z ]+: `[^`\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+`$/u);
    expect(block.join("\n").match(/<!--|-->/g)).toHaveLength(4);
    const { text } = updateProjectText("user\n", { session: hostile });
    expect(scan(text).markers.filter(({ kind }) => kind === "session")).toHaveLength(2);
    expect(updateProjectText(text, { session: hostile })).toEqual({ text, changes: [] });
  });
});

test("of several session blocks the first in the managed block stays", () => {
  const one = updateProjectText(null, { session }).text;
  const other = sessionBlock(nextSession).join("\n");
  const result = updateProjectText(`${other}\n${one}mine\n${other}\n`, { session });
  expect(result.text).toBe(`${one}mine\n`);
  expect(result.changes).toEqual(["removed 2 duplicate session blocks"]);
});

test("a second session block in the managed block is removed with its blank line", () => {
  const { text } = updateProjectText(null, { session });
  const block = `${sessionBlock(session).join("\n")}\n\n`;
  expect(updateProjectText(text.replace(block, block + block), { session })).toEqual({
    text,
    changes: ["removed 1 duplicate session block"],
  });
});

test("an update reports whether the session block was created, moved or replaced", () => {
  const without = updateProjectText(null, {}).text;
  const { text, changes } = updateProjectText(without, { session });
  expect(changes).toEqual(["created the session block"]);
  const block = `${sessionBlock(session).join("\n")}\n`;
  expect(updateProjectText(without + block, { session })).toEqual({
    text,
    changes: ["moved the session block into the managed block"],
  });
  expect(updateProjectText(text, { session: nextSession }).changes).toEqual(["replaced the session block"]);
});

describe("a session that may not replace a block", () => {
  const options = { session: nextSession, mayReplaceSession: false };

  test("leaves the block of another session as it is", () => {
    const { text } = updateProjectText("mine\n", { session });
    expect(updateProjectText(text, options)).toEqual({ text, changes: [] });
  });

  test("creates none where there is none", () => {
    expect(updateProjectText("mine\n", options).text).toBe(updateProjectText("mine\n", {}).text);
  });

  test("moves the block of another session into the managed block, as it is", () => {
    const block = sessionBlock(session).join("\n");
    const { text } = updateProjectText(`mine\n${block}\n`, options);
    expect(text).toBe(updateProjectText("mine\n", { session }).text);
  });

  test("brings its own block up to date", () => {
    const { text } = updateProjectText("mine\n", { session: nextSession });
    const moved = { ...options, session: { ...nextSession, dir: "/moved" } };
    expect(updateProjectText(text, moved).text).toBe(text.replace("`/next`", "`/moved`"));
  });
});

describe("with removeSessionBlock", () => {
  test("every session block of ours is removed, in and outside the managed block", () => {
    const without = updateProjectText("mine\n", {}).text;
    const block = `${sessionBlock(nextSession).join("\n")}\n`;
    const { text } = updateProjectText("mine\n", { session });
    for (const options of [{ removeSessionBlock: true }, { removeSessionBlock: true, session }]) {
      expect(updateProjectText(text, options)).toEqual({
        text: without,
        changes: ["removed 1 session block"],
      });
      expect(updateProjectText(block + text, options)).toEqual({
        text: without,
        changes: ["removed 2 session blocks"],
      });
      expect(updateProjectText(without, options)).toEqual({ text: without, changes: [] });
    }
  });

  test("the session block alone is removed, too, by the function for it", () => {
    const { text } = updateProjectText("mine\n", { session });
    expect(updateSessionText(text, { removeSessionBlock: true }).text).toBe(
      updateProjectText("mine\n", {}).text,
    );
  });
});

describe("a session block of the PACT plugin", () => {
  const isNamed = (line: string) => line.startsWith("- Plugin root");
  const byComment = PACT_SESSION.filter((line) => !isNamed(line)).join("\n");
  const byRoot = PACT_SESSION.filter((line) => !line.includes("Auto-managed")).join("\n");
  const pact = PACT_SESSION.join("\n");
  const plain = updateProjectText("mine\n", {}).text;
  const CASES: [string, string][] = [
    ["known by its comment", byComment],
    ["known by its plugin root", byRoot],
    ["known by both", pact],
    [
      "that names its agent",
      pact.replace("claude --resume", "claude --agent PACT:pact-orchestrator --resume"),
    ],
    ["of a new file, still empty", PACT_SESSION.filter((line) => !line.startsWith("- ")).join("\n")],
  ];
  const OPTIONS: ProjectTextOptions[] = [
    {},
    { session },
    { session, mayReplaceSession: false },
    { removeSessionBlock: true },
    { session, isPactEnabled: () => false },
  ];

  test.each(CASES)("%s, stays as and where it is", (_what, block) => {
    for (const options of OPTIONS) {
      const above = updateProjectText(`mine\n\n${block}\n\nmore\n`, options);
      expect(above.text.startsWith(`mine\n\n${block}\n\nmore\n\n<!-- PACT_MANAGED_START`)).toBe(true);
      const below = updateProjectText(`${plain}${block}\n`, options);
      expect(below.text.endsWith(`PACT_MANAGED_END -->\n${block}\n`)).toBe(true);
      const within = plain.replace("<!-- PACT_MEMORY_START", `${block}\n\n$&`);
      const inside = updateProjectText(within, options);
      expect(inside.text).toContain(`${block}\n\n<!-- PACT_MEMORY_START`);
      for (const { text } of [above, below, inside]) {
        expect(updateProjectText(text, options)).toEqual({ text, changes: [] });
      }
    }
  });

  test.each(CASES)("%s, keeps out a block of ours while that plugin is enabled", (_what, block) => {
    for (const isPactEnabled of [undefined, () => true]) {
      const { text } = updateProjectText(`${block}\n`, { session, isPactEnabled });
      expect(text).toBe(updateProjectText(`${block}\n`, {}).text);
      const both = updateProjectText(`${block}\n`, { session, isPactEnabled: () => false }).text;
      expect(updateProjectText(both, { session: nextSession, isPactEnabled })).toEqual({
        text,
        changes: ["removed 1 session block"],
      });
    }
  });

  test.each(CASES)("%s, stands beside a block of ours once that plugin is off", (_what, block) => {
    const { text } = updateProjectText(`${block}\n`, { session, isPactEnabled: () => false });
    expect(text).toBe(`${block}\n\n${updateProjectText(null, { session }).text}`);
  });

  test("keeps a line that we remove elsewhere", () => {
    const odd = pact.replace("## Current Session\n", `$&${OBSOLETE_LOADER_LINE}\n`);
    const text = plain.replace("<!-- PACT_MEMORY_START", `${odd}\n\n$&`);
    for (const options of OPTIONS) expect(updateProjectText(text, options).text).toContain(odd);
    expect(updateProjectText(`${OBSOLETE_LOADER_LINE}\n${text}`, {}).text).toBe(text);
  });

  test("is never removed as a duplicate", () => {
    const { text } = updateProjectText(`${pact}\n\nmine\n\n${pact}\n`, {
      session,
      isPactEnabled: () => false,
    });
    expect(text.split(pact)).toHaveLength(3);
  });

  test("does not ask whether the plugin is enabled where there is no block of it", () => {
    const isPactEnabled = () => {
      throw new Error("asked");
    };
    expect(updateProjectText("mine\n", { session, isPactEnabled }).text).toContain(session.id);
    expect(updateProjectText(`${pact}\n`, { isPactEnabled }).text).toContain(pact);
  });
});

describe("a plugin root is ours", () => {
  const at = (pluginRoot: string) => sessionBlock({ ...session, pluginRoot }).join("\n");
  const isKept = (root: string, options: ProjectTextOptions = {}) =>
    updateProjectText(`${at(root)}\n`, { removeSessionBlock: true, ...options }).text.includes(
      `Plugin root: \`${root}\``,
    );

  test.each(["/a/pact-hooks", "/a/pact-hooks/1.2.0/dist", "C:\\a\\pact-hooks\\dist", "pact-hooks"])(
    "if it names this package: %s",
    (root) => expect(isKept(root)).toBe(false),
  );

  test.each(["/a/PACT", "/a/pact-hooks-fork", "/a/my-pact-hooks/dist"])("if not, it is not: %s", (root) => {
    expect(isKept(root)).toBe(true);
  });

  test("if the caller says so, and the caller's word alone counts", () => {
    expect(isKept("/a/PACT", { isOurRoot: (root) => root === "/a/PACT" })).toBe(false);
    expect(isKept("/a/pact-hooks", { isOurRoot: () => false })).toBe(true);
  });

  test("if the session itself runs from it", () => {
    const options = { session: { ...session, pluginRoot: "/src/dist" } };
    const { text } = updateProjectText(`mine\n${at("/src/dist")}\n`, options);
    expect(text).toBe(updateProjectText("mine\n", options).text);
  });

  test("if a block names none", () => {
    const block = sessionBlock(session).filter((line) => !line.startsWith("- Plugin root"));
    const { text } = updateProjectText(`${block.join("\n")}\n`, { removeSessionBlock: true });
    expect(text).not.toContain("Current Session");
  });
});
