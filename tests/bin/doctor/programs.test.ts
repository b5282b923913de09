/** What doctor says about the programs that a session needs. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../../bin/doctor/finding.ts";
import { run } from "../../helpers/commandLine.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";
import { writeSettings } from "../../helpers/startersCases.ts";
import { tempDir } from "../../helpers/tempDir.ts";

let box: Sandbox;
let bin: string;

beforeEach(() => {
  box = sandbox();
  bin = tempDir();
});

function program(name: string, prints: string, dir = bin): void {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, name), `#!/bin/sh\necho "${prints}"\ntouch ran\n`, { mode: 0o755 });
}

/** Runs doctor by this Node, whatever PATH says. */
function findings(check: string, PATH: string): Finding[] {
  const { stdout } = run(["doctor", "--json"], box, { env: { PATH }, under: [process.execPath] });
  const all = (JSON.parse(stdout) as { findings: Finding[] }).findings;
  return all.filter((found) => found.check === check);
}

test.each([
  ["v20.16.0", "problem"],
  ["v18.20.8", "problem"],
  ["v9.9.9", "problem"],
  ["v20.17.0", "ok"],
  ["v22.0.0", "ok"],
  ["v100.1.0", "ok"],
])("the Node that hooks get is the one in PATH: %s is a %s", (version, level) => {
  program("node", version);
  const [found] = findings("node", bin);
  expect(found).toMatchObject({ level, message: expect.stringContaining(`Node ${version.slice(1)}`) });
  expect(found?.message).toContain(path.join(bin, "node"));
});

test("no Node in PATH, and one that says nothing, are problems", () => {
  expect(findings("node", bin)).toMatchObject([
    { level: "problem", message: "hooks get no Node: no folder of PATH has it" },
  ]);
  program("node", "");
  expect(findings("node", bin)).toMatchObject([
    { level: "problem", message: expect.stringContaining("does not say its version") },
  ]);
});

test("this Node is not started to ask for its version", () => {
  expect(findings("node", path.dirname(process.execPath))[0]?.message).toContain(
    `Node ${process.versions.node}`,
  );
});

describe("a PATH that settings of Claude Code set", () => {
  const other = () => {
    const dir = tempDir();
    program("node", "v99.0.0", dir);
    return dir;
  };

  test.each(["user", "team", "local"] as const)("is the one that hooks get: %s", (place) => {
    program("node", "v22.0.0");
    const found = (PATH: unknown) => {
      writeSettings({ [place]: { env: { PATH } } }, box);
      return findings("node", bin);
    };
    expect(found("/nonexistent")).toMatchObject([
      {
        level: "problem",
        message: expect.stringMatching(
          /^hooks get no Node: no folder of the PATH that \S+\.json sets has it$/,
        ),
      },
    ]);
    expect(found(`/nonexistent:${bin}`)).toMatchObject([
      { level: "ok", message: `Node 22.0.0: ${bin}/node` },
    ]);
    const elsewhere = other();
    expect(found(elsewhere)).toMatchObject([
      { level: "note", message: expect.stringMatching(/sets the PATH of hooks, which get another Node: /) },
    ]);
    expect(found(5)).toMatchObject([{ level: "ok" }]);
  });

  test("names no program to be run, since a repository may set it", () => {
    program("node", "v22.0.0");
    writeSettings({ team: { env: { PATH: other() } } }, box);
    findings("node", bin);
    expect(fs.existsSync(path.join(box.projectDir, "ran"))).toBe(false);
  });
});

test.each([
  ["2.1.138 (Claude Code)", "problem"],
  ["1.9.999 (Claude Code)", "problem"],
  ["2.1.139 (Claude Code)", "ok"],
  ["2.2.0 (Claude Code)", "ok"],
  ["who knows", "note"],
])("Claude Code that says %s is a %s", (prints, level) => {
  program("claude", prints);
  expect(findings("claude", bin)).toMatchObject([{ level }]);
});

test("without Claude Code in PATH, nothing is said of it", () => {
  expect(findings("claude", bin)).toEqual([]);
});

test.each(["bin", "node_modules/.bin"])("no program of the project is run: %s", (name) => {
  for (const one of ["node", "claude"]) program(one, "v99.0.0", path.join(box.projectDir, name));
  const PATH = [name, path.join(box.projectDir, name), "."].join(path.delimiter);
  expect(findings("claude", PATH)).toEqual([]);
  expect(findings("node", PATH)[0]?.level).toBe("problem");
  expect(fs.existsSync(path.join(box.projectDir, "ran"))).toBe(false);
});
