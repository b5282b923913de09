/** Targets that a rename would part from their other name, or that cannot be replaced where they are. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { injecting, mountTmpfs, needsBinding } from "../../helpers/machine.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const read = (file: string) => fs.readFileSync(file, "utf8");
const addLine = (text: string | null) => `${text}new\n`;

/** A file with a second name, AGENTS.md. */
function twoNames(text: string, dir = tempDir()): { target: string; other: string } {
  const [target, other] = [path.join(dir, "CLAUDE.md"), path.join(dir, "AGENTS.md")];
  fs.writeFileSync(target, text);
  fs.linkSync(target, other);
  return { target, other };
}

test("a file with two names keeps both, and its backup is a copy of the old text", () => {
  const { events } = useJournal();
  const { target, other } = twoNames("old\n");
  const backup = path.join(tempDir(), "one", "CLAUDE.md.before");
  const { outcome, isInPlace, message } = updateFile(target, addLine, { backup });
  expect([outcome, isInPlace, message]).toEqual(["written", true, expect.stringContaining(target)]);
  expect([read(target), read(other), read(backup)]).toEqual(["old\nnew\n", "old\nnew\n", "old\n"]);
  expect(fs.statSync(target).ino).toBe(fs.statSync(other).ino);
  expect(events().map(({ type }) => type)).toEqual(["backup_kept"]);
  expect(entriesOf(path.dirname(target))).toEqual(["AGENTS.md", "CLAUDE.md"]);
});

test("a shorter text leaves nothing of the longer one", () => {
  useJournal();
  const { target, other } = twoNames("a long text\nwith lines\n");
  expect(updateFile(target, () => "short\n").outcome).toBe("written");
  expect(read(other)).toBe("short\n");
});

test("a change that comes meanwhile makes the writer read again", () => {
  useJournal();
  const { target, other } = twoNames("old\n");
  let calls = 0;
  const mutate = (text: string | null) => {
    if (++calls === 2) fs.appendFileSync(other, "theirs\n");
    return text?.endsWith("new\n") ? text : addLine(text);
  };
  expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 2 });
  expect(read(target)).toBe("old\ntheirs\nnew\n");
});

test.each<[string, (target: string) => void, string]>([
  ["an append", (target) => fs.appendFileSync(target, "theirs\n"), "old\ntheirs\nnew\n"],
  [
    "a replacement",
    (target) => {
      fs.writeFileSync(`${target}.new`, "theirs\n");
      fs.renameSync(`${target}.new`, target);
    },
    "theirs\nnew\n",
  ],
])("%s after the look before the publish makes the writer read again", (_what, act, after) => {
  const { events } = useJournal();
  const { target } = twoNames("old\n");
  let tokens = 0;
  beforeCall(fs, "renameSync", (_from, to) => {
    if (String(to).endsWith(".taken") && ++tokens === 1) act(target);
  });
  expect(updateFile(target, addLine)).toMatchObject({ outcome: "written", rounds: 2 });
  expect(read(target)).toBe(after);
  expect(events()).toMatchObject([{ type: "outside_edit", resolution: "reread" }]);
});

test.each<[string, (target: string) => void, string]>([
  [
    "replaces",
    (target) => {
      fs.writeFileSync(`${target}.new`, "old\ntheirs\n");
      fs.renameSync(`${target}.new`, target);
    },
    "old\ntheirs\nnew\n",
  ],
  ["deletes", (target) => fs.unlinkSync(target), "nullnew\n"],
])("a program that %s the file while we write it makes the writer start over", (_what, act, after) => {
  const { events } = useJournal();
  const { target } = twoNames("old\n");
  let writes = 0;
  beforeCall(fs, "ftruncateSync", () => {
    if (++writes === 1) act(target);
  });
  expect(updateFile(target, addLine)).toMatchObject({ outcome: "written", rounds: 2 });
  expect(read(target)).toBe(after);
  expect(events()).toMatchObject([{ type: "outside_edit", resolution: "reread" }]);
  expect(entriesOf(path.dirname(target))).toEqual(["AGENTS.md", "CLAUDE.md"]);
});

test("a program that has the file open is waited for", (context) => {
  needsBinding(context);
  useJournal();
  const { target } = twoNames("old\n");
  const theirs = fs.openSync(target, "a");
  let asked = 0;
  beforeCall(native() as NonNullable<ReturnType<typeof native>>, "writers", () => {
    if (++asked === 1) fs.writeSync(theirs, "theirs\n");
    if (asked === 2) fs.closeSync(theirs);
  });
  expect(updateFile(target, addLine)).toMatchObject({ outcome: "written", rounds: 2 });
  expect(read(target)).toBe("old\ntheirs\nnew\n");
});

