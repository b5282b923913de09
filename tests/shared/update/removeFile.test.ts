import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, test } from "vitest";
import { updateProjectText } from "../../../shared/claudeMd/projectText.ts";
import { withFileLock } from "../../../shared/fileLock.ts";
import { native } from "../../../shared/system/native.ts";
import { resolveTarget, type TargetPath } from "../../../shared/system/targetPath.ts";
import { createClaim, listClaims, stagedName } from "../../../shared/update/claim.ts";
import { removeFile, removeSidecar } from "../../../shared/update/removeFile.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { start } from "../../helpers/child.ts";
import { type Journal, useJournal } from "../../helpers/journal.ts";
import { asNobody, IS_ROOT, injecting, NOBODY, needsBinding, useBackend } from "../../helpers/machine.ts";
import { renumberFiles } from "../../helpers/renumberFiles.ts";
import { entriesOf, sidecarOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

const COMMAND = fileURLToPath(new URL("../../../dist/bin/pact-hooks", import.meta.url));
let target: TargetPath;
let journal: Journal;

beforeEach(() => {
  journal = useJournal();
  target = resolveTarget(tempFile("ours\n"));
});

const isOurs = (text: string): boolean => text === "ours\n";
const remove = (mayGo = isOurs) => removeFile(target, mayGo, {}).isRemoved;

test("removeFile removes a file under its lock, and leaves no claim", () => {
  let held = false;
  const gone = remove((text) => {
    held = fs.statSync(sidecarOf(target.path)).size > 0 && listClaims(target).length === 1;
    return text === "ours\n";
  });
  expect([gone, held]).toEqual([true, true]);
  expect(entriesOf(target.dir)).toEqual([]);
  expect(remove()).toBe(true);
});

test("removeFile leaves nothing where every look at a file gives another inode number", () => {
  renumberFiles();
  expect(removeFile(target, isOurs, {})).toEqual({ isRemoved: true, messages: [] });
  expect(entriesOf(target.dir)).toEqual([]);
});

test("a removal and a check of a sidecar leave no descriptor open", () => {
  const countOpen = () => fs.readdirSync("/dev/fd").length;
  const before = countOpen();
  expect(remove(() => false)).toBe(false);
  expect(remove()).toBe(true);
  expect(removeSidecar(target)).toBeUndefined();
  expect(countOpen()).toBe(before);
});

test("a file that a fence takes right before its removal is removed", () => {
  beforeCall(fs, "unlinkSync", (file) => {
    if (path.basename(file).startsWith("0.")) fs.rmSync(file, { force: true });
  });
  expect(remove()).toBe(true);
});

test("removeFile keeps a file whose text the caller rejects", () => {
  fs.writeFileSync(target.path, "theirs\n");
  expect(remove()).toBe(false);
  expect(entriesOf(target.dir)).toEqual(["CLAUDE.md"]);
});

test("removeFile keeps a file that is written while the caller judges its text", () => {
  const changes = [
    () => fs.appendFileSync(target.path, "theirs\n"),
    () => {
      fs.writeFileSync(`${target.path}.new`, "ours\n");
      fs.renameSync(`${target.path}.new`, target.path);
    },
  ];
  for (const change of changes) {
    fs.writeFileSync(target.path, "ours\n");
    const gone = remove(() => {
      change();
      return true;
    });
    expect(gone).toBe(false);
    expect(fs.readFileSync(target.path, "utf8")).toMatch(/^ours\n/);
  }
});

test("removeFile does not even move a file that is written while the caller judges its text", () => {
  const moved: string[] = [];
  beforeCall(fs, "renameSync", (from) => moved.push(from));
  const gone = remove(() => {
    fs.appendFileSync(target.path, "theirs\n");
    return true;
  });
  expect([gone, moved]).toEqual([false, []]);
});

test("removeFile keeps a file that a program has open for writing", (context) => {
  needsBinding(context);
  const fd = fs.openSync(target.path, "a");
  expect(remove()).toBe(false);
  fs.writeSync(fd, "theirs\n");
  fs.closeSync(fd);
  expect(fs.readFileSync(target.path, "utf8")).toBe("ours\ntheirs\n");
  expect(entriesOf(target.dir)).toEqual(["CLAUDE.md"]);
});

test("a removal has removed the file if a fence has, with its claim", () => {
  let isFenced = false;
  beforeCall(fs, "fstatSync", () => {
    if (isFenced || fs.existsSync(target.path)) return;
    isFenced = true;
    useBackend("none");
    expect(updateFile(target.path, (text) => text).outcome).toBe("unchanged");
  });
  expect(removeFile(target, isOurs, {})).toEqual({ isRemoved: true, messages: [] });
  expect([isFenced, entriesOf(target.dir)]).toEqual([true, []]);
});

test("text that is written into the moved file after a fence has taken it is kept beside the new one", () => {
  const theirs = fs.openSync(target.path, "a");
  const told: (string | undefined)[] = [];
  const act = () => {
    if (told.length > 0) return;
    useBackend("none");
    const { outcome, message } = updateFile(target.path, () => "new\n");
    expect([outcome, told.push(message)]).toEqual(["written", 1]);
    fs.writeSync(theirs, "theirs\n");
    fs.closeSync(theirs);
  };
  const binding = native();
  if (binding) beforeCall(binding, "writers", act);
  else beforeCall(Atomics, "wait", act);
  const { isRemoved, messages } = removeFile(target, isOurs, {});
  const [name, saved, ...more] = entriesOf(target.dir);
  expect([isRemoved, name, more]).toEqual([false, "CLAUDE.md", []]);
  expect(fs.readFileSync(target.path, "utf8")).toBe("new\n");
  expect(fs.readFileSync(path.join(target.dir, saved as string), "utf8")).toBe("ours\ntheirs\n");
  // Where the kernel tells that a program has it open, the fence keeps it; else the removal finds the text.
  expect((binding ? told : messages).join("")).toContain(saved);
});

test("removeFile has removed every other claim before it opens the file", () => {
  const theirs = createClaim(target);
  const claims: string[][] = [];
  beforeCall(fs, "openSync", (file) => {
    if (file === target.path) claims.push(listClaims(target));
  });
  expect(remove()).toBe(true);
  expect(claims).toEqual([[expect.not.stringMatching(path.basename(theirs))]]);
});

test("removeFile keeps the file when another writer has fenced its claim", () => {
  const gone = remove(() => {
    for (const claim of listClaims(target)) fs.rmSync(claim, { recursive: true });
    return true;
  });
  expect(gone).toBe(false);
  expect(fs.existsSync(target.path)).toBe(true);
});

test("removeFile fences other writers, so that none can publish its staged text afterwards", () => {
  const claim = createClaim(target);
  fs.writeFileSync(path.join(claim, "next"), "old\n");
  expect(remove()).toBe(true);
  expect(() => fs.renameSync(path.join(claim, "next"), target.path)).toThrow("ENOENT");
});

/** Acts once, right after the file has been moved. */
function afterMove(act: () => void): void {
  let isDone = false;
  beforeCall(process.hrtime, "bigint", () => {
    if (isDone || fs.existsSync(target.path)) return;
    isDone = true;
    act();
  });
}

test("text that is written into the open file at the moment of its removal is put back", () => {
  const fd = fs.openSync(target.path, "a");
  afterMove(() => {
    fs.writeSync(fd, "theirs\n");
    fs.closeSync(fd);
  });
  expect(remove()).toBe(false);
  expect(fs.readFileSync(target.path, "utf8")).toBe("ours\ntheirs\n");
  expect(entriesOf(target.dir)).toEqual(["CLAUDE.md"]);
});

test("a removal whose claim is fenced after the move saves nothing of a file that is as it was", () => {
  afterMove(() => {
    for (const claim of listClaims(target)) fs.rmSync(claim, { recursive: true });
  });
  expect(removeFile(target, isOurs, {}).messages).toEqual([]);
  expect(entriesOf(target.dir)).toEqual([]);
});

test("a version that a removal finds in another writer's claim is told", () => {
  const { events } = journal;
  const theirs = path.join(target.dir, "theirs");
  fs.writeFileSync(theirs, "theirs\n");
  fs.renameSync(theirs, path.join(createClaim(target), stagedName(1n)));
  const { isRemoved, messages } = removeFile(target, isOurs, {});
  const [saved = "", ...more] = entriesOf(target.dir);
  expect([isRemoved, more]).toEqual([true, []]);
  expect(fs.readFileSync(path.join(target.dir, saved), "utf8")).toBe("theirs\n");
  expect(messages).toEqual([expect.stringContaining(`Its version is in ${path.join(target.dir, saved)};`)]);
  expect(events("outside_edit")).toMatchObject([{ target: target.path, resolution: "saved" }]);
});

test("removeSidecar removes a free sidecar, and otherwise says why not", () => {
  const sidecar = sidecarOf(target.path);
  expect(removeSidecar(target)).toBeUndefined();
  fs.writeFileSync(sidecar, "");
  expect(removeSidecar(target)).toBeUndefined();
  expect(fs.existsSync(sidecar)).toBe(false);
  fs.mkdirSync(sidecar);
  expect(removeSidecar(target)).toContain("regular file");
});

test.each([true, false])(
  "removeSidecar keeps what another process has just put in the place of the locked one: %s",
  (isThere) => {
    const sidecar = sidecarOf(target.path);
    fs.writeFileSync(sidecar, "");
    const { ino } = fs.statSync(sidecar);
    beforeCall(fs, "fstatSync", (fd) => {
      if (fs.fstatSync(fd).ino !== ino) return;
      fs.rmSync(sidecar, { force: true });
      if (isThere) fs.writeFileSync(sidecar, "");
    });
    expect(removeSidecar(target)).toBe("another process has just replaced it");
    expect(fs.existsSync(sidecar)).toBe(isThere);
  },
);

test("text that is written into the open file stays beside a file created meanwhile", () => {
  const fd = fs.openSync(target.path, "a");
  afterMove(() => {
    fs.writeSync(fd, "theirs\n");
    fs.closeSync(fd);
    fs.writeFileSync(target.path, "new\n");
  });
  const { isRemoved, messages } = removeFile(target, isOurs, {});
  const [name, saved = "", ...more] = entriesOf(target.dir);
  expect([isRemoved, name, more]).toEqual([false, "CLAUDE.md", []]);
  expect(fs.readFileSync(target.path, "utf8")).toBe("new\n");
  expect(fs.readFileSync(path.join(target.dir, saved), "utf8")).toBe("ours\ntheirs\n");
  expect(messages).toEqual([expect.stringContaining(saved)]);
});

test("text that is written into the removed file is kept beside a file created meanwhile", async (context) => {
  const dir = tempDir();
  const file = path.join(dir, "CLAUDE.md");
  fs.writeFileSync(file, updateProjectText(null, {}).text);
  const fd = fs.openSync(file, "a");
  const under = injecting(context, "rename,renameat,renameat2:delay_exit=400000:when=1");
  const child = start(COMMAND, ["uninstall", dir], { under });
  await waitUntil(() => !fs.existsSync(file), "the file is moved");
  fs.writeSync(fd, "theirs\n");
  fs.closeSync(fd);
  fs.writeFileSync(file, "new\n");
  await child.exited;
  const [name, saved, ...more] = entriesOf(dir);
  expect([name, more]).toEqual(["CLAUDE.md", []]);
  expect(fs.readFileSync(file, "utf8")).toBe("new\n");
  expect(fs.readFileSync(path.join(dir, saved as string), "utf8")).toMatch(/theirs\n$/);
  expect(child.lines.join("\n") + child.stderr).toContain(saved);
});

test("a version that replaces the file at the moment of its removal is put back", () => {
  beforeCall(fs, "renameSync", (from) => {
    if (from !== target.path || fs.readFileSync(from, "utf8") !== "ours\n") return;
    fs.writeFileSync(`${from}.new`, "theirs\n");
    fs.renameSync(`${from}.new`, from);
  });
  expect(remove()).toBe(false);
  expect(fs.readFileSync(target.path, "utf8")).toBe("theirs\n");
  expect(entriesOf(target.dir)).toEqual(["CLAUDE.md"]);
});

test("removeSidecar keeps a held sidecar, and one whose state is unknown", () => {
  withFileLock(target.path, () => expect(removeSidecar(target)).toBe("another process holds it"));
  expect(fs.existsSync(sidecarOf(target.path))).toBe(true);
  useBackend("none");
  expect(removeSidecar(target)).toBe("this machine has no way to check whether it is free");
  expect(fs.existsSync(sidecarOf(target.path))).toBe(true);
});

test("an error that the caller's check throws reaches the caller, and the file stays", () => {
  const ask = () => {
    throw new Error("its own");
  };
  expect(() => remove(ask)).toThrow("its own");
  expect(entriesOf(target.dir)).toEqual(["CLAUDE.md"]);
});

test("removeFile keeps the file while this user may not remove a young claim", ({ skip }) => {
  skip(!IS_ROOT, "needs to be root, to become somebody else");
  const claim = createClaim(target);
  const age = (seconds: number) =>
    fs.utimesSync(claim, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
  fs.chmodSync(target.dir, 0o1777);
  fs.chownSync(target.path, NOBODY.uid, NOBODY.gid);
  const removeAsNobody = () => asNobody(remove);
  age(20);
  expect(removeAsNobody()).toBe(false);
  expect(fs.existsSync(target.path)).toBe(true);
  age(40);
  expect(removeAsNobody()).toBe(true);
  expect(fs.existsSync(target.path)).toBe(false);
});
