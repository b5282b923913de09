/** What a new version of a file keeps of the old one, beside its owner and mode: updateFile.faults.test.ts. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, type TestContext, test, vi } from "vitest";
import { childProcess } from "../../../shared/system/dependencies.ts";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import { writeAll } from "../../../shared/update/stage.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { attributesOf, setAttributes } from "../../helpers/attributes.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { answerOf, payload, runHook } from "../../helpers/hookProcess.ts";
import { useJournal } from "../../helpers/journal.ts";
import {
  CAN_BE_NOBODY,
  HAS_ATTRIBUTE_PROGRAMS,
  HAS_PYTHON,
  IS_LINUX,
  IS_ROOT,
  injecting,
  mountTmpfs,
  NOBODY,
} from "../../helpers/machine.ts";
import { sandbox } from "../../helpers/sandbox.ts";
import { entriesOf, listing, modeOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const addLine = (text: string | null) => `${text}new\n`;
/** BusyBox's knows of no attributes. */
const HAS_GNU_CP = spawnSync("/bin/cp", ["--version"], { encoding: "utf8" }).stdout?.includes("GNU");

function needsCopy({ skip }: TestContext): void {
  skip(!native() && !HAS_GNU_CP, "needs the native binding or GNU's cp");
}

function set(file: string, values: Record<string, string>, { skip }: TestContext): void {
  const why = setAttributes(file, values);
  skip(why !== undefined, `this file system keeps no attributes: ${why}`);
}

