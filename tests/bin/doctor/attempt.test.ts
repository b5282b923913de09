/** Doctor tries what a session does: it is never healthier than the next session, and leaves nothing behind. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, onTestFinished, type TestContext, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { native } from "../../../shared/system/native.ts";
import { run } from "../../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../../helpers/hookProcess.ts";
import { journalEvents } from "../../helpers/journal.ts";
import {
  AS_NOBODY,
  CAN_BE_NOBODY,
  IS_ROOT,
  injecting,
  mountTmpfs,
  NOBODY,
  remountReadOnly,
  setFlag,
} from "../../helpers/machine.ts";
import { git, repository, untracked } from "../../helpers/repository.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { listing, tempFile } from "../../helpers/tempDir.ts";

let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, "mine\n");
});

interface Doctor {
  status: number | null;
  of(check: string): Finding[];
  problems: Finding[];
}

function doctor(under: string[] = []): Doctor {
  const { status, stdout } = run(["doctor", "--json"], box, { under });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return {
    status,
    of: (check) => findings.filter((found) => found.check === check),
    problems: findings.filter(({ level }) => level === "problem"),
  };
}

/** The outcome of the next session's update. */
function nextSession(under: string[] = []): unknown {
  const ran = runHook("sessionStart", payload("startup", box), box, {}, { under });
  answerOf(ran);
  const [event] = journalEvents(box).filter(({ type }) => type === "session_start");
  return Object(event?.claude_md).outcome;
}

/** Lets the user "nobody" write the journal, and enter the sandbox. */
function asNobody({ skip }: TestContext): string[] {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  fs.chmodSync(path.dirname(box.projectDir), 0o755);
  fs.mkdirSync(box.configDir);
  fs.chmodSync(box.configDir, 0o777);
  return AS_NOBODY;
}

const look = (name: string) => {
  const { ino, mtimeNs, ctimeNs, nlink } = fs.statSync(name, { bigint: true });
  return { text: fs.readFileSync(name, "utf8"), ino, mtimeNs, ctimeNs, nlink };
};

describe.each([
  ["CLAUDE.md", () => {}],
  [
    "a link to a file in the project",
    () => {
      fs.mkdirSync(path.join(box.projectDir, "docs"));
      fs.renameSync(file, path.join(box.projectDir, "docs/guide.md"));
      fs.symlinkSync("docs/guide.md", file);
    },
  ],
  ["no CLAUDE.md", () => fs.rmSync(file)],
  [
    "no CLAUDE.md in a .claude folder",
    () => {
      fs.rmSync(file);
      fs.mkdirSync(path.join(box.projectDir, ".claude"));
    },
  ],
])("a healthy project with %s", (_what, prepare) => {
  test("is as it was, for git and for everybody who looks", () => {
    prepare();
    repository(box.projectDir);
    const before = [listing(box.projectDir), untracked(box.projectDir), git(box.projectDir, "log")];
    const touched = fs.existsSync(file) && look(file);
    const { status, of } = doctor();
    expect(of("update")).toMatchObject([
      { level: "ok", message: expect.stringMatching(/created, replaced and removed in /) },
    ]);
    expect(status).toBe(0);
    expect([listing(box.projectDir), untracked(box.projectDir), git(box.projectDir, "log")]).toEqual(before);
    expect(fs.existsSync(file) && look(file)).toEqual(touched);
    expect(nextSession()).toBe("written");
  });
});

test("nothing is tried where no session writes", () => {
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.md"), "---\nenabled: false\n---\n");
  expect(doctor().of("update")).toEqual([]);
});

