/** Outside edits, by a program that ignores locks and claims, at each moment of an update. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSnapshot, type Snapshot } from "../../../shared/system/snapshot.ts";
import type { Change } from "../../../shared/update/change.ts";
import {
  findOutsideEdit,
  mergeOutsideEdit,
  type OutsideEdit,
  saveBeside,
} from "../../../shared/update/displaced.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { useJournal } from "../../helpers/journal.ts";
import { entriesOf, modeOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

function replace(file: string, text: string): void {
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

const addOurs = (text: string | null) => (text?.includes("ours") ? text : `ours\n${text ?? ""}`);

describe("before the publish,", () => {
  test.each<[string, string | null, (target: string) => void, string]>([
    ["an append", "old\n", (target) => fs.appendFileSync(target, "theirs\n"), "ours\nold\ntheirs\n"],
    ["a rewrite in place", "old\n", (target) => fs.writeFileSync(target, "theirs\n"), "ours\ntheirs\n"],
    ["a rewrite of the same length", "old\n", (target) => fs.writeFileSync(target, "OLD\n"), "ours\nOLD\n"],
    ["a rename over the target", "old\n", (target) => replace(target, "theirs\n"), "ours\ntheirs\n"],
    [
      "a rename over the target with the same bytes",
      "old\n",
      (target) => replace(target, "old\n"),
      "ours\nold\n",
    ],
    ["a deletion", "old\n", (target) => fs.unlinkSync(target), "ours\n"],
    ["a creation", null, (target) => fs.writeFileSync(target, "theirs\n"), "ours\ntheirs\n"],
    ["a truncation", "old\n", (target) => fs.truncateSync(target, 0), "ours\n"],
  ])("%s makes the writer read the target again", (_what, before, edit, after) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    if (before !== null) fs.writeFileSync(target, before);
    let calls = 0;
    const mutate = (text: string | null) => {
      calls++;
      // updateFile makes the first call without the lock, and the second one in the first round.
      if (calls === 2) edit(target);
      return addOurs(text);
    };
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe(after);
    expect(events()).toMatchObject([{ type: "outside_edit", target, resolution: "reread" }]);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("a new mode of the target is kept", () => {
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
    expect(modeOf(target)).toBe(0o640);
  });
});

describe("in the file that the publish has displaced,", () => {
  const setUp = (before: string) => {
    const target = tempFile(before);
    const displaced = openSnapshot(target) as Snapshot;
    onTestFinished(() => fs.closeSync(displaced.fd));
    const published = Buffer.from(addOurs(before));
    replace(target, published.toString());
    const change: Change = (now) => {
      if (now?.includes("\0")) throw new Error("not text");
      const next = addOurs(now?.toString() ?? null);
      return next === now?.toString() ? null : Buffer.from(next);
    };
    const find = () => findOutsideEdit([displaced], []);
    const merge = (now: Buffer | null = published) =>
      mergeOutsideEdit(find() as OutsideEdit, now, change, published);
    return {
      displaced,
      rewrite: (text: string, encoding?: BufferEncoding) =>
        fs.writeFileSync(`/dev/fd/${displaced.fd}`, text, encoding),
      change,
      find,
      merge,
    };
  };

  test("no edit is found if there was none", () => {
    expect(setUp("old\n").find()).toBeUndefined();
  });

  test("an outside edit is found only once", () => {
    const { rewrite, find } = setUp("old\n");
    rewrite("old\ntheirs\n");
    expect(find()).toMatchObject({
      base: Buffer.from("old\n"),
      outside: Buffer.from("old\ntheirs\n"),
      isOriginal: true,
    });
    expect(find()).toBeUndefined();
  });

  test.each([
    ["an append", "a\nb\nc\nd\n", "a\nb\nc\nd\ntheirs\n", "ours\na\nb\nc\nd\ntheirs\n"],
    ["a change of another line", "a\nb\nc\nd\n", "a\nb\nc\nD\n", "ours\na\nb\nc\nD\n"],
    ["the removal of a line", "a\nb\nc\nd\n", "a\nb\nd\n", "ours\na\nb\nd\n"],
    ["the end of a write whose beginning we read", "", "theirs\n", "ours\ntheirs\n"],
  ])("%s is merged", (_what, before, edit, after) => {
    const { rewrite, merge } = setUp(before);
    rewrite(edit);
    expect(merge()).toEqual({ bytes: Buffer.from(after), isConflict: false });
  });

  test("the version that an editor writes after it has emptied the file gets our change only if it lacks it", () => {
    const { rewrite, merge } = setUp("");
    rewrite("ours\ntheirs\n");
    expect(merge()).toEqual({ bytes: Buffer.from("ours\ntheirs\n"), isConflict: false });
  });

  test("text that was written into an emptied file is merged with what a third writer has published", () => {
    const { rewrite, merge } = setUp("");
    rewrite("theirs\n");
    expect(merge(Buffer.from("ours\nthird\n")).bytes?.toString()).toBe("ours\nthird\ntheirs\n");
  });

  test("text that was written into an empty file of a merge is merged, and not our change made on it", () => {
    const { rewrite, find, change } = setUp("");
    rewrite("theirs\n");
    const edit = { ...(find() as OutsideEdit), isOriginal: false };
    const now = Buffer.from("now\n");
    expect(mergeOutsideEdit(edit, now, change, now).bytes?.toString()).toBe("now\ntheirs\n");
  });

  test("an edit that the target already has leaves the target as it is", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("ours\na\nb\n");
    expect(merge()).toEqual({ bytes: null, isConflict: false });
  });

  test("an edit of the lines that we changed wins, receives our change, and is a conflict", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("theirs\n");
    expect(merge()).toEqual({ bytes: Buffer.from("ours\ntheirs\n"), isConflict: true });
  });

  test("an edit of the same lines leaves what a third writer has published meanwhile in the file", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("theirs\n");
    expect(merge(Buffer.from("ours\na\nb\nthird\n"))).toEqual({
      bytes: Buffer.from("ours\ntheirs\nthird\n"),
      isConflict: true,
    });
  });

  test("an edit that is not text wins unchanged, and is a conflict", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("\0\0\0");
    expect(merge()).toEqual({ bytes: Buffer.from("\0\0\0"), isConflict: true });
  });

  test("an edit that is not text wins over what a third writer has published, which the caller saves", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("caf\xe9\0", "latin1");
    expect(merge(Buffer.from("ours\na\nb\nthird\n"))).toEqual({
      bytes: Buffer.from("caf\xe9\0", "latin1"),
      isConflict: true,
    });
  });

  test("an edit wins over a new target that is not text, and is a conflict", () => {
    const { rewrite, merge } = setUp("a\nb\n");
    rewrite("a\nb\ntheirs\n");
    const merged = merge(Buffer.from("caf\xe9\n", "latin1"));
    expect(merged).toEqual({ bytes: Buffer.from("ours\na\nb\ntheirs\n"), isConflict: true });
  });

  test("an edit comes back with our change if the target has been deleted", () => {
    const { rewrite, merge } = setUp("a\n");
    rewrite("a\ntheirs\n");
    expect(merge(null)).toEqual({ bytes: Buffer.from("ours\na\ntheirs\n"), isConflict: false });
  });
});

test("a saved version is private, and the next save replaces it", () => {
  const target = tempFile("theirs\n");
  const saved = saveBeside(target, Buffer.from("caf\xe9\n", "latin1"));
  expect(saveBeside(target, Buffer.from("ours\n"), saved)).toBe(saved);
  expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md", path.basename(saved)]);
  expect([read(saved), modeOf(saved)]).toEqual(["ours\n", 0o600]);
});
