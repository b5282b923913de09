import { describe, expect, test } from "vitest";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { scan } from "../../../shared/claudeMd/scan.ts";
import { sessionBlock, teamName } from "../../../shared/claudeMd/session.ts";
import { nextSession, session } from "./textCases.ts";

test("sessionBlock returns the lines of the session block", () => {
  expect(sessionBlock(session)).toEqual([
    "<!-- SESSION_START -->",
    "## Current Session",
    "- Resume: `claude --resume 0a1b2c3d-1111-2222-3333-444444444444`",
    "- Team: `pact-0a1b2c3d`",
    "- Session dir: `/home/ada/.claude/pact-sessions/app/0a1b2c3d-1111-2222-3333-444444444444`",
    "- Plugin root: `/home/ada/.claude/plugins/pact-hooks`",
    "- Started: 2026-11-23 10:15:00 UTC",
    "<!-- SESSION_END -->",
  ]);
});

test.each([
  ["0a1b2c3d-1111", "pact-0a1b2c3d"],
  ["ab-cd", "pact-ab-cd"],
  ["AB12zz99ff", "pact-AB1299"],
  ["session-one", "pact-e-"],
  ["`\n<!-- x", "pact---"],
  ["xyz", "pact-unknown"],
  ["", "pact-unknown"],
])("the team of session %j is %s", (id, team) => {
  expect(teamName(id)).toBe(team);
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
    const hostile = { id: value, dir: value, pluginRoot: value, startedAt: new Date(Number.NaN) };
    const block = sessionBlock(hostile);
    expect(block).toHaveLength(8);
    for (const line of block.slice(2, 6))
      expect(line).toMatch(/^- [A-Z][a-z ]+: `[^`\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+`$/u);
    expect(block.join("\n").match(/<!--|-->/g)).toHaveLength(4);
    const { text } = updateProjectText("user\n", { session: hostile });
    expect(scan(text).markers.filter(({ kind }) => kind === "session")).toHaveLength(2);
    expect(updateProjectText(text, { session: hostile })).toEqual({ text, changes: [] });
  });
});

test("the previous session is reported only if both of its lines are present", () => {
  const { text } = updateProjectText("", { session });
  const previous = (before: string) => updateProjectText(before, { session: nextSession }).previousSession;
  expect(previous(text)).toEqual({ id: session.id, dir: session.dir });
  expect(previous(text.replaceAll("\n", "\r\n"))).toEqual({ id: session.id, dir: session.dir });
  expect(previous(text.replace(/- Session dir.*\n/, ""))).toBeUndefined();
  expect(previous(text.replace(/- Resume.*\n/, ""))).toBeUndefined();
  expect(updateProjectText(text, { session }).previousSession).toBeUndefined();
});

test("of several session blocks the first in the managed block stays", () => {
  const one = updateProjectText("", { session }).text;
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
