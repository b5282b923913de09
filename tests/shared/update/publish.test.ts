/** The publish by an exchange, beside programs that change the target at that very moment. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, type TestContext, test } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { injecting, needsBinding } from "../../helpers/machine.ts";
import { renumberFiles } from "../../helpers/renumberFiles.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

const read = (file: string) => fs.readFileSync(file, "utf8");

function replace(file: string, text: string): void {
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

function savedBeside(target: string): string {
  const dir = path.dirname(target);
  const [name = ""] = entriesOf(dir).filter((entry) => entry.endsWith(".saved"));
  return read(path.join(dir, name));
}

describe("with an exchange,", () => {
  beforeEach(needsBinding);

  /** Makes an update, and calls `act` right before its first exchange. */
  const updateMet = (act: (target: string) => void, options = {}) => {
    const { events } = useJournal();
    const target = tempFile("old\n");
    let isMet = false;
    beforeCall(native() as NonNullable<ReturnType<typeof native>>, "exchange", () => {
      if (!isMet) act(target);
      isMet = true;
    });
    const addOurs = (text: string | null) => (text?.includes("ours") ? text : `${text ?? ""}ours\n`);
    const result = updateFile(target, addOurs, options);
    return { result, target, resolutions: events("outside_edit").map(({ resolution }) => resolution) };
  };

  test("a replacement after our last look is merged", () => {
    const { result, target, resolutions } = updateMet((file) => replace(file, "old\ntheirs\n"));
    expect(result).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("old\nours\ntheirs\n");
    expect(resolutions).toEqual(["merged"]);
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
  });

  test("the displaced file itself is the backup", () => {
    const backup = path.join(tempDir(), "one", "CLAUDE.md.before");
    let ino = 0;
    const { result } = updateMet(
      (file) => {
        ino = fs.statSync(file).ino;
      },
      { backup },
    );
    expect(result).toMatchObject({ outcome: "written", rounds: 1 });
    expect([fs.statSync(backup).ino, read(backup)]).toEqual([ino, "old\n"]);
  });

  test("a replacement after our last look is the backup, not our own text that the merge displaces", () => {
    const backup = path.join(tempDir(), "one", "CLAUDE.md.before");
    const theirs = (file: string) => replace(file, "old\ntheirs\n");
    const { result, target } = updateMet(theirs, { backup });
    expect(result).toMatchObject({ outcome: "written", rounds: 2 });
    expect(result.message).toBeUndefined();
    expect([read(target), read(backup)]).toEqual(["old\nours\ntheirs\n", "old\ntheirs\n"]);
  });

  test("after two merges that conflict, the file holds both outside versions", () => {
    useJournal();
    const target = tempFile("one\n");
    const theirs = fs.openSync(target, "r+");
    const binding = native() as NonNullable<ReturnType<typeof native>>;
    let [exchanges, isWritten] = [0, false];
    beforeCall(binding, "exchange", () => {
      if (++exchanges === 2) replace(target, "two\nours\n");
    });
    beforeCall(binding, "writers", () => {
      if (exchanges !== 1 || isWritten) return;
      isWritten = true;
      fs.writeSync(theirs, "ONE\n");
      fs.closeSync(theirs);
    });
    const mutate = (text: string | null) => (text?.includes("ours") ? text : `${text}ours\n`);
    expect(updateFile(target, mutate).outcome).toBe("written");
    expect(read(target)).toBe("two\nONE\nours\n");
  });

  test("a merge that conflicts leaves one saved version, however many tries it takes", () => {
    useJournal();
    const target = tempFile("one\n");
    const theirs = fs.openSync(target, "r+");
    let edits = 0;
    beforeCall(native() as NonNullable<ReturnType<typeof native>>, "writers", () => {
      if (read(target) !== "one\nours\n" || edits > 0) return;
      edits++;
      fs.writeSync(theirs, "ONE\n");
      fs.closeSync(theirs);
    });
    beforeCall(fs, "fsyncSync", () => {
      if (edits === 1) fs.appendFileSync(target, `${edits++}\n`);
    });
    const mutate = (text: string | null) => (text?.includes("ours") ? text : `${text}ours\n`);
    expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 3 });
    expect(read(target)).toBe("ONE\nours\n1\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md", expect.stringMatching(/\.saved$/)]);
  });

  test.each([
    ["", "old\ntheirs\n", "old\nours\ntheirs\n", ["merged", "open"]],
    [" with the same text", "old\n", "old\nours\n", ["open"]],
  ])(
    "a replacement%s that a program still has open keeps its place beside the file, and is told",
    (_what, text, after, expected) => {
      let theirs = 0;
      const { result, target, resolutions } = updateMet((file) => {
        replace(file, text);
        theirs = fs.openSync(file, "a");
      });
      fs.writeSync(theirs, "late\n");
      fs.closeSync(theirs);
      const [, saved = ""] = entriesOf(path.dirname(target));
      expect(result.message).toMatch(new RegExp(`from now on goes into \\S+/${saved}\\.$`));
      expect(resolutions).toEqual(expected);
      expect(read(path.join(path.dirname(target), saved))).toBe(`${text}late\n`);
      expect(read(target)).toBe(after);
    },
  );

  test("an update moves a displaced file that nobody writes nowhere", () => {
    const moved: string[] = [];
    beforeCall(fs, "renameSync", (_from, to) => moved.push(path.dirname(to)));
    const { target } = updateMet(() => {});
    expect(moved).not.toContain(path.dirname(target));
  });

  test.each(["EINVAL", "ENOSYS", "EPERM", "ENOTSUP", "EOPNOTSUPP"])(
    "an update renames where an exchange fails with %s",
    (code) => {
      let ino = 0;
      const { result, target } = updateMet((file) => {
        ino = fs.statSync(file).ino;
        throw systemError(code, "no exchange");
      });
      expect([result.outcome, result.rounds, result.isInPlace]).toEqual(["written", 1, undefined]);
      expect(read(target)).toBe("old\nours\n");
      expect(fs.statSync(target).ino).not.toBe(ino);
    },
  );

  test.each(["EBUSY", "EXDEV", "EACCES", "EPERM"])(
    "an update writes into the file where an exchange and a rename fail with %s",
    (code) => {
      const fail = () => {
        throw systemError(code, "no replacement");
      };
      beforeCall(fs, "renameSync", (_from, to) => {
        if (path.basename(to) === "CLAUDE.md") fail();
      });
      const { result, target } = updateMet(fail);
      expect([result.outcome, result.rounds, result.isInPlace]).toEqual(["written", 1, true]);
      expect(read(target)).toBe("old\nours\n");
    },
  );

  test("an exchange that the disk fails ends the update, which does not write into the file instead", () => {
    const { result, target } = updateMet(() => {
      throw systemError("EIO", "the kernel refused");
    });
    expect(result).toMatchObject({ outcome: "abandoned", rounds: 1 });
    expect([result.isInPlace, read(target)]).toEqual([undefined, "old\n"]);
  });

  test("a deletion after our last look makes the writer read again", () => {
    const { result, target } = updateMet((file) => fs.rmSync(file));
    expect(result).toMatchObject({ outcome: "written", rounds: 2 });
    expect(read(target)).toBe("ours\n");
  });

  test("a link that comes after our last look gets its name back", () => {
    const { result, target } = updateMet((file) => {
      fs.renameSync(file, `${file}.moved`);
      fs.symlinkSync("CLAUDE.md.moved", file);
    });
    expect(result.outcome).not.toBe("written");
    expect(fs.readlinkSync(target)).toBe("CLAUDE.md.moved");
    expect(read(target)).toBe("old\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md", "CLAUDE.md.moved"]);
  });

  const replaceIt = (target: string) => replace(target, "theirs\n");

  /** Starts an update that an outsider meets just before its exchange, and that stands still after it. */
  const displaceTheirs = async (context: TestContext, act = replaceIt) => {
    const { events } = useJournal();
    const target = tempFile("old\n");
    const log = path.join(tempDir(), "log");
    const under = injecting(context, "renameat2:delay_enter=500000:delay_exit=2000000:when=1", log);
    const child = startProgram("update", { target, line: "ours" }, { under });
    await waitUntil(() => fs.existsSync(log) && read(log).includes("renameat2("), "the exchange");
    act(target);
    await waitUntil(() => read(target).includes("ours"), "the publish");
    const kill = async () => {
      // strace would let it go on.
      const [writer = ""] = read(`/proc/${child.pid}/task/${child.pid}/children`).split(" ");
      process.kill(Number(writer), "SIGKILL");
      await child.exited;
    };
    return { child, kill, target, events, savedText: () => savedBeside(target) };
  };

  const fenceIt = (target: string) =>
    updateFile(target, (text) => `${text}next\n`, { timeoutMs: 0, ttlMs: 60_000 });

  test("a replacement after our last look lies beside the file when our writer crashes", async (context) => {
    const { kill, target, events, savedText } = await displaceTheirs(context);
    await kill();
    const { outcome, message } = fenceIt(target);
    expect([outcome, read(target), savedText()]).toEqual(["written", "old\nours\nnext\n", "theirs\n"]);
    expect(message).toMatch(/Its version is in .*\.saved; merge the two by hand/);
    expect(events("outside_edit")).toMatchObject([{ resolution: "saved" }]);
  });

  test("what a program appends late to the old file lies beside the new one when our writer crashes", async (context) => {
    let theirs = 0;
    const { kill, target, savedText } = await displaceTheirs(context, (file) => {
      theirs = fs.openSync(file, "a");
    });
    await kill();
    expect(fenceIt(target).message).toMatch(/\.saved; merge the two by hand/);
    fs.writeSync(theirs, "late\n");
    fs.closeSync(theirs);
    expect([read(target), savedText()]).toEqual(["old\nours\nnext\n", "old\nlate\n"]);
  });

  test("what a program appends late to the old file lies beside the new one when it outlasts our wait", () => {
    useJournal();
    const target = tempFile("old\n");
    const theirs = fs.openSync(target, "a");
    const { message } = updateFile(target, (text) => `${text}ours\n`);
    fs.writeSync(theirs, "late\n");
    fs.closeSync(theirs);
    expect(message).toMatch(/what it writes there from now on goes into .*\.saved/);
    expect([read(target), savedBeside(target)]).toEqual(["old\nours\n", "old\nlate\n"]);
  });

  test("an old file that cannot be moved at that moment stays in the claim, for the next writer to move", async (context) => {
    useJournal();
    const target = tempFile("old\n");
    const theirs = fs.openSync(target, "a");
    const under = injecting(context, "?rename,?renameat:error=ENOSPC:when=2+");
    const child = startProgram("update", { target, line: "ours" }, { under });
    expect(await child.message("result")).toMatchObject({ outcome: "written", rounds: 1 });
    fs.writeSync(theirs, "late\n");
    fs.closeSync(theirs);
    expect(fenceIt(target).message).toMatch(/\.saved; merge the two by hand/);
    expect([read(target), savedBeside(target)]).toEqual(["old\nours\nnext\n", "old\nlate\n"]);
  });

  test.each(["EIO", "ENOENT"])(
    "a look at the old file that fails with %s does not undo the publish",
    (code) => {
      const { events } = useJournal();
      const target = tempFile("old\n");
      let isPublished = false;
      const binding = native() as NonNullable<ReturnType<typeof native>>;
      beforeCall(binding, "writers", () => {
        if (isPublished || !read(target).includes("ours")) return;
        isPublished = true;
        throw systemError(code, "no look");
      });
      const mutate = (text: string | null) => (text?.includes("ours") ? text : `${text}ours\n`);
      expect(updateFile(target, mutate)).toMatchObject({ outcome: "written", rounds: 1 });
      expect([read(target), events()]).toEqual(["old\nours\n", []]);
      expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
    },
  );

  test("a replacement after our last look lies beside the file when another writer fences ours", async (context) => {
    const { child, target, savedText } = await displaceTheirs(context);
    expect(fenceIt(target).outcome).toBe("written");
    expect(await child.message("result")).toMatchObject({ outcome: "written" });
    expect([read(target), savedText()]).toEqual(["old\nours\nnext\n", "theirs\n"]);
  });
});

describe("where every look at a file gives another inode number,", () => {
  beforeEach(renumberFiles);

  test.each<[string, string, (target: string) => void]>([
    ["publishes", "old\nours\n", () => {}],
    ["creates a file", "ours\n", (target) => fs.rmSync(target)],
    ["writes a file with two names", "old\nours\n", (target) => fs.linkSync(target, `${target}.other`)],
  ])("an update %s at once, and keeps the old file", (_what, after, act) => {
    const { events } = useJournal();
    const target = tempFile("old\n");
    const backup = path.join(tempDir(), "CLAUDE.md.before");
    act(target);
    const { outcome, rounds } = updateFile(target, (text) => `${text ?? ""}ours\n`, { backup });
    expect([outcome, rounds, events("outside_edit")]).toEqual(["written", 1, []]);
    expect(read(target)).toBe(after);
    expect(fs.existsSync(backup) && read(backup)).toBe(after.startsWith("old") && "old\n");
    expect(entriesOf(path.dirname(target)).filter((name) => /claim|saved/.test(name))).toEqual([]);
  });
});
