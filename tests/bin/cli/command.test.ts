/** What all commands have in common. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

import { COMMAND, run } from "../../helpers/commandLine.ts";
import { payload, runHook } from "../../helpers/hookProcess.ts";
import { HAS_TERMINAL, runInTerminal } from "../../helpers/inTerminal.ts";
import { journalFile, locked, writeJournal } from "../../helpers/journal.ts";
import { injecting } from "../../helpers/machine.ts";
import { envOf, type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { listing } from "../../helpers/tempDir.ts";

const WITH_FOLDER = ["try", "doctor", "install", "uninstall"];
const WITHOUT_ARGUMENTS = ["audit", "journal read", "journal follow", "journal prune"];
const COMMANDS = [
  ...WITH_FOLDER,
  ...WITHOUT_ARGUMENTS,
  "journal write",
  "block set",
  "block remove",
  "restore",
];
const GROUPS = ["", "journal", "block"];

/** The longest line above the examples, which people copy. */
const longestOf = (help: string) =>
  Math.max(...(help.split("\nExamples:")[0] ?? "").split("\n").map((line) => line.length));

const words = (command: string) => command.split(" ").filter(Boolean);

describe.each([...GROUPS, ...COMMANDS])("pact-hooks %s", (command) => {
  test.each(["-h", "--help"])("%s prints the usage of this command, which fits a screen", (option) => {
    const { status, stdout, stderr } = run([...words(command), option], sandbox());
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: ${["pact-hooks", ...words(command)].join(" ")} `));
    expect(stdout).toMatch(/\nExamples:\n/);
    const lines = stdout.split("\n");
    expect(lines.length).toBeLessThan(40);
    expect(longestOf(stdout)).toBeLessThanOrEqual(80);
  });

  test.skipIf(!HAS_TERMINAL).each([40, 200])(
    "the help wraps at a terminal of %i columns, and loses no word",
    (columns) => {
      const box = sandbox();
      const plain = run([...words(command), "--help"], box).stdout;
      const { shown: help } = runInTerminal(columns, `${command} --help`, box);
      expect(longestOf(help)).toBeLessThanOrEqual(Math.min(columns, 100));
      expect(help.split(/\s+/)).toEqual(plain.split(/\s+/));
      expect(run(["help", ...words(command)], box).stdout).toBe(plain);
    },
  );

  test("wrong usage exits 2, with the reason and the synopsis of this command on standard error", () => {
    const { status, stdout, stderr } = run([...words(command), "--frobnicate"], sandbox());
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^pact-hooks: .*--frobnicate/);
    const name = ["pact-hooks", ...words(command)].join(" ");
    expect(stderr).toContain(`\n\nUsage: ${name} `);
    expect(stderr.endsWith(`\n\nFor help: ${name} --help\n`)).toBe(true);
  });
});

test.each(WITH_FOLDER)("%s takes one folder, which must exist", (command) => {
  const box = sandbox();
  expect(run([command, "a", "b"], box).stderr).toMatch(/^pact-hooks: expected one folder, got 2\n/);
  const absent = path.join(box.projectDir, "absent");
  expect(run([command, "absent"], box).stderr).toMatch(`pact-hooks: ${absent} is not a folder\n`);
  fs.writeFileSync(path.join(box.projectDir, "file"), "");
  for (const name of ["file", path.join("file", "below")]) {
    expect(run([command, name], box)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(name),
    });
  }
});

test("a folder that the system does not let us look at is no wrong usage", (context) => {
  const box = sandbox();
  const under = injecting(context, "?statx,?stat,?newfstatat:error=EACCES", undefined, box.projectDir);
  const { status, stderr } = run(["uninstall", box.projectDir], box, { under });
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^pact-hooks: EACCES: .*\n$/),
  });
});

test("a file that is missing or damaged is one line, without a stack trace", () => {
  const box = sandbox();
  const copy = path.join(box.projectDir, "dist");
  fs.cpSync(path.resolve(path.dirname(COMMAND), ".."), copy, { recursive: true });
  const outputOf = (command: string) =>
    spawnSync(process.execPath, [path.join(copy, "bin/pact-hooks"), command], {
      encoding: "utf8",
      env: envOf(box),
    });
  fs.rmSync(path.join(copy, "cli/restore.mjs"));
  expect(outputOf("restore")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^pact-hooks: failed, .*Cannot find module .*restore\.mjs.*\n$/),
  });
  fs.writeFileSync(path.join(copy, "cli/pact-hooks.mjs"), "half of a");
  expect(outputOf("restore")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^pact-hooks: could not be loaded \(.*\)\. Install it again\.\n$/),
  });
});

test("a defect is one line that says where and what to do, with exit code 1", () => {
  const box = sandbox();
  const broken = path.join(box.projectDir, "broken.cjs");
  fs.writeFileSync(broken, 'process.cwd = () => { throw new TypeError("broken"); };\n');
  expect(run(["restore"], box, { env: { NODE_OPTIONS: `--require=${broken}` } })).toEqual({
    ...{ status: 1, stdout: "" },
    stderr:
      "pact-hooks: failed, which is a defect (broken, at broken.cjs:1:29). Please report this line, with your command and pact-hooks --version.\n",
  });
});

test.each(WITHOUT_ARGUMENTS)("%s takes no arguments", (command) => {
  expect(run([...words(command), "extra"], sandbox()).status).toBe(2);
});

test.each(GROUPS)("a command that is missing or unknown is wrong usage: pact-hooks %s", (group) => {
  const box = sandbox();
  expect(run(words(group), box)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("pact-hooks: a command is missing\n"),
  });
  for (const name of ["frobnicate", "toString", "constructor"]) {
    expect(run([...words(group), name], box)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`pact-hooks: unknown command '${name}'\n`),
    });
  }
});

test.each([
  ["audti", "unknown command 'audti'; did you mean 'audit'?"],
  ["Doctor", "unknown command 'Doctor'; did you mean 'doctor'?"],
  ["journal raed", "unknown command 'raed'; did you mean 'read'?"],
  ["help jornal", "unknown command 'jornal'; did you mean 'journal'?"],
  ["--verison", "unknown option '--verison'; did you mean '--version'?"],
  ["audit --sicne 7d", "unknown option '--sicne'; did you mean '--since'?"],
  ["install --dryrun", "unknown option '--dryrun'; did you mean '--dry-run'?"],
  ["audit --frobnicate", "unknown option '--frobnicate'"],
  ["audit -x", "unknown option '-x'"],
  ["audit extra", "unexpected argument 'extra'"],
  ["audit --since", "--since needs a value"],
  ["audit --json=yes", "--json takes no value"],
  ["journal write hook_failed mesage=x", "its fields are hook, message, pid; did you mean 'message'?"],
])("a name that is mistyped is told with the one it is close to: %s", (command, message) => {
  const { status, stdout, stderr } = run(words(command), sandbox());
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toMatch(new RegExp(`${message.replaceAll(/[?.]/g, "\\$&")}$`));
});

test("version, --version and -V print the version", () => {
  for (const option of ["version", "--version", "-V"]) {
    expect(run([option], sandbox())).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  }
});

describe("output that cannot be written", () => {
  /** Runs a command with its standard output on a disk that is always full. */
  const runOnFullDisk = (args: string[], box: Sandbox) =>
    spawnSync("sh", ["-c", 'exec "$0" "$@" > /dev/full', COMMAND, ...args], {
      cwd: box.projectDir,
      encoding: "utf8",
      env: envOf(box),
    });

  test.each([
    ["--help"],
    ["--version"],
    ["journal --help"],
    ["try"],
    ["doctor"],
    ["doctor --json"],
    ["audit"],
    ["audit --json"],
    ["journal read"],
    ["journal read --json"],
    ["journal prune --older-than 1d"],
    ["restore --list"],
    ["restore --yes"],
    ["install --dry-run"],
    ["block remove CLAUDE.md --start a --end b --dry-run"],
    ["uninstall --dry-run"],
  ])("a full disk is one message and exit code 1: %s", (command) => {
    const box = sandbox();
    fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
    runHook("sessionStart", payload("startup", box), box);
    writeJournal(journalFile(box, "s-1"), locked(1), locked(2));
    const { status, stderr } = runOnFullDisk(words(command), box);
    expect(stderr).toMatch(/^pact-hooks: could not write the output \(ENOSPC: .*\)\n$/);
    expect(status).toBe(1);
  });

  test("a full disk does not keep uninstall from its work", () => {
    const box = sandbox();
    fs.writeFileSync(path.join(box.projectDir, "CLAUDE.md"), "mine\n");
    run(["install"], box);
    runHook("sessionStart", payload("startup", box), box);
    const { status, stderr } = runOnFullDisk(["uninstall"], box);
    expect(stderr).toMatch(/^pact-hooks: could not write the output \(ENOSPC: .*\)\n$/);
    expect(status).toBe(1);
    expect(listing(box.projectDir)).toEqual(["CLAUDE.md"]);
    expect(fs.readFileSync(path.join(box.projectDir, "CLAUDE.md"), "utf8")).toBe("mine\n");
  });

  test.each(["doctor", "try", "audit --json", "--help"])(
    "a reader that has gone is no failure: %s",
    (command) => {
      const box = sandbox();
      runHook("sessionStart", payload("startup", box), box);
      // The reader has ended before the command begins.
      const script = `set -o pipefail; { sleep 0.2; exec "$0" "$@"; } | true`;
      const { status, stderr } = spawnSync("bash", ["-c", script, COMMAND, ...words(command)], {
        cwd: box.projectDir,
        encoding: "utf8",
        env: envOf(box),
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    },
  );
});
