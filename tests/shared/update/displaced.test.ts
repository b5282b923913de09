/** Changes by somebody who knows nothing of locks and claims, at each moment of an update. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSnapshot, type Snapshot } from "../../../shared/system/snapshot.ts";
import { type Change, settle } from "../../../shared/update/displaced.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { injecting } from "../../helpers/machine.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

function replace(file: string, text: string): void {
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

const addOurs = (text: string | null) => (text?.includes("ours") ? text : `ours\n${text ?? ""}`);

describe("before the publish: read again", () => {
  test.each<[string, string | null, (target: string) => void, string]>([
    ["an append", "old\n", (target) => fs.appendFileSync(target, "theirs\n"), "ours\nold\ntheirs\n"],
    ["a rewrite in place", "old\n", (target) => fs.writeFileSync(target, "theirs\n"), "ours\ntheirs\n"],
    ["a rewrite of the same length", "old\n", (target) => fs.writeFileSync(target, "OLD\n"), "ours\nOLD\n"],
    ["a rename over it", "old\n", (target) => replace(target, "theirs\n"), "ours\ntheirs\n"],
    ["a rename over it with the same bytes", "old\n", (target) => replace(target, "old\n"), "ours\nold\n"],
    ["a deletion", "old\n", (target) => fs.unlinkSync(target), "ours\n"],
    ["a creation", null, (target) => fs.writeFileSync(target, "theirs\n"), "ours\ntheirs\n"],
    ["a truncation", "old\n", (target) => fs.truncateSync(target, 0), "ours\n"],
  ])("%s", (_what, before, edit, after) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    if (before !== null) fs.writeFileSync(target, before);
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      // The first call is the look without the lock, the second is in the first round.
      if (calls === 2) edit(target);
      return addOurs(text);
    };
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe(after);
    expect(events()).toMatchObject([{ type: "outside_edit", target, resolution: "reread" }]);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("a new mode is kept", () => {
    useJournal();
    const target = tempFile("old\n");
    fs.chmodSync(target, 0o644);
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      if (calls === 2) fs.chmodSync(target, 0o640);
      return addOurs(text);
    };
    expect(updateFile(target, mutate).outcome).toBe("written");
    expect(fs.statSync(target).mode & 0o777).toBe(0o640);
  });
});

describe("after the publish, into the file that it has displaced", () => {
  const setUp = (before: string) => {
    const target = tempFile(before);
    const displaced = openSnapshot(target) as Snapshot;
    onTestFinished(() => fs.closeSync(displaced.fd));
    const theirs = fs.openSync(target, "r+");
    onTestFinished(() => fs.closeSync(theirs));
    replace(target, addOurs(before));
    const reports: unknown[][] = [];
    const change: Change = (now) => {
      if (now?.includes("\0")) throw new Error("not text");
      const next = addOurs(now?.toString() ?? null);
      return next === now?.toString() ? null : Buffer.from(next);
    };
    const publish = (further: Change) => {
      const next = further(fs.existsSync(target) ? fs.readFileSync(target) : null);
      if (next) replace(target, next.toString());
    };
    const run = (further = publish) =>
      settle({
        ...{
          target,
          change,
          displaced: [displaced],
          published: Buffer.from(addOurs(before)),
          publish: further,
          sincePublishMs: () => 0,
        },
        report: (...report) => reports.push(report),
      });
    const rewrite = (text: string) => {
      fs.ftruncateSync(theirs);
      fs.writeSync(theirs, text, 0);
    };
    const saved = () => entriesOf(path.dirname(target)).filter((name) => name.endsWith(".saved"));
    const inDir = (name: string) => path.join(path.dirname(target), name);
    return { target, theirs, rewrite, run, reports, saved, inDir };
  };

  test("nothing came: nothing is done, nothing is said", () => {
    const { target, run, reports } = setUp("old\n");
    expect(run()).toBeUndefined();
    expect(reports).toEqual([]);
    expect(read(target)).toBe("ours\nold\n");
  });

  test.each([
    ["an append", "a\nb\nc\nd\n", "a\nb\nc\nd\ntheirs\n", "ours\na\nb\nc\nd\ntheirs\n"],
    ["another line changed", "a\nb\nc\nd\n", "a\nb\nc\nD\n", "ours\na\nb\nc\nD\n"],
    ["a line removed", "a\nb\nc\nd\n", "a\nb\nd\n", "ours\na\nb\nd\n"],
    ["the end of a write of which we saw the beginning", "", "theirs\n", "ours\ntheirs\n"],
  ])("%s: merged", (_what, before, edit, after) => {
    const { target, rewrite, run, reports, saved } = setUp(before);
    rewrite(edit);
    expect(run()).toBeUndefined();
    expect(read(target)).toBe(after);
    expect(reports).toEqual([["merged", undefined]]);
    expect(saved()).toEqual([]);
  });

  test("the same lines: theirs is in place with our change, ours is saved, private, and named", () => {
    const { target, rewrite, run, reports, saved, inDir } = setUp("a\nb\n");
    rewrite("theirs\n");
    const message = run();
    expect(read(target)).toBe("ours\ntheirs\n");
    const [name, ...more] = saved() as [string];
    expect(more).toEqual([]);
    expect(message).toContain(inDir(name));
    expect(read(inDir(name))).toBe("ours\na\nb\n");
    expect(fs.statSync(inDir(name)).mode & 0o777).toBe(0o600);
    expect(reports).toEqual([["conflict", inDir(name)]]);
  });

  test("what is no text: theirs is in place as it is, ours is saved", () => {
    const { target, rewrite, run, saved, inDir } = setUp("a\nb\n");
    rewrite("\0\0\0");
    expect(run()).toContain("CLAUDE.md");
    expect(read(target)).toBe("\0\0\0");
    expect(read(inDir(saved()[0] as string))).toBe("ours\na\nb\n");
  });

  test("what has taken our version's place is no text: it is saved, byte for byte", () => {
    const { target, rewrite, run, saved, inDir } = setUp("a\nb\n");
    const latin1 = Buffer.from("caf\xe9\n", "latin1");
    rewrite("a\nb\ntheirs\n");
    fs.writeFileSync(target, latin1);
    expect(run()).toContain(saved()[0]);
    expect(read(target)).toBe("ours\na\nb\ntheirs\n");
    expect(fs.readFileSync(inDir(saved()[0] as string))).toEqual(latin1);
  });

  test("the target is deleted as well: theirs comes back, with ours", () => {
    const { target, rewrite, run } = setUp("a\n");
    rewrite("a\ntheirs\n");
    fs.unlinkSync(target);
    run();
    expect(read(target)).toBe("ours\na\ntheirs\n");
  });

  test("it cannot be published: theirs is saved and named, ours stays", () => {
    const { target, rewrite, run, reports, saved, inDir } = setUp("a\n");
    rewrite("a\ntheirs\n");
    const message = run(() => {
      throw new Error("no luck");
    });
    expect(read(target)).toBe("ours\na\n");
    const name = saved()[0] as string;
    expect(read(inDir(name))).toBe("a\ntheirs\n");
    expect(message).toContain(inDir(name));
    expect(reports).toEqual([["saved", inDir(name)]]);
  });

  test("more comes while it is merged: all of it is there", () => {
    const { target, theirs, rewrite, run, reports } = setUp("a\n");
    rewrite("a\nb\n");
    let merges = 0;
    run((further) => {
      const next = further(fs.readFileSync(target));
      if (next) replace(target, next.toString());
      merges++;
      if (merges < 3) fs.writeSync(theirs, `more ${merges}\n`, fs.fstatSync(theirs).size);
    });
    expect(read(target)).toBe("ours\na\nb\nmore 1\nmore 2\n");
    expect(reports).toHaveLength(3);
  });

  test("it never ends: after ten merges that is said", () => {
    const { target, theirs, rewrite, run, reports } = setUp("a\n");
    rewrite("a\nb\n");
    const message = run((further) => {
      const next = further(fs.readFileSync(target));
      if (next) replace(target, next.toString());
      fs.writeSync(theirs, "more\n", fs.fstatSync(theirs).size);
    });
    expect(message).toMatch(/was updated; .* could not be kept \(it was written to 10 times\)/);
    expect(read(target)).toBe(`ours\na\nb\n${"more\n".repeat(9)}`);
    expect(reports).toEqual([...Array(10).fill(["merged", undefined]), ["lost"]]);
  });
});

test.for([
  ["an append", "old\n", "old\nours\ntheirs\n"],
  ["what follows a cut: our change is made on it", "", "theirs\nours\n"],
] as const)(
  "a whole update finds what is written between its rename and its second look: %s",
  async ([_what, before, after], context) => {
    const { events } = useJournal();
    const target = tempFile(before);
    // It is at rest.
    fs.utimesSync(target, 1000, 1000);
    const { ino } = fs.statSync(target);
    const theirs = fs.openSync(target, "a");
    onTestFinished(() => fs.closeSync(theirs));
    // The only rename is the one that publishes.
    const under = injecting(context, "?rename,?renameat,?renameat2:delay_exit=500000:when=1");
    const child = startProgram("update", { target, line: "ours" }, { under });
    await waitUntil(() => fs.statSync(target).ino !== ino);
    fs.writeSync(theirs, "theirs\n");
    expect(await child.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe(after);
    expect(events()).toMatchObject([{ type: "outside_edit", resolution: "merged", target }]);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  },
);

test("the merge of what was found does not wait for the lock once more", async (context) => {
  const { events } = useJournal();
  const target = tempFile("old\n");
  const { ino } = fs.statSync(target);
  const theirs = fs.openSync(target, "a");
  onTestFinished(() => fs.closeSync(theirs));
  const holder = startProgram("holdLock", { target, hold: true });
  await holder.message("entered");
  const under = injecting(context, "?rename,?renameat,?renameat2:delay_exit=500000:when=1");
  const child = startProgram("update", { target, line: "ours", options: { timeoutMs: 100 } }, { under });
  await waitUntil(() => fs.statSync(target).ino !== ino);
  fs.writeSync(theirs, "theirs\n");
  expect(await child.message("result")).toMatchObject({ outcome: "written", rounds: 2 });
  expect(read(target)).toBe("old\nours\ntheirs\n");
  expect(events("lock_fail_open").map(({ timeout_ms }) => timeout_ms)).toEqual([100, 0]);
});
