/** What the journal and the person are told of an update that failed. */
import path from "node:path";
import { expect, test } from "vitest";
import { requestOf } from "../../../shared/lock/lease.ts";
import { Refusal, systemError } from "../../../shared/system/errors.ts";
import { abandon, Contention, TornError } from "../../../shared/update/result.ts";
import { useJournal } from "../../helpers/journal.ts";
import { tempFile } from "../../helpers/tempDir.ts";

const LEASE = { outcome: "locked", waitedMs: 7, backend: "native" } as const;
const AGAIN = "The next session tries again.";
const ROOM = "Free some disk space, or raise the limit; the next session tries again.";
const OFF = "or turn the plugin off for this project (enabled: false).";

test.each<[string, string]>([
  ...["EAGAIN", "EINTR", "EMFILE", "ENFILE", "ENOMEM", "ESTALE", "ETIMEDOUT", "ENOENT"].map(
    (code): [string, string] => [code, AGAIN],
  ),
  ...["ENOSPC", "EDQUOT", "EFBIG"].map((code): [string, string] => [code, ROOM]),
  ["EROFS", `Its file system is mounted read-only: mount it writable, ${OFF}`],
  ["EACCES", `A flag (see lsattr) or a sandbox forbids it: allow it, ${OFF}`],
  ["EPERM", `A flag (see lsattr) or a sandbox forbids it: allow it, ${OFF}`],
  ["EBUSY", `A mount or a sandbox forbids it: allow it, ${OFF}`],
  ["EXDEV", `A mount or a sandbox forbids it: allow it, ${OFF}`],
  ["EIO", `Repair that, ${OFF}`],
])("after %s the message has the advice that fits, and the file is unchanged", (code, advice) => {
  const { events } = useJournal();
  const target = tempFile("old\n");
  const { outcome, message } = abandon(systemError(code, "said"), target, requestOf({}));
  expect(outcome).toBe("abandoned");
  expect(message).toBe(`Could not update ${target} (${code}: said). The file is unchanged. ${advice}`);
  expect(events()).toMatchObject([{ type: "write_abandoned", code, rounds: 0 }]);
});

test("an error of our own is no reason to believe in the next session", () => {
  useJournal();
  const { message } = abandon(new Error("said"), tempFile("old\n"), requestOf({}));
  expect(message).toMatch(/\(said\)\. The file is unchanged\. Repair that/);
});

test("in a folder that is absent, the advice is about the folder", () => {
  useJournal();
  const target = path.join(tempFile("old\n"), "..", "absent", "CLAUDE.md");
  const { message } = abandon(systemError("EACCES", "said"), target, requestOf({}));
  expect(message).toContain(`Make its folder writable for this user, ${OFF}`);
});

test("contention, a refusal and a torn file are told apart", () => {
  const { events } = useJournal();
  const target = tempFile("old\n");
  const tell = (error: Error) => abandon(error, target, requestOf({}), { lock: LEASE, rounds: 3 });
  expect(tell(new Contention("others"))).toMatchObject({
    lock: LEASE,
    rounds: 3,
    message: expect.stringContaining(AGAIN),
  });
  expect(tell(new Refusal("is odd", "Mend it.", target))).toMatchObject({
    outcome: "refused",
    message: `${target} is odd; left unchanged. Mend it.`,
  });
  expect(tell(new TornError("said")).message).toContain("A part of it may be missing");
  expect(events().map(({ type, reason, rounds }) => [type, reason, rounds])).toEqual([
    ["write_abandoned", "contention", 3],
    ["write_refused", "refused", 3],
    ["write_abandoned", "internal", 3],
  ]);
});
