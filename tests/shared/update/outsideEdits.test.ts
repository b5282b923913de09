/** What other programs write into displaced files, while the update looks whether they have them open. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { withFileLock } from "../../../shared/fileLock.ts";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import { monotonicMs } from "../../../shared/system/time.ts";
import { type UpdateOptions, updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { useJournal } from "../../helpers/journal.ts";
import { needsBinding, useBackend } from "../../helpers/machine.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

beforeEach(needsBinding);

const read = (file: string) => fs.readFileSync(file, "utf8");

interface Outsider {
  target: string;
  /** The target as it was before the last publish, open for writing; -1 if closed. */
  fd: number;
  publishes: number;
}

/** Makes an update beside a program that opens the file before each publish, and acts each time that the update looks. */
function updateBeside(
  act: (outsider: Outsider) => void,
  {
    code = "",
    target = tempFile("old\n"),
    ...options
  }: UpdateOptions & { code?: string; target?: string } = {},
) {
  const { events } = useJournal();
  const binding = native() as NonNullable<ReturnType<typeof native>>;
  const outsider = { target, fd: -1, publishes: 0 };
  beforeCall(binding, "exchange", () => {
    outsider.fd = fs.openSync(target, "r+");
    outsider.publishes++;
    if (code) throw systemError(code, "no exchange");
  });
  beforeCall(binding, "writers", () => act(outsider));
  const addOurs = (text: string | null) => (text?.includes("ours") ? text : `${text ?? ""}ours\n`);
  const result = updateFile(target, addOurs, options);
  close(outsider);
  const saved = entriesOf(path.dirname(target))
    .filter((name) => name.endsWith(".saved"))
    .map((name) => path.join(path.dirname(target), name));
  return {
    result,
    target,
    saved,
    events,
    resolutions: events("outside_edit").map(({ resolution }) => resolution),
  };
}

/** Appends once after each publish. */
function appendOnce(outsider: Outsider, text = `${outsider.publishes}\n`): void {
  if (outsider.fd === -1) return;
  fs.writeSync(outsider.fd, text, fs.fstatSync(outsider.fd).size);
  close(outsider);
}

