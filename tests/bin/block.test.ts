/** Tests `pact-hooks block set` and `block remove`. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { COMMAND, run } from "../helpers/commandLine.ts";
import { envOf, type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { entriesOf } from "../helpers/tempDir.ts";

const [START, END] = ["<!-- BEGIN:mine -->", "<!-- END:mine -->"];
const MARKERS = ["--start", START, "--end", END];
const BLOCK = `${START}\nRun make check.\n${END}`;
let box: Sandbox;
let file: string;

beforeEach(() => {
  box = sandbox("a $& project 🙂");
  file = path.join(box.projectDir, "AGENTS.md");
});

const set = (args: string[] = [], input = "Run make check.\n") =>
  run(["block", "set", "AGENTS.md", ...MARKERS, ...args], box, { input });
const remove = (...args: string[]) => run(["block", "remove", "AGENTS.md", ...MARKERS, ...args], box);
const read = () => fs.readFileSync(file, "utf8");

test("set adds the block from standard input, and says nothing to change the second time", () => {
  fs.writeFileSync(file, "# Team");
  expect(set()).toEqual({ status: 0, stdout: `${file}: updated the block\n`, stderr: "" });
  expect(read()).toBe(`# Team\n\n${BLOCK}`);
  expect(set()).toEqual({ status: 0, stdout: "Nothing to change.\n", stderr: "" });
  expect(set([], "Run make test.")).toMatchObject({ status: 0 });
  expect(read()).toBe(`# Team\n\n${BLOCK.replace("check", "test")}`);
});

test("remove gives back the file, or removes the one that set created", () => {
  fs.writeFileSync(file, "# Team");
  set();
  expect(remove()).toEqual({ status: 0, stdout: `${file}: removed the block\n`, stderr: "" });
  expect(read()).toBe("# Team");
  expect(remove()).toEqual({ status: 0, stdout: "Nothing to change.\n", stderr: "" });
  fs.rmSync(file);
  set();
  expect(remove()).toMatchObject({
    status: 0,
    stdout: `${file}: removed, because it contained nothing else\n`,
  });
  expect(entriesOf(box.projectDir)).toEqual([]);
});

test("set reads the body from a file, without its byte order mark", () => {
  fs.writeFileSync(path.join(box.projectDir, "body.md"), "\uFEFFRun make check.\r\n");
  expect(set(["--body-file", "body.md"], "not read")).toMatchObject({ status: 0 });
  expect(read()).toBe(`${BLOCK}\n`);
});

test("--place start adds the block at the top, and markers may begin with a dash", () => {
  fs.writeFileSync(file, "---\nk: v\n---\n# Team\n");
  expect(set(["--place", "start"])).toMatchObject({ status: 0 });
  expect(read()).toBe(`---\nk: v\n---\n${BLOCK}\n\n# Team\n`);
  const sql = ["block", "set", "x.sql", "--start=-- BEGIN mine", "--end=-- END mine"];
  expect(run(sql, box, { input: "select 1;" })).toMatchObject({ status: 0 });
  const text = fs.readFileSync(path.join(box.projectDir, "x.sql"), "utf8");
  expect(text).toBe("-- BEGIN mine\nselect 1;\n-- END mine\n");
});

test("--dry-run shows the change of set and remove, and makes none", () => {
  fs.writeFileSync(file, "# Team\n");
  const shown = set(["--dry-run"]);
  expect(shown).toMatchObject({ status: 0, stderr: "" });
  expect(shown.stdout).toContain(`\n # Team\n+\n+${START}\n+Run make check.\n+${END}\n`);
  expect(read()).toBe("# Team\n");
  expect(remove("--dry-run")).toMatchObject({ status: 0, stdout: "Nothing to change.\n" });
  fs.writeFileSync(file, `${BLOCK}\n`);
  expect(remove("--dry-run").stdout).toContain(
    `${file} would be removed, because it contains nothing else.\n`,
  );
  expect(set(["--dry-run"])).toMatchObject({ status: 0, stdout: "Nothing to change.\n" });
  expect(fs.readdirSync(box.projectDir)).toEqual(["AGENTS.md"]);
});

test.each([
  ["a merge conflict", "<<<<<<< a\n=======\n>>>>>>> b\n", "unresolved merge conflict in lines 1 to 3"],
  ["a text that is not UTF-8", Buffer.from([0xff, 0x0a]), "is not UTF-8 text"],
])("%s leaves the file unchanged, with the reason, and exits 1", (_what, content, reason) => {
  fs.writeFileSync(file, content);
  for (const result of [set(), set(["--dry-run"]), remove(), remove("--dry-run")]) {
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(/^pact-hooks: .*\n$/);
    expect(result.stderr).toContain(`${file} `);
    expect(result.stderr).toContain(reason);
  }
  expect(fs.readFileSync(file)).toEqual(Buffer.from(content as string));
});

describe("wrong usage exits 2 and touches no file", () => {
  const usage = (args: string[], input: string | Buffer = "") => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "block", ...args], {
      cwd: box.projectDir,
      encoding: "utf8",
      env: envOf(box),
      input,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`\n\nUsage: pact-hooks block ${args[0]} FILE`);
    expect(fs.readdirSync(box.projectDir)).toEqual([]);
    return stderr.split("\n")[0];
  };

  test.each([
    [["set", ...MARKERS], "expected one FILE, got 0"],
    [["set", "a", "b", ...MARKERS], "expected one FILE, got 2"],
    [["set", "a", "--start", START], "--start and --end are needed"],
    [["remove", "a"], "--start and --end are needed"],
    [["set", "a", "--start", START, "--end", START], `end must differ from start; got "${START}"`],
    [["remove", "a", "--start", "", "--end", END], 'start must be a line of text, and not empty; got ""'],
    [["set", "a", ...MARKERS, "--place", "top"], 'place must be "end" or "start"; got "top"'],
  ])("%j", (args, message) => {
    expect(usage(args)).toBe(`pact-hooks: ${message}`);
  });

  test("a folder that does not exist", () => {
    const folder = path.join(box.projectDir, "absent");
    expect(usage(["set", "absent/a", ...MARKERS])).toBe(`pact-hooks: ${folder} is not a folder`);
    expect(usage(["remove", "absent/a", ...MARKERS])).toBe(`pact-hooks: ${folder} is not a folder`);
  });

  test("a body that cannot be read, is too large, is no text, or holds a marker line", () => {
    const args = ["set", "a", ...MARKERS];
    expect(usage([...args, "--body-file", "b"])).toMatch(/^pact-hooks: could not read b: ENOENT/);
    expect(usage([...args, "--body-file", "."])).toMatch(/^pact-hooks: could not read \.: EISDIR/);
    expect(usage(args, "x".repeat(1024 * 1024 + 1))).toBe("pact-hooks: the body is larger than 1 MB");
    expect(usage(args, Buffer.from([0xff]))).toBe("pact-hooks: the body is not UTF-8 text");
    expect(usage(args, `a\n${END}\n`)).toBe(
      `pact-hooks: body must hold no marker line; got "${END}" in line 2`,
    );
  });
});

test("a body that never ends is given up at its bound", () => {
  const script = `yes | "$0" "$@"`;
  const { status, stderr } = spawnSync("bash", ["-c", script, COMMAND, "block", "set", "a", ...MARKERS], {
    cwd: box.projectDir,
    encoding: "utf8",
    env: envOf(box),
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^pact-hooks: the body is larger than 1 MB\n/);
});

test("a body of exactly 1 MB is taken", () => {
  expect(set([], "x".repeat(1024 * 1024))).toMatchObject({ status: 0, stderr: "" });
});
