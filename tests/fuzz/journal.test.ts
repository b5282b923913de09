/** Random journals: their readers count, skip or show each line, and no line forges another or controls the terminal. */
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { auditJournals } from "../../bin/audit/auditJournals.ts";
import { filterFor } from "../../bin/journal/selection.ts";
import { readEvents } from "../../shared/journal/sessionJournal.ts";
import { run } from "../helpers/commandLine.ts";
import { journalFile } from "../helpers/journal.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { tempDir } from "../helpers/tempDir.ts";
import { check, corpusOf, damaged, nasty, timeout } from "./fuzz.ts";

const COMMANDS = [
  ["audit"],
  ["audit", "--json"],
  ["journal", "read"],
  ["journal", "read", "--json"],
  ["doctor"],
  ["restore", "--list"],
];

test("any journal can be audited", { timeout }, () => {
  const root = tempDir();
  const file = path.join(root, "project/session/session-journal.jsonl");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const event = fc.record(
    {
      v: fc.constantFrom(1, 2, "1"),
      type: fc.oneof(
        fc.constantFrom("session_start", "lock_fail_open", "lock_reaped", "session_end", "outside_edit"),
        nasty,
      ),
      ts: fc.oneof(
        fc.constant("2026-01-31T12:00:00.000Z"),
        fc.date().map((date) => (Number.isNaN(date.getTime()) ? "" : date.toISOString())),
        nasty,
      ),
      lock: fc.oneof(
        fc.record({
          outcome: fc.oneof(fc.constantFrom("locked", "fail_open"), fc.anything()),
          waited_ms: fc.anything(),
        }),
        fc.anything(),
      ),
      ...{
        target: fc.oneof(nasty, fc.anything()),
        reason: fc.oneof(nasty, fc.anything()),
        waited_ms: fc.anything(),
        holder: fc.anything(),
      },
    },
    { requiredKeys: ["v", "type", "ts"] },
  );
  const lines = fc
    .array(event, { maxLength: 5 })
    .map((events) => Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join("")));
  check(
    500,
    fc.property(fc.oneof(lines, damaged("journal")), (bytes) => {
      fs.writeFileSync(file, bytes);
      const { files, badLines, unreadable } = auditJournals(root, filterFor({}));
      expect(unreadable).toEqual([]);
      expect(files).toBe(1);
      expect(badLines).toBeLessThanOrEqual(bytes.toString("latin1").split("\n").length);
    }),
  );
});

test.each(corpusOf("journal"))("every command copes with %s", { timeout }, (_name, bytes) => {
  const box = sandbox();
  const file = journalFile(box, "a-session");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  for (const command of COMMANDS) {
    const { status, stdout, stderr } = run(command, box);
    expect([0, 1]).toContain(status);
    expect(stderr).not.toMatch(/^ +at |is a defect/m);
    expect(stdout + stderr).not.toContain("\u001b");
    if (!command.includes("--json")) expect(stdout).not.toMatch(/^forged line/m);
  }
  const page = path.join(box.projectDir, "audit.html");
  expect([0, 1]).toContain(run(["audit", "--html", page], box).status);
  expect(fs.readFileSync(page, "utf8")).not.toContain("<script>alert");
});

test("a line without an end is counted as bad, and does not fill the memory", () => {
  const file = path.join(tempDir(), "session-journal.jsonl");
  const event = `${JSON.stringify({ v: 1, type: "note", ts: "2026-01-31T12:00:00.000Z" })}\n`;
  fs.writeFileSync(file, event);
  const fd = fs.openSync(file, "a");
  const piece = Buffer.alloc(1024 * 1024, "x");
  for (let i = 0; i < 64; i++) fs.writeSync(fd, piece);
  fs.writeSync(fd, `\n${event}`);
  fs.closeSync(fd);
  const tally = { badLines: 0 };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let events = 0;
  for (const _ of readEvents(file, tally)) {
    events++;
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  expect([events, tally.badLines]).toEqual([2, 1]);
  expect(most - before).toBeLessThan(40 * 1024 * 1024);
});
