/** Files that another program is in the middle of rewriting. */
import fs from "node:fs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { native } from "../../../shared/system/native.ts";
import { openSnapshot, type Snapshot } from "../../../shared/system/snapshot.ts";
import { monotonicMs } from "../../../shared/system/time.ts";
import { MAX_OPEN_MS, openAtRest, readAtRest, settle } from "../../../shared/update/atRest.ts";
import { findOutsideEdit } from "../../../shared/update/displaced.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { start, startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { sidecarOf, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

const inAMinute = () => monotonicMs() + 60_000;

function snapshotOf(file: string): Snapshot {
  const snapshot = openSnapshot(file) as Snapshot;
  onTestFinished(() => fs.closeSync(snapshot.fd));
  return snapshot;
}

/** Empties or shortens a file, and writes the rest after a while, or when the test says so. */
async function rewriter(file: string, first: string, rest: string, pause = "read go") {
  const script = `exec 3>"$1"; printf %s "$2" >&3; echo '{"cut":true}'; ${pause}; printf %s "$3" >&3`;
  const child = start("sh", ["-c", script, "sh", file, first, rest]);
  await child.message("cut");
  return child;
}

describe.runIf(native())("where the kernel tells who has a file open,", () => {
  test.each([
    ["emptied", "", "one\ntwo\nthree\n"],
    ["shortened", "one\n", "two\nthree\n"],
  ])("a file that was %s is read once the program has written the rest", (_how, first, rest) => {
    const file = tempFile("one\ntwo\n");
    const before = snapshotOf(file);
    const theirs = fs.openSync(file, "w");
    fs.writeSync(theirs, first);
    let pauses = 0;
    beforeCall(Atomics, "wait", () => {
      if (++pauses !== 3) return;
      fs.writeSync(theirs, rest);
      fs.closeSync(theirs);
    });
    const countOpen = () => fs.readdirSync("/dev/fd").length;
    const open = countOpen();
    const after = openAtRest(file, before, inAMinute()) as Snapshot;
    onTestFinished(() => fs.closeSync(after.fd));
    expect(after.bytes.toString()).toBe("one\ntwo\nthree\n");
    // The program's descriptor is closed, and ours is open.
    expect(countOpen()).toBe(open);
  });

  test("a file that was emptied is waited for no longer than an update may take", () => {
    const file = tempFile("old\n");
    const before = snapshotOf(file);
    const theirs = fs.openSync(file, "w");
    onTestFinished(() => fs.closeSync(theirs));
    let looks = 0;
    beforeCall(native() as NonNullable<ReturnType<typeof native>>, "writers", () => void looks++);
    expect(() => openAtRest(file, before, monotonicMs())).toThrow("not yet written the rest");
    expect(looks).toBe(1);
  });

  test("a file that was empty before is waited for, too, while a program has it open", () => {
    const file = tempFile("");
    const theirs = fs.openSync(file, "a");
    onTestFinished(() => fs.closeSync(theirs));
    const before = snapshotOf(file);
    expect(() => openAtRest(file, before, monotonicMs())).toThrow("not yet written the rest");
  });

  test("a file that was emptied is waited for no longer than a second", () => {
    const file = tempFile("old\n");
    const before = snapshotOf(file);
    const theirs = fs.openSync(file, "w");
    onTestFinished(() => fs.closeSync(theirs));
    // Each look at the clock takes a tenth of a second.
    let looks = 0;
    vi.spyOn(process.hrtime, "bigint").mockImplementation(() => BigInt(++looks) * 100_000_000n);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(() => openAtRest(file, before, 60_000)).toThrow("not yet written the rest");
    // One to begin with, and ten more.
    expect(looks).toBe(11);
  });

  test("a file that stays empty and open is left alone, with a message", async () => {
    useJournal();
    const file = tempFile("old\n");
    const child = await rewriter(file, "", "answer\n");
    const { outcome, message } = updateFile(file, (text) => `${text}ours\n`);
    expect(outcome).toBe("abandoned");
    expect(message).toContain("another program has emptied it, and not yet written the rest");
    child.send("go");
    await child.exited;
    expect(fs.readFileSync(file, "utf8")).toBe("answer\n");
  });

  test("an empty file that no program has open is not waited for", () => {
    const file = tempFile("old\n");
    const before = snapshotOf(file);
    fs.writeFileSync(file, "");
    const at = openAtRest(file, before, monotonicMs() - 1) as Snapshot;
    onTestFinished(() => fs.closeSync(at.fd));
    expect(at.bytes.length).toBe(0);
  });

  test("a displaced file is waited for until the program closes it", async () => {
    const file = tempFile("old\n");
    const displaced = snapshotOf(file);
    const child = start("sh", [
      "-c",
      `exec 3>>"$1"; echo '{"open":true}'; sleep 0.2; echo late >&3`,
      "sh",
      file,
    ]);
    await child.message("open");
    expect(settle([displaced], inAMinute())).toEqual([]);
    expect(findOutsideEdit([displaced], [])?.outside.toString()).toBe("old\nlate\n");
  });

  test("a displaced file that is open is asked about again after a pause", () => {
    const file = tempFile("old\n");
    const displaced = snapshotOf(file);
    const theirs = fs.openSync(file, "a");
    let pauses = 0;
    beforeCall(Atomics, "wait", () => {
      if (++pauses === 2) fs.closeSync(theirs);
    });
    expect([settle([displaced], monotonicMs()), pauses]).toEqual([[], 2]);
  });

  test("displaced files that are closed cost no pause", () => {
    const displaced = snapshotOf(tempFile("old\n"));
    let pauses = 0;
    beforeCall(Atomics, "wait", () => void pauses++);
    expect([settle([displaced], monotonicMs()), pauses]).toEqual([[], 0]);
  });

  test("a displaced file is waited for no longer than a quarter of a second", () => {
    const file = tempFile("old\n");
    const displaced = snapshotOf(file);
    const fd = fs.openSync(file, "a");
    expect(settle([displaced], monotonicMs() - MAX_OPEN_MS - 1)).toEqual([displaced]);
    fs.closeSync(fd);
    expect(settle([displaced], monotonicMs() - MAX_OPEN_MS - 1)).toEqual([]);
  });

  test("of several displaced files each one that is open is told", () => {
    const [closed, open] = [tempFile("one\n"), tempFile("two\n")];
    const [first, second] = [snapshotOf(closed), snapshotOf(open)];
    const fd = fs.openSync(open, "a");
    onTestFinished(() => fs.closeSync(fd));
    expect(settle([first, second], monotonicMs() - MAX_OPEN_MS - 1)).toEqual([second]);
  });

  test("a displaced file that was emptied and is still open is not another program's version yet", () => {
    const file = tempFile("old\n");
    const displaced = snapshotOf(file);
    const fd = fs.openSync(file, "w");
    expect(findOutsideEdit([displaced], [displaced])).toBeUndefined();
    fs.writeSync(fd, "their version\n");
    expect(findOutsideEdit([displaced], [displaced])?.outside.toString()).toBe("their version\n");
    fs.closeSync(fd);
  });
});