describe("a new version that cannot keep", () => {
  const FORBIDDEN = ["EPERM", "EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];
  const CASES: ["fchmodSync" | "fchownSync", string, string][] = [
    ["fchmodSync", "has the mode 600, which its new version could not keep", "Change its mode: chmod"],
    [
      "fchownSync",
      "belongs to user 0 and group 7, which its new version could not keep",
      "Change its owner to this user: chown",
    ],
  ];

  /** Makes an update of a file with another mode and group, where a call fails. */
  const updateWithout = ({ skip }: TestContext, name: "fchmodSync" | "fchownSync", code: string) => {
    skip(!IS_ROOT, "needs to be root, to give a file away");
    skip(name === "fchmodSync" && !native(), "needs the native binding: without it, cp sets the mode");
    useJournal();
    const target = tempFile("old\n");
    if (name === "fchownSync") fs.chownSync(target, 0, 7);
    fs.chmodSync(target, 0o600);
    beforeCall(fs, name, () => {
      throw systemError(code, "no change");
    });
    // A new file has another mode.
    const umask = process.umask(0o277);
    onTestFinished(() => void process.umask(umask));
    return { target, ...updateFile(target, addLine) };
  };

  test.for(CASES.flatMap((row) => FORBIDDEN.map((code) => [...row, code] as const)))(
    "is refused where %s fails: %s, %s, %s",
    ([name, what, advice, code], context) => {
      const { outcome, message, target } = updateWithout(context, name, code);
      expect([outcome, message]).toEqual(["refused", `${target} ${what}; left unchanged. ${advice}`]);
      expect(fs.readFileSync(target, "utf8")).toBe("old\n");
    },
  );

  test.for(CASES)("is abandoned where the disk fails at %s", ([name], context) => {
    const { outcome, message } = updateWithout(context, name, "EIO");
    expect([outcome, message]).toEqual(["abandoned", expect.stringContaining("EIO")]);
  });
});

test.each([
  ["EACCES", "refused", "may not be written by this user; left unchanged. Give it the right to."],
  ["EPERM", "refused", "has a flag that forbids changes; left unchanged. Remove it: chattr -i"],
  ["EROFS", "written", undefined],
])("of a target at which the system says %s, an update is %s", (code, outcome, why) => {
  useJournal();
  const target = tempFile("old\n");
  beforeCall(fs, "accessSync", (file, mode) => {
    if (file === target && mode === fs.constants.W_OK) throw systemError(code, "no access");
  });
  const { message, ...result } = updateFile(target, addLine);
  expect([result.outcome, message]).toEqual([outcome, why && `${target} ${why}`]);
});

test("a new version is private while it is written, and durable before it has its name", () => {
  useJournal();
  const target = tempFile("old\n");
  fs.chmodSync(target, 0o644);
  const steps: string[] = [];
  const note = (step: string) => (fd: number) => {
    const { size, mode } = fs.fstatSync(fd);
    if (size === 0 || size === 8) steps.push(`${step} ${size} ${(mode & 0o777).toString(8)}`);
  };
  beforeCall(fs, "writeSync", note("write"));
  beforeCall(fs, "fsyncSync", note("fsync"));
  beforeCall(fs, "renameSync", (from) => path.basename(from) === "next" && steps.push("name"));
  expect(updateFile(target, addLine).outcome).toBe("written");
  const inOrder = ["write 0 600", "fsync 8 644", "name"];
  expect(steps.filter((step) => inOrder.includes(step))).toEqual(inOrder);
});

test("of a file with the owner and the mode of a new one, an update changes neither", () => {
  useJournal();
  const target = tempFile("old\n");
  fs.chmodSync(target, 0o600);
  for (const name of ["fchownSync", "fchmodSync"] as const)
    beforeCall(fs, name, (fd) => {
      if (fs.fstatSync(fd).size === 8) throw systemError("ENOSYS", name);
    });
  expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
});

describe.skipIf(native() || !IS_LINUX)("without the binding, an update", () => {
  test.each<[string, string, object]>([
    ["abandoned", "(EAGAIN: no process)", { error: systemError("EAGAIN", "no process") }],
    ["abandoned", "cp ended with SIGKILL", { status: null, signal: "SIGKILL", stderr: "" }],
    ["abandoned", "cp ended with 2", { status: 2, signal: null, stderr: "" }],
    ["written", "", { status: 1, stderr: "cp: unrecognized option" }],
    ["written", "", { status: 1, stderr: "cp: cannot stat '/proc/self/fd/3'" }],
  ])("is %s when cp fails: %s", (outcome, why, answer) => {
    useJournal();
    const program = childProcess();
    const { spawnSync: run } = program;
    vi.spyOn(program, "spawnSync").mockImplementation(((file: string, ...rest: []) =>
      path.basename(file) === "cp" ? answer : run(file, ...rest)) as typeof run);
    onTestFinished(() => void vi.restoreAllMocks());
    const result = updateFile(tempFile("old\n"), addLine);
    expect([result.outcome, result.message ?? ""]).toEqual([outcome, expect.stringContaining(why)]);
  });
});

describe("writeAll", () => {
  const open = () => {
    const file = tempFile("");
    const fd = fs.openSync(file, "r+");
    onTestFinished(() => fs.closeSync(fd));
    onTestFinished(() => void vi.restoreAllMocks());
    return { file, fd };
  };

  test("writes the rest of what the system took a part of", () => {
    const { file, fd } = open();
    const write = vi.spyOn(fs, "writeSync");
    write.mockImplementation(((to: number, bytes: Buffer, at: number, length: number, position: number) => {
      expect(at + length).toBe(bytes.length);
      return fs.writevSync(to, [bytes.subarray(at, at + Math.min(length, 3))], position);
    }) as typeof fs.writeSync);
    writeAll(fd, Buffer.from("ten letters"));
    expect([fs.readFileSync(file, "utf8"), write.mock.calls.length]).toEqual(["ten letters", 4]);
  });

  test("ends with a full disk when the system takes nothing", () => {
    const { fd } = open();
    vi.spyOn(fs, "writeSync").mockImplementation(() => 0);
    expect(() => writeAll(fd, Buffer.from("text"))).toThrow("ENOSPC: only 0 of 4 bytes were written");
  });
});

describe("a new version of a file", () => {
  beforeEach((context) => {
    context.skip(!IS_LINUX || !HAS_PYTHON, "needs Linux and Python");
    needsCopy(context);
  });

  test("keeps its access control list and its extended attributes", (context) => {
    useJournal();
    const target = tempFile("old\n");
    set(target, { "user.mine": "value", "system.posix_acl_access": "ACCESS_LIST" }, context);
    const before = [attributesOf(target), modeOf(target)];
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
    expect([attributesOf(target), modeOf(target)]).toEqual(before);
  });

  test("gets nothing of the default list of its folder, which the old one did not have", (context) => {
    useJournal();
    const target = tempFile("old\n");
    fs.chmodSync(target, 0o640);
    set(path.dirname(target), { "system.posix_acl_default": "ACCESS_LIST" }, context);
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
    expect([attributesOf(target), modeOf(target)]).toEqual(["{}", 0o640]);
  });

  test("is the same for getfacl and getfattr", ({ skip }) => {
    skip(!HAS_ATTRIBUTE_PROGRAMS, "needs getfacl and getfattr");
    useJournal();
    const target = tempFile("old\n");
    fs.chmodSync(target, 0o640);
    execFileSync("setfacl", ["-m", "u:1:rw,g:2:r", target]);
    execFileSync("setfacl", ["-m", "d:u:3:rwx", path.dirname(target)]);
    execFileSync("setfattr", ["-n", "user.empty", target]);
    execFileSync("setfattr", ["-n", "user.long", "-v", "x".repeat(1000), target]);
    const show = () => [
      execFileSync("getfacl", ["-p", target], { encoding: "utf8" }),
      execFileSync("getfattr", ["-d", "-m", "-", "--absolute-names", target], { encoding: "utf8" }),
    ];
    const before = show();
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
    expect(show()).toEqual(before);
  });

  test("that cannot have the attributes is refused, with the way to remove them", async (context) => {
    const { events } = useJournal();
    const target = tempFile("old\n");
    set(target, { "user.mine": "value" }, context);
    const under = injecting(context, "fsetxattr:error=EPERM");
    const { outcome, message } = await startProgram("update", { target, line: "new" }, { under }).message(
      "result",
    );
    expect([outcome, message]).toEqual(["refused", expect.stringContaining("setfattr -x, setfacl -b")]);
    expect(fs.readFileSync(target, "utf8")).toBe("old\n");
    expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
    expect(events("write_refused")).toHaveLength(1);
  });

  test("is written on a file system without attributes", (context) => {
    useJournal();
    const target = path.join(mountTmpfs(context, "size=64k", "ramfs"), "CLAUDE.md");
    fs.writeFileSync(target, "old\n");
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
  });
});

test("with BusyBox's cp a new version is written, and keeps only its owner and mode", async ({ skip }) => {
  skip(!IS_ROOT || spawnSync("/bin/busybox", ["true"]).status !== 0, "needs root and BusyBox");
  skip(native() !== null, "is for the run without the binding");
  useJournal();
  const target = tempFile("old\n");
  fs.chmodSync(target, 0o640);
  skip(setAttributes(target, { "user.mine": "value" }) !== undefined, "this file system keeps no attributes");
  const replaceCp = 'mount --bind /bin/busybox "$(readlink -f /bin/cp)" && exec "$@"';
  const under = ["unshare", "--mount", "sh", "-c", replaceCp, "sh"];
  const child = startProgram("update", { target, line: "new" }, { under });
  expect(await child.message("result")).toMatchObject({ outcome: "written" });
  expect([attributesOf(target), modeOf(target)]).toEqual(["{}", 0o640]);
});

describe("a default list of the folder, which names another user,", () => {
  beforeEach((context) => {
    context.skip(!CAN_BE_NOBODY || !HAS_ATTRIBUTE_PROGRAMS, "needs root and setfacl");
    needsCopy(context);
  });

  const succeedsAsNobody = (...command: string[]) =>
    spawnSync(command[0] as string, command.slice(1), NOBODY).status === 0;
  const withDefaultList = (dir: string) => {
    fs.chmodSync(path.dirname(dir), 0o711);
    execFileSync("setfacl", ["-m", `u:${NOBODY.uid}:rwx,d:u:${NOBODY.uid}:rwx`, dir]);
    fs.writeFileSync(path.join(dir, "other"), "");
    expect(succeedsAsNobody("cat", path.join(dir, "other"))).toBe(true);
  };

  test("opens no file of a session to that user", () => {
    const box = sandbox();
    const target = path.join(box.projectDir, "CLAUDE.md");
    fs.writeFileSync(target, "# Mine\n");
    fs.chmodSync(target, 0o640);
    fs.mkdirSync(box.configDir);
    withDefaultList(box.projectDir);
    withDefaultList(box.configDir);
    answerOf(runHook("sessionStart", payload("startup", box), box));
    const files = [box.projectDir, box.configDir]
      .flatMap((dir) => listing(dir).map((name) => path.join(dir, name)))
      .filter((file) => path.basename(file) !== "other");
    expect(files.map((file) => path.basename(file))).toEqual(
      expect.arrayContaining(["CLAUDE.md", ".CLAUDE.md.lock", "CLAUDE.md.before", "session-journal.jsonl"]),
    );
    expect(files.filter((file) => succeedsAsNobody("ls", file) && succeedsAsNobody("cat", file))).toEqual([]);
  });

  test("opens no claim to that user", async () => {
    useJournal();
    const target = tempFile("old\n");
    const dir = path.dirname(target);
    withDefaultList(dir);
    const child = startProgram("update", { target, line: "new", pauseAt: 2 });
    await child.message("paused");
    const claims = entriesOf(dir).filter((name) => name.endsWith(".claim"));
    expect(claims).toHaveLength(1);
    expect(succeedsAsNobody("ls", path.join(dir, claims[0] as string))).toBe(false);
    child.end();
    expect(await child.message("result")).toMatchObject({ outcome: "written" });
  });

  test("is given to a new CLAUDE.md as to any other new file", () => {
    useJournal();
    const dir = tempDir();
    withDefaultList(dir);
    const target = path.join(dir, "CLAUDE.md");
    expect(updateFile(target, () => "new\n")).toMatchObject({ outcome: "written" });
    expect([attributesOf(target), modeOf(target)]).toEqual([
      attributesOf(path.join(dir, "other")),
      modeOf(path.join(dir, "other")),
    ]);
  });
});