test("a file that is mounted by itself is written where it is", ({ skip }) => {
  useJournal();
  const target = tempFile("mount point\n");
  const source = tempFile("old\n");
  skip(spawnSync("mount", ["--bind", source, target]).status !== 0, "needs the right to mount");
  onTestFinished(() => void spawnSync("umount", ["-l", target]));
  expect(updateFile(target, addLine)).toMatchObject({ outcome: "written", isInPlace: true });
  expect([read(target), read(source)]).toEqual(["old\nnew\n", "old\nnew\n"]);
});

test("a sandbox that lets nothing be exchanged gets its file written, and the backup is no link to it", async (context) => {
  needsBinding(context);
  useJournal();
  const target = tempFile("old\n");
  const backup = path.join(tempDir(), "one", "CLAUDE.md.before");
  const under = injecting(context, "renameat2:error=EXDEV");
  const child = startProgram("update", { target, line: "new", options: { backup } }, { under });
  const result = await child.message("result");
  expect(result).toMatchObject({ outcome: "written", isInPlace: true });
  expect([read(target), read(backup)]).toEqual(["old\nnew\n", "old\n"]);
});

test("when not even the old text can be written, the person is told to look at the backup", async (context) => {
  useJournal();
  const { target } = twoNames("old\n");
  const backup = path.join(tempDir(), "one", "CLAUDE.md.before");
  const under = injecting(context, "pwrite64:error=EIO", "/dev/null", target);
  const child = startProgram("update", { target, line: "new", options: { backup } }, { under });
  const { outcome, message } = await child.message("result");
  expect(outcome).toBe("abandoned");
  expect(message).toContain("A part of it may be missing: compare it with its backup");
  expect(message).not.toContain("unchanged");
  expect(read(backup)).toBe("old\n");
});

test("on a full disk the old text is back, and the person is told", (context) => {
  const { events } = useJournal();
  const { target, other } = twoNames("old\n", mountTmpfs(context, "size=40k"));
  const { outcome, message } = updateFile(target, (text) => text + "x".repeat(24 * 1024));
  expect([outcome, message]).toEqual(["abandoned", expect.stringContaining("ENOSPC")]);
  expect([read(target), read(other)]).toEqual(["old\n", "old\n"]);
  expect(events().map(({ type }) => type)).toEqual(["write_abandoned"]);
  expect(entriesOf(path.dirname(target))).toEqual(["AGENTS.md", "CLAUDE.md"]);
});

describe("while the file is written,", () => {
  /** Makes an update, and acts before each call of a function on the target's own descriptor. */
  const updateMet = (name: "ftruncateSync" | "fsyncSync", act: (call: number, other: string) => void) => {
    useJournal();
    const { target, other } = twoNames("old\n");
    const { ino } = fs.statSync(target);
    let calls = 0;
    beforeCall(fs, name, (fd) => {
      if (fs.fstatSync(fd).ino === ino) act(++calls, other);
    });
    return { target, ...updateFile(target, addLine) };
  };

  const fail = () => {
    throw systemError("EIO", "the disk failed");
  };

  test("a failure puts the old text back", () => {
    const { outcome, message, target } = updateMet("ftruncateSync", (call) => call === 1 && fail());
    expect([outcome, message]).toEqual(["abandoned", expect.stringContaining("The file is unchanged")]);
    expect(read(target)).toBe("old\n");
  });

  test("a second failure is told as a file of which a part may be missing", () => {
    const { outcome, message } = updateMet("ftruncateSync", fail);
    expect([outcome, message]).toEqual(["abandoned", expect.stringContaining("A part of it may be missing")]);
  });

  test("what another program writes over it is told as a file of which a part may be missing", () => {
    const { outcome, message } = updateMet("fsyncSync", (_call, other) => fs.writeFileSync(other, "th"));
    expect([outcome, message]).toEqual([
      "abandoned",
      expect.stringContaining(
        "another program wrote into it at the same moment). A part of it may be missing",
      ),
    ]);
  });

  test("what another program appends to it stays", () => {
    const { outcome, target } = updateMet("fsyncSync", (_call, other) =>
      fs.appendFileSync(other, "theirs\n"),
    );
    expect([outcome, read(target)]).toEqual(["written", "old\nnew\ntheirs\n"]);
  });
});
