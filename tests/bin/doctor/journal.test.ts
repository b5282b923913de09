/** What doctor says about the journals: whether a session can write its own, and an audit can read all. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, type TestContext, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { run } from "../../helpers/commandLine.ts";
import { journalFile, locked, writeJournal } from "../../helpers/journal.ts";
import { AS_NOBODY, CAN_BE_NOBODY, mountTmpfs, NOBODY, remountReadOnly } from "../../helpers/machine.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { listing } from "../../helpers/tempDir.ts";

let box: Sandbox;
let root: string;

beforeEach(() => {
  box = sandbox();
  root = path.join(box.configDir, "pact-sessions");
});

/** The findings about journals, and whether they make the project unhealthy. */
function doctor(under: string[] = []): Finding[] {
  const { status, stdout } = run(["doctor", "--json"], box, { under });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  expect(status).toBe(findings.some(({ level }) => level === "problem") ? 1 : 0);
  return findings.filter(({ check }) => check === "journal");
}

/** The user "nobody" may write the project, and enter the sandbox. */
function asNobody({ skip }: TestContext): string[] {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  fs.chmodSync(path.dirname(box.projectDir), 0o755);
  fs.chownSync(box.projectDir, NOBODY.uid, NOBODY.gid);
  return AS_NOBODY;
}

test.each([
  ["without a configuration folder", () => {}],
  ["without journals", () => fs.mkdirSync(box.configDir)],
  ["with journals", () => writeJournal(journalFile(box, "a"), locked(1))],
])("%s, all is well and stays as it is", (_what, prepare) => {
  prepare();
  const before = listing(path.dirname(box.projectDir));
  expect(doctor()).toEqual([{ check: "journal", level: "ok", message: root }]);
  expect(listing(path.dirname(box.projectDir))).toEqual(before);
});

const obstacles: [string, RegExp, RegExp, (context: TestContext) => string[]][] = [
  [
    "another user's configuration folder",
    /^no session can write its journal in \S+\/config \(EACCES: permission denied\)$/,
    /^Make this writable for you: \S+\/config$/,
    (context) => {
      fs.mkdirSync(box.configDir);
      return asNobody(context);
    },
  ],
  [
    "a project's folder that another user has made",
    /^no session can write its journal in \S+\/pact-sessions\/demo \(EACCES: permission denied\)$/,
    /^Make this writable for you: \S+\/demo$/,
    (context) => {
      writeJournal(journalFile(box, "a"), locked(1));
      return asNobody(context);
    },
  ],
  [
    "a read-only file system",
    /\(EROFS: read-only file system\)$/,
    /^Mount this writable: /,
    (context) => {
      box.configDir = mountTmpfs(context, "size=64k");
      remountReadOnly(box.configDir);
      return [];
    },
  ],
  [
    "a full disk",
    /\(ENOSPC: /,
    /^Free some disk space/,
    (context) => {
      box.configDir = mountTmpfs(context, "size=64k");
      fs.writeFileSync(path.join(box.configDir, "rest"), Buffer.alloc(64 * 1024));
      return [];
    },
  ],
  [
    "a file in a folder's place",
    /^no session can write its journal in \S+\/pact-sessions \(ENOTDIR: /,
    /^Move the file away /,
    () => {
      fs.mkdirSync(box.configDir);
      fs.writeFileSync(root, "");
      return [];
    },
  ],
];

describe.each(obstacles)("%s", (_name, said, advised, prepare) => {
  test("is a problem for the next session's journal, and stays as it is", (context) => {
    const under = prepare(context);
    const before = listing(box.configDir);
    expect(doctor(under)[0]).toMatchObject({
      level: "problem",
      message: expect.stringMatching(said),
      advice: expect.stringMatching(advised),
    });
    expect(listing(box.configDir)).toEqual(before);
  });
});

test.for([
  ["a project's folder", "other"],
  ["a session's folder", "other/a"],
  ["a journal", "other/a/session-journal.jsonl"],
] as const)("%s that this user may not read is named", ([_what, name], context) => {
  const under = asNobody(context);
  writeJournal(journalFile(box, "a", "other"), locked(1));
  for (const dir of [box.configDir, root]) fs.chmodSync(dir, 0o777);
  fs.chmodSync(path.join(root, name), 0);
  expect(doctor(under)).toEqual([
    {
      check: "journal",
      level: "problem",
      message: `cannot be read: ${path.join(root, name)}`,
      advice: "Make it readable for you, or move it away: the audit is incomplete without it.",
    },
  ]);
});

test("of many that cannot be read, the first are named and the others counted", () => {
  for (const id of "abcdefgh") fs.mkdirSync(journalFile(box, id), { recursive: true });
  const found = doctor().map(({ message }) => message);
  expect(found).toHaveLength(6);
  expect(found[5]).toBe("3 more journals cannot be read");
});