function close(outsider: Outsider): void {
  if (outsider.fd !== -1) fs.closeSync(outsider.fd);
  outsider.fd = -1;
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join("");

test.each([
  ["an exchange", ""],
  ["a rename, which leaves the displaced file no name,", "EINVAL"],
])("after %s ten appends are merged, and the next one is saved beside the file, and told", (_how, code) => {
  const { result, target, saved, resolutions } = updateBeside(appendOnce, { code });
  expect(result).toMatchObject({ outcome: "written", rounds: 11 });
  expect(read(target)).toBe(`old\nours\n${lines(10)}`);
  expect(saved.map(read)).toEqual([`old\nours\n${lines(9)}11\n`]);
  expect(result.message).toBe(
    `Another program changed ${target} at the same moment, and the two versions could not be merged (other programs kept writing to it). The other program's version is in ${saved[0]}; merge the two by hand.`,
  );
  expect(resolutions).toEqual([...Array(10).fill("merged"), "saved"]);
});

test("an edit of the same lines takes effect, and our version is saved, named and journaled", () => {
  const { result, target, saved, events } = updateBeside((outsider) => {
    if (outsider.publishes === 1 && outsider.fd !== -1) fs.writeSync(outsider.fd, "new\n", 0);
    close(outsider);
  });
  expect([result.outcome, read(target), saved.map(read)]).toEqual([
    "written",
    "new\nours\n",
    ["old\nours\n"],
  ]);
  expect(result.message).toBe(
    `Another program changed ${target} at the same moment. Its version is in place; ours is in ${saved[0]}.`,
  );
  expect(events("outside_edit")).toMatchObject([{ resolution: "conflict", saved: saved[0] }]);
});

test.each([
  ["is not kept, since the file still holds that", "ENOSPC", 0],
  ["is kept and told, when a part of that is overwritten", "EXDEV", 1],
])("what a merge has saved of our version before it fails %s", (_what, code, kept) => {
  let hasEdited = false;
  const fail = (failure: string) => {
    if (hasEdited) throw systemError(failure, "it fails");
  };
  beforeCall(fs, "openSync", (file) => {
    if (code === "ENOSPC" && path.basename(String(file)) === "next") fail(code);
  });
  beforeCall(native() as NonNullable<ReturnType<typeof native>>, "exchange", () => fail(code));
  beforeCall(fs, "ftruncateSync", () => fail("EIO"));
  const { result, target, saved, resolutions } = updateBeside((outsider) => {
    if (!hasEdited) fs.writeSync(outsider.fd, "new\n", 0);
    hasEdited = true;
    close(outsider);
  });
  expect([result.outcome, saved.map(read).sort()]).toEqual([
    "written",
    ["new\n", "old\nours\n"].slice(0, kept + 1),
  ]);
  for (const file of saved) expect(result.message).toContain(file);
  expect(resolutions).toEqual(Array(kept + 1).fill("saved"));
  if (kept === 0) expect(read(target)).toBe("old\nours\n");
});

test("a version that an editor writes a while after it has emptied the file is merged", () => {
  let looks = 0;
  const { result, target, saved, resolutions } = updateBeside((outsider) => {
    if (++looks === 1) fs.ftruncateSync(outsider.fd);
    if (looks === 4) appendOnce(outsider, "zero\nold\n");
    if (outsider.publishes > 1) close(outsider);
  });
  expect([result.outcome, read(target)]).toEqual(["written", "zero\nold\nours\n"]);
  expect([saved, resolutions]).toEqual([[], ["merged"]]);
});

test("the merge of a displaced edit does not wait for the lock again", () => {
  const target = tempFile("old\n");
  const { result, events } = withFileLock(target, () => updateBeside(appendOnce, { timeoutMs: 100, target }));
  expect(result).toMatchObject({ outcome: "written", rounds: 11 });
  // The update's own wait, not that of a merge.
  expect(result.lock.waitedMs).toBeGreaterThanOrEqual(100);
  expect(events("lock_fail_open").map(({ timeout_ms }) => timeout_ms)).toEqual([100, ...Array(10).fill(0)]);
});

test("an append that comes when the update's time is over is saved at once", () => {
  const { saved, target, resolutions } = updateBeside(appendOnce, { deadlineMs: monotonicMs() });
  expect([read(target), saved.map(read), resolutions]).toEqual(["old\nours\n", ["old\n1\n"], ["saved"]]);
});

test("what a program still writes into a saved version is in that version", () => {
  let looks = 0;
  const { saved, resolutions } = updateBeside(
    (outsider) => {
      appendOnce(outsider);
      const [file] = entriesOf(path.dirname(outsider.target)).filter((name) => name.endsWith(".saved"));
      if (file && ++looks === 2) fs.appendFileSync(path.join(path.dirname(outsider.target), file), "late\n");
    },
    { deadlineMs: monotonicMs() },
  );
  expect([saved.map(read), resolutions]).toEqual([["old\n1\nlate\n"], ["saved", "saved"]]);
});

test.each([
  ["an append", "old\nnew\n", 4],
  ["a write of the same length", "new\n", 0],
])(
  "%s right after the publish lies beside the file until its merge is published",
  (_what, after, position) => {
    const beside: string[] = [];
    const { saved } = updateBeside((outsider) => {
      const dir = path.dirname(outsider.target);
      if (outsider.publishes === 1 && outsider.fd !== -1) fs.writeSync(outsider.fd, "new\n", position);
      else
        beside.push(
          ...entriesOf(dir)
            .slice(1)
            .map((name) => read(path.join(dir, name))),
        );
      close(outsider);
    });
    expect(beside).toContain(after);
    expect(saved.map(read)).not.toContain(after);
  },
);

test("what a program writes twice into a file without a name is in one saved version", () => {
  let looks = 0;
  const act = (outsider: Outsider) => {
    if (++looks === 1) fs.writeSync(outsider.fd, "1\n", 4);
    if (entriesOf(path.dirname(outsider.target)).length > 1) appendOnce(outsider, "late\n");
  };
  const { saved, resolutions } = updateBeside(act, { code: "EINVAL", deadlineMs: monotonicMs() });
  expect([saved.map(read), resolutions]).toEqual([["old\n1\nlate\n"], ["saved", "saved"]]);
});

test("a displaced version that a person removes after the merge is no failure", () => {
  const { result, resolutions } = updateBeside((outsider) => {
    if (outsider.publishes === 1) return appendOnce(outsider);
    close(outsider);
    const dir = path.dirname(outsider.target);
    for (const name of entriesOf(dir).filter((entry) => entry.endsWith(".saved")))
      fs.rmSync(path.join(dir, name));
  });
  expect([result.outcome, result.message, resolutions]).toEqual(["written", undefined, ["merged"]]);
});

test("after thirty edits the update ends, and names the files that a program may still write into", () => {
  let looks = 0;
  const { result, saved, resolutions } = updateBeside((outsider) => {
    appendOnce(outsider);
    const dir = path.dirname(outsider.target);
    for (const name of entriesOf(dir).filter((entry) => entry.endsWith(".saved")))
      if (looks < 5000) fs.appendFileSync(path.join(dir, name), `${++looks}\n`);
  });
  expect([result.outcome, resolutions.at(-1), saved.length > 0]).toEqual(["written", "saved", true]);
  for (const file of saved) expect(result.message).toContain(file);
});

test.each([
  ["is lost, and told, where the file has no name", "EINVAL", "lost"],
  ["lies beside the target, and is told, where the file has a name", "", "saved"],
])("what a program writes into a displaced file, too large to read, %s", (_what, code, resolution) => {
  const { result, target, saved, resolutions } = updateBeside(
    ({ fd }) => fd !== -1 && fs.ftruncateSync(fd, 65 * 1024 * 1024),
    { code },
  );
  expect([result.outcome, read(target), resolutions]).toEqual(["written", "old\nours\n", [resolution]]);
  expect(result.message).toContain(
    code ? `Updated ${target}, but lost what another program wrote` : saved[0],
  );
});

test("an edit whose merge fails is saved, with the reason", () => {
  const { result, target, saved, resolutions } = updateBeside((outsider) => {
    if (outsider.fd === -1) return;
    appendOnce(outsider);
    fs.rmSync(outsider.target);
    fs.mkdirSync(outsider.target);
  });
  expect([result.outcome, saved.map(read), resolutions]).toEqual(["written", ["old\n1\n"], ["saved"]]);
  expect(result.message).toContain(`(${target} is a folder, not a regular file`);
});

test("of a program that keeps a displaced file open without a name, the message says that its text will be lost", () => {
  const { result, target, resolutions } = updateBeside(({ target }) => {
    const dir = path.dirname(target);
    for (const name of entriesOf(dir).filter((entry) => entry.endsWith(".saved")))
      fs.rmSync(path.join(dir, name));
  });
  expect([result.outcome, read(target), resolutions]).toEqual(["written", "old\nours\n", ["open"]]);
  expect(result.message).toBe(
    `Another program still has the old ${target} open: what it writes there from now on will be lost.`,
  );
});

test.each([
  ["the backup itself", "", "CLAUDE.md.before"],
  ["the file beside the target, of which the backup is a copy", "EXDEV", "saved"],
])("what a program writes late into a displaced file goes into %s", (_what, code, expected) => {
  const backup = path.join(tempDir(), "CLAUDE.md.before");
  let isFirst = true;
  beforeCall(fs, "renameSync", (_from, to) => {
    if (to !== backup || !isFirst) return;
    isFirst = false;
    if (code) throw systemError(code, "no move");
  });
  const { result, saved } = updateBeside(() => {}, { backup });
  const [late = backup] = saved;
  expect(late.endsWith(expected)).toBe(true);
  expect(result.message).toMatch(new RegExp(`what it writes there from now on goes into ${late}\\.$`));
  expect(read(backup)).toBe("old\n");
});

test("of a displaced file that another writer's fence has moved, the message names no path in our claim", () => {
  let isFenced = false;
  const { result, saved } = updateBeside(({ target }) => {
    if (isFenced) return;
    isFenced = true;
    useBackend("none");
    expect(updateFile(target, (text) => text).message).toMatch(/\.saved; merge the two by hand\.$/);
  });
  expect(saved.map(read)).toEqual(["old\n"]);
  expect(result.message).toMatch(
    /what it writes there from now on goes into a file beside it, which a fence has moved\.$/,
  );
});