/** The obstacle; what doctor says and advises; and what the next session does. */
const failures: [string, RegExp, RegExp, string, (context: TestContext) => string[]][] = [
  [
    "a folder that this user may not write",
    /^a session cannot create a folder in \S+\/demo \(EACCES: permission denied\)$/,
    /^Make this writable for you: \S+\/demo$/,
    "abandoned",
    (context) => {
      const under = asNobody(context);
      fs.chownSync(file, NOBODY.uid, NOBODY.gid);
      return under;
    },
  ],
  [
    "a read-only file system",
    /^\S+\/CLAUDE\.md is read-only, so its blocks are not updated$/,
    /^Mount this writable: /,
    "abandoned",
    (context) => {
      const dir = mountTmpfs(context, "size=64k");
      box.projectDir = dir;
      file = path.join(dir, "CLAUDE.md");
      fs.writeFileSync(file, "mine\n");
      remountReadOnly(dir);
      return [];
    },
  ],
  [
    "a full disk",
    /^a session cannot write a new version in \S+ \(ENOSPC: /,
    /^Free some disk space, or raise the limit, for: /,
    "abandoned",
    (context) => {
      const dir = mountTmpfs(context, "size=64k");
      box.projectDir = dir;
      file = path.join(dir, "CLAUDE.md");
      fs.writeFileSync(file, "mine\n");
      fs.writeFileSync(path.join(dir, "rest"), Buffer.alloc(60 * 1024));
      return [];
    },
  ],
  [
    "a disk without room for one more file",
    /^a session cannot create a folder in \S+ \(ENOSPC: /,
    /^Free some disk space/,
    "abandoned",
    (context) => {
      const dir = mountTmpfs(context, "nr_inodes=2");
      box.projectDir = dir;
      file = path.join(dir, "CLAUDE.md");
      fs.writeFileSync(file, "mine\n");
      return [];
    },
  ],
  [
    "a folder in which one may create and not remove",
    /^a session cannot remove a folder in \S+\/demo \(EPERM: operation not permitted\), and leaves \S+\.claim$/,
    /^Let this user remove files there, not only create them: see lsattr -d \S+\/demo, and its access list\.$/,
    "refused",
    (context) => {
      setFlag(context, "a", box.projectDir);
      return [];
    },
  ],
  [
    "an immutable CLAUDE.md",
    /^\S+\/CLAUDE\.md is immutable or append-only, so its blocks are not updated$/,
    /^Run: chattr -ia \S+\/CLAUDE\.md$/,
    "refused",
    (context) => {
      setFlag(context, "i", file);
      return [];
    },
  ],
  [
    "an append-only CLAUDE.md",
    /^\S+\/CLAUDE\.md is immutable or append-only/,
    /^Run: chattr -ia /,
    "abandoned",
    (context) => {
      setFlag(context, "a", file);
      return [];
    },
  ],
  [
    "a CLAUDE.md without the right to write",
    /^\S+CLAUDE\.md is read-only/,
    /^Run: (?:chmod u\+w|attrib -r) \S+CLAUDE\.md$/,
    "refused",
    () => {
      fs.chmodSync(file, 0o444);
      return [];
    },
  ],
  [
    "another user's CLAUDE.md, which this user may not write",
    /^\S+\/CLAUDE\.md is read-only/,
    /^Run: chmod u\+w \S+\/CLAUDE\.md, or change its owner$/,
    "refused",
    (context) => {
      const under = asNobody(context);
      fs.chownSync(box.projectDir, NOBODY.uid, NOBODY.gid);
      return under;
    },
  ],
  [
    "another user's CLAUDE.md, which everybody may write",
    /^\S+\/CLAUDE\.md belongs to user 0 and group 0, which its new version could not keep$/,
    /^Change its owner to this user: chown$/,
    "refused",
    (context) => {
      const under = asNobody(context);
      fs.chownSync(box.projectDir, NOBODY.uid, NOBODY.gid);
      fs.chmodSync(file, 0o666);
      return under;
    },
  ],
];

describe.each(failures)("%s", (_name, said, advised, outcome, prepare) => {
  test(`is a problem, and the next session's update is ${outcome}`, (context) => {
    const under = prepare(context);
    const before = look(file);
    const { status, problems } = doctor(under);
    expect(status).toBe(1);
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringMatching(said));
    const found = problems.find(({ message }) => said.test(message));
    expect(found?.advice).toMatch(advised);
    expect(look(file)).toEqual(before);
    expect(nextSession(under)).toBe(outcome);
  });
});

test("where a claim cannot be removed, a second look does not leave another one", (context) => {
  setFlag(context, "a", box.projectDir);
  const claims = () => listing(box.projectDir).filter((name) => name.endsWith(".claim"));
  doctor();
  const [claim = ""] = claims();
  fs.utimesSync(path.join(box.projectDir, claim), 1, 1);
  const { of, status } = doctor();
  expect(status).toBe(1);
  expect(of("claims")).toMatchObject([
    {
      level: "problem",
      message: expect.stringMatching(/\.claim was left \d+ s ago, and cannot be removed$/),
    },
  ]);
  expect(of("update")).toEqual([]);
  expect(claims()).toEqual([claim]);
});

describe("a CLAUDE.md that is written in place is a note", () => {
  test("when it is a mount point", ({ skip }) => {
    const source = tempFile("mine\n");
    skip(!IS_ROOT || spawnSync("mount", ["--bind", source, file]).status !== 0, "needs the right to mount");
    onTestFinished(() => void spawnSync("umount", ["-l", file]));
    const { of, status } = doctor();
    expect(status).toBe(0);
    expect(of("update")).toMatchObject([
      {
        level: "note",
        message: expect.stringContaining(`${file} is a mount point, so a session writes into it`),
        advice: "Mount its folder instead of the file.",
      },
    ]);
    expect(nextSession()).toBe("written");
  });

  test("when it has a second name", () => {
    fs.linkSync(file, path.join(box.projectDir, "AGENTS.md"));
    expect(doctor().of("update")).toMatchObject([
      { level: "note", message: expect.stringContaining("has a second name") },
    ]);
    expect(nextSession()).toBe("written");
  });
});

test.for(["link,linkat", "renameat2"])(
  "what a doctor that was killed at a %s leaves, the next session removes",
  (call, context) => {
    context.skip(call === "renameat2" && !native(), "needs the binding");
    run(["doctor"], box, { under: injecting(context, `${call}:signal=SIGKILL:when=1`) });
    expect(listing(box.projectDir).filter((name) => name.endsWith(".claim"))).not.toEqual([]);
    expect(nextSession()).toBe("written");
    expect(listing(box.projectDir)).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
  },
);

test.for([
  ["link,linkat:error=ENOSPC", "create", /^Free some disk space/],
  ["renameat2:error=EIO", "replace", /^Check this path: /],
] as const)("where a call fails, nothing is left behind: %s", ([inject, doing, advice], context) => {
  context.skip(inject.startsWith("renameat2") && !native(), "needs the binding");
  const { problems } = doctor(injecting(context, inject));
  const message = expect.stringMatching(new RegExp(`^a session cannot ${doing} a file in \\S+ \\(E[A-Z]+: `));
  expect(problems).toMatchObject([{ check: "update", message, advice: expect.stringMatching(advice) }]);
  expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
});
