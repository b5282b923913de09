/** What an update keeps of the file before it, and how long it may take. */
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { requestOf } from "../../../shared/lock/lease.ts";
import { resolveTarget } from "../../../shared/system/targetPath.ts";
import { monotonicMs } from "../../../shared/system/time.ts";
import { BUDGET_MS, newUpdate, type UpdateOptions } from "../../../shared/update/update.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { useJournal } from "../../helpers/journal.ts";
import { tempDir, tempFile } from "../../helpers/tempDir.ts";

const read = (file: string) => fs.readFileSync(file, "utf8");

function deadlineOf(options: UpdateOptions): number {
  return newUpdate(resolveTarget(tempFile("")), requestOf(options), () => null, options).deadlineMs;
}

test("an update ends at its deadline, and later only by the patience for the lock above the default", () => {
  expect(deadlineOf({ deadlineMs: 100 })).toBe(100);
  expect(deadlineOf({ deadlineMs: 100, timeoutMs: 0 })).toBe(100);
  expect(deadlineOf({ deadlineMs: 100, timeoutMs: 6000 })).toBe(1100);
});

test("without a deadline, an update has its budget", () => {
  const before = monotonicMs();
  const deadlineMs = deadlineOf({});
  expect(deadlineMs - BUDGET_MS).toBeGreaterThanOrEqual(before);
  expect(deadlineMs - BUDGET_MS).toBeLessThanOrEqual(monotonicMs());
});

test("the backup is journaled with the project, and made once", () => {
  const { events } = useJournal();
  const target = tempFile("one\n");
  const options = { backup: path.join(tempDir(), "CLAUDE.md.before"), projectDir: path.dirname(target) };
  for (const text of ["two\n", "three\n"]) updateFile(target, () => text, options);
  expect(read(options.backup)).toBe("one\n");
  const kept = { type: "backup_kept", target, backup: options.backup, project_dir: options.projectDir };
  expect(events()).toMatchObject([kept]);
});

test("without an anchor, the backup's project is the journal's", () => {
  const { events } = useJournal();
  const backup = path.join(tempDir(), "CLAUDE.md.before");
  const journal = { projectDir: tempDir(), sessionId: "one" };
  updateFile(tempFile("one\n"), () => "two\n", { backup, journal });
  expect(events()).toMatchObject([{ type: "backup_kept", project_dir: journal.projectDir }]);
});

test("a backup that fails is told, and stops no update", () => {
  const { events } = useJournal();
  const [target, inTheWay] = [tempFile("one\n"), tempFile("")];
  const backup = path.join(inTheWay, "CLAUDE.md.before");
  const { outcome, message } = updateFile(target, () => "two\n", { backup });
  expect([outcome, read(target)]).toEqual(["written", "two\n"]);
  expect(message).toMatch(new RegExp(`^Could not keep a backup of ${target} \\(ENOTDIR: .*\\)\\. Move `));
  expect(events()).toMatchObject([{ type: "backup_failed", target, backup, code: "ENOTDIR" }]);
});