test("where the kernel does not tell, a young file that is empty is read once it was untouched for a second", async () => {
  useJournal();
  const file = tempFile("one\n");
  const child = await rewriter(file, "", "one\ntwo\n");
  const env = { PACT_HOOKS_NATIVE: "off" };
  const update = startProgram("update", { target: file, line: "ours" }, { env });
  // Its sidecar shows that the update has begun.
  await waitUntil(() => fs.existsSync(sidecarOf(file)), "the update");
  child.send("go");
  expect(await update.message("result")).toMatchObject({ outcome: "written" });
  expect(fs.readFileSync(file, "utf8")).toBe("one\ntwo\nours\n");
});

describe.skipIf(native())("without the binding, a displaced file", () => {
  /** Reads it, and acts in each of the pauses, counted from 1. */
  const readBeside = (known: string, act: (pause: number, file: string) => void) => {
    const file = tempFile(known);
    const snapshot = snapshotOf(file);
    act(0, file);
    let pauses = 0;
    beforeCall(Atomics, "wait", () => act(++pauses, file));
    return [readAtRest(snapshot, Buffer.from(known)).toString(), pauses];
  };

  test("that stays as it is is read after one pause", () => {
    expect(readBeside("old\n", () => {})).toEqual(["old\n", 1]);
  });

  test("that grows is read when it does not grow any more", () => {
    const append = (pause: number, file: string) => {
      if (pause < 3) fs.appendFileSync(file, `${pause}\n`);
    };
    expect(readBeside("old\n", append)).toEqual(["old\n0\n1\n2\n", 3]);
  });

  test("that was emptied is read when the editor has written its version", () => {
    const rewrite = (pause: number, file: string) => {
      if (pause === 0) fs.truncateSync(file);
      if (pause === 3) fs.writeFileSync(file, "theirs\n");
    };
    expect(readBeside("old\n", rewrite)).toEqual(["theirs\n", 4]);
  });

  test("that was empty before is not waited for", () => {
    expect(readBeside("", () => {})).toEqual(["", 1]);
  });
});

test.skipIf(native())("without the binding, an append in the pause after each publish is merged", () => {
  useJournal();
  const target = tempFile("old\n");
  const theirs = fs.openSync(target, "a");
  onTestFinished(() => fs.closeSync(theirs));
  let publishes = 0;
  beforeCall(fs, "renameSync", (_from, to) => {
    if (to === target) publishes++;
  });
  // Each publish takes a second, whatever else the machine has to do.
  const clock = vi.spyOn(process.hrtime, "bigint");
  clock.mockImplementation(() => BigInt(publishes) * 1_000_000_000n);
  onTestFinished(() => clock.mockRestore());
  const appended: number[] = [];
  beforeCall(Atomics, "wait", () => {
    if (publishes === 0 || publishes > 2 || appended.includes(publishes)) return;
    appended.push(publishes);
    fs.writeSync(theirs, `${publishes}\n`);
  });
  expect(updateFile(target, (text) => (text?.includes("ours") ? text : `${text}ours\n`)).outcome).toBe(
    "written",
  );
  expect(fs.readFileSync(target, "utf8")).toBe("old\nours\n1\n2\n");
});
