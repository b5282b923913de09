/** Writers that overtake each other: the one that is overtaken reads again. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { resolveTarget } from "../../../shared/system/targetPath.ts";
import { createClaim, listClaims, stagedName } from "../../../shared/update/claim.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import {
  asNobody,
  CAN_BE_NOBODY,
  IS_LINUX,
  IS_ROOT,
  injecting,
  NOBODY,
  useBackend,
} from "../../helpers/machine.ts";
import { HOUR, redated } from "../../helpers/sidecar.ts";
import { entriesOf, sidecarOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

function append(line: string): (text: string | null) => string {
  return (text) => `${text ?? ""}${line}\n`;
}

function expectTidy(target: string): void {
  expect(entriesOf(path.dirname(target))).toEqual([path.basename(target)]);
}

describe("of two writers", () => {
  test("the one overtaken by a writer without a lock reads again, and both updates stay", async () => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    const slow = startProgram("update", { target, line: "slow", pauseAt: 2 });
    await slow.message("paused");
    useBackend("none");
    expect(updateFile(target, append("fast"))).toMatchObject({ outcome: "written", rounds: 1 });
    slow.end();
    expect(await slow.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("one\nfast\nslow\n");
    // The writer does not report the other's update as an outside edit.
    expect(events().map(({ type }) => type)).toEqual(["lock_fail_open"]);
    expectTidy(target);
  });

  test("the one overtaken after it has staged reads again, and reports no outside edit", async (context) => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    // The fsync is the last step of staging, and its delay holds the writer there.
    const under = injecting(context, "fsync:delay_exit=500000:when=1");
    const slow = startProgram("update", { target, line: "slow" }, { under });
    await waitUntil(() => listClaims(resolveTarget(target)).some((claim) => fs.existsSync(`${claim}/next`)));
    useBackend("none");
    expect(updateFile(target, append("fast"))).toMatchObject({ outcome: "written", rounds: 1 });
    expect(await slow.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("one\nfast\nslow\n");
    expect(events().map(({ type }) => type)).toEqual(["lock_fail_open"]);
    expectTidy(target);
  });

  test("the one that is evicted reads again, and both updates stay", async () => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    const slow = startProgram("update", { target, line: "slow", pauseAt: 2 });
    await slow.message("paused");
    slow.kill("SIGSTOP");
    redated(sidecarOf(target), -HOUR);
    const { outcome, lock } = updateFile(target, append("fast"));
    expect([outcome, lock.outcome, lock.evicted?.pid]).toEqual(["written", "locked", slow.pid]);
    slow.kill("SIGCONT");
    slow.end();
    expect(await slow.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("one\nfast\nslow\n");
    expect(events().map(({ type }) => type)).toEqual(["lock_reaped"]);
    expectTidy(target);
  });

  test("that both create the file, neither loses its update", async () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const slow = startProgram("update", { target, line: "slow", pauseAt: 2 });
    await slow.message("paused");
    useBackend("none");
    expect(updateFile(target, append("fast")).outcome).toBe("written");
    slow.end();
    expect(await slow.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("fast\nslow\n");
  });

  test("the one whose claim is gone reads again, and reports no outside edit", () => {
    const { events } = useJournal();
    const target = tempFile("one\n");
    let rounds = 0;
    const mutate = (text: string | null) => {
      const claims = listClaims(resolveTarget(target));
      if (claims.length > 0 && ++rounds === 1) for (const claim of claims) fs.rmdirSync(claim);
      return append("two")(text);
    };
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 2 });
    expect([read(target), events()]).toEqual(["one\ntwo\n", []]);
  });

  test("the one overtaken ten times gives up, and leaves the target as the other wrote it", () => {
    const { events } = useJournal();
    const target = tempFile("0\n");
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      // updateFile makes the first call without the lock.
      if (calls > 1) fs.writeFileSync(target, `${calls}\n`);
      return append("ours")(text);
    };
    const pauses: number[] = [];
    beforeCall(Atomics, "wait", (_array, _index, _value, ms) => pauses.push(ms));
    vi.spyOn(Math, "random").mockReturnValue(1 / 1024);
    const countOpen = () => fs.readdirSync("/dev/fd").length;
    const open = countOpen();
    const result = updateFile(target, mutate);
    vi.restoreAllMocks();
    expect(countOpen()).toBe(open);
    expect(result).toMatchObject({
      outcome: "abandoned",
      rounds: 10,
      message: expect.stringContaining(
        `Could not update ${target} (other programs changed it in each of 10 tries)`,
      ),
    });
    expect(pauses).toEqual([8, 16, 32, 64, 128, 250, 250, 250, 250].map((ms) => ms / 1024));
    expect(read(target)).toBe("11\n");
    expect(events("write_abandoned")).toMatchObject([{ target, reason: "contention", rounds: 10 }]);
    expect(events("outside_edit")).toHaveLength(10);
    expectTidy(target);
  });
});

test("a writer has a claim, and has removed every other one, before it opens the target", () => {
  useJournal();
  const target = tempFile("one\n");
  const theirs = createClaim(resolveTarget(target));
  fs.writeFileSync(path.join(theirs, "next"), "theirs");
  const claims: string[][] = [];
  beforeCall(fs, "openSync", (file) => {
    if (file === target) claims.push(listClaims(resolveTarget(target)));
  });
  expect(updateFile(target, append("two")).outcome).toBe("written");
  // The first look needs no claim.
  expect(claims).toEqual([[theirs], [expect.not.stringMatching(path.basename(theirs))]]);
});

test.each<[string, (claim: string) => void]>([
  ["another writer's", (claim) => fs.mkdirSync(claim)],
  ["its own", () => {}],
])("an update tells of a version that it finds in %s claim", (_whose, prepare) => {
  const { events } = useJournal();
  const target = tempFile("one\n");
  const theirs = path.join(path.dirname(target), "theirs");
  fs.writeFileSync(theirs, "theirs\n");
  const claim = path.join(path.dirname(target), ".CLAUDE.md.0123456789abcdef.claim");
  prepare(claim);
  const move = (to: string) => fs.renameSync(theirs, path.join(to, stagedName(1n)));
  if (fs.existsSync(claim)) move(claim);
  const mutate = (text: string | null) => {
    const [own] = listClaims(resolveTarget(target));
    if (own && fs.existsSync(theirs)) move(own);
    return append("two")(text);
  };
  const { outcome, message } = updateFile(target, mutate);
  const [, saved = "", ...more] = entriesOf(path.dirname(target));
  expect([outcome, read(target), more]).toEqual(["written", "one\ntwo\n", []]);
  expect(read(path.join(path.dirname(target), saved))).toBe("theirs\n");
  expect(message).toMatch(new RegExp(`Its version is in \\S+${saved}; merge the two by hand\\.$`));
  expect(events()).toMatchObject([{ type: "outside_edit", resolution: "saved" }]);
});

describe("a claim that this user may not remove", () => {
  const setUp = (skip: (when: boolean, why: string) => void, ageSeconds: number, options = {}) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become another user");
    const journal = useJournal();
    const target = tempFile("one\n");
    const claim = createClaim(resolveTarget(target));
    const then = Date.now() / 1000 - ageSeconds;
    fs.utimesSync(claim, then, then);
    fs.chmodSync(path.dirname(target), 0o1777);
    fs.chownSync(target, NOBODY.uid, NOBODY.gid);
    const update = () => startProgram("update", { target, line: "two", options }, NOBODY).message("result");
    return { ...journal, target, claim, update };
  };

  test("makes an update give up while it is young, and is named in the message", async ({ skip }) => {
    const { target, claim, update, events } = setUp(skip, 20);
    const result = await update();
    expect(result).toMatchObject({ outcome: "abandoned", rounds: 10 });
    expect(result.message).toContain(`${claim} is in the way`);
    expect(read(target)).toBe("one\n");
    expect(events("write_abandoned")).toMatchObject([{ target, reason: "contention" }]);
  });

  test.for([{ ttlMs: -1 }, { ttlMs: "NaN" }, { timeoutMs: -1 }])(
    "makes an update give up while it is young, even with the invalid options %o",
    async (options, { skip }) => {
      const { target, update } = setUp(skip, 20, options);
      expect(await update()).toMatchObject({ outcome: "abandoned", rounds: 10, lock: { outcome: "locked" } });
      expect(read(target)).toBe("one\n");
    },
  );

  test("is ignored when it is old", async ({ skip }) => {
    const { target, update } = setUp(skip, 40);
    expect(await update()).toMatchObject({ outcome: "written", rounds: 1 });
    expect(read(target)).toBe("one\ntwo\n");
  });
});

test("an update is refused where this user may create claims, and not remove them", ({ skip }) => {
  skip(!IS_ROOT || !IS_LINUX, "needs to be root, to become another user, and Linux");
  const { events } = useJournal();
  const target = tempFile("one\n");
  for (const file of [target, createClaim(resolveTarget(target))]) fs.chownSync(file, NOBODY.uid, NOBODY.gid);
  fs.chmodSync(path.dirname(target), 0o755);
  const { outcome, message } = asNobody(() => updateFile(target, append("two")));
  expect([outcome, message]).toEqual([
    "refused",
    expect.stringContaining("create files and not remove them"),
  ]);
  expect(events().map(({ type }) => type)).toEqual(["write_refused"]);
});
