/** A CLAUDE.md in the middle of a real git merge: every command leaves the file alone and says why. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../helpers/commandLine.ts";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { git, repository, untracked } from "../helpers/repository.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";

interface Conflicted {
  box: Sandbox;
  /** CLAUDE.md as git left it. */
  text: string;
  /** The number of its line `<<<<<<<`. */
  first: number;
  last: number;
}

const fileOf = ({ projectDir }: Sandbox) => path.join(projectDir, "CLAUDE.md");

/** Merges two branches that wrote different lines into the same memory section. */
function conflicted(style: string): Conflicted {
  const box = sandbox();
  const dir = repository(box.projectDir);
  fs.writeFileSync(fileOf(box), "# Mine\n");
  answerOf(runHook("sessionStart", payload("startup", box), box));
  const commit = (pinned: string) => {
    const text = fs.readFileSync(fileOf(box), "utf8");
    fs.writeFileSync(fileOf(box), text.replace("## Pinned Context\n", `$&\n${pinned}\n`));
    git(dir, "add", "-A");
    git(dir, "commit", "-qm", pinned);
  };
  commit("- from the base");
  git(dir, "switch", "-qc", "theirs");
  commit("- from them");
  git(dir, "switch", "-q", "-");
  commit("- from us");
  expect(() => git(dir, "-c", `merge.conflictStyle=${style}`, "merge", "theirs")).toThrow();
  const text = fs.readFileSync(fileOf(box), "utf8");
  const lines = text.split("\n");
  const lineOf = (start: string) => lines.findIndex((line) => line.startsWith(start)) + 1;
  return { box, text, first: lineOf("<<<<<<< "), last: lineOf(">>>>>>> ") };
}

describe.each(["merge", "diff3", "zdiff3"])("in a merge conflict of the style %s", (style) => {
  const expectUntouched = ({ box, text }: Conflicted) => {
    expect(fs.readFileSync(fileOf(box), "utf8")).toBe(text);
    expect(untracked(box.projectDir)).toEqual(["UU CLAUDE.md"]);
  };
  const reason = ({ first, last }: Conflicted) => `unresolved merge conflict in lines ${first} to ${last}`;

  test("git marks both sides, and the base where the style shows it", () => {
    const { text, first, last } = conflicted(style);
    expect(first).toBeGreaterThan(1);
    expect(last).toBeGreaterThan(first);
    expect(text.includes("\n||||||| ")).toBe(style !== "merge");
  });

  test("doctor reports a problem and exits 1", () => {
    const merge = conflicted(style);
    const { status, stdout } = run(["doctor", "--json"], merge.box);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings).toContainEqual({
      check: "blocks",
      level: "problem",
      message: expect.stringContaining(reason(merge)),
      advice: expect.any(String),
    });
    expectUntouched(merge);
  });

  test.each([[["uninstall"]], [["uninstall", "--purge"]], [["uninstall", "--dry-run"]]])(
    "%j names the conflict and exits 1",
    (args) => {
      const merge = conflicted(style);
      const { status, stderr } = run(args, merge.box);
      expect(status).toBe(1);
      expect(stderr).toBe(
        `pact-hooks: ${fileOf(merge.box)} has an ${reason(merge)}; left unchanged. Resolve it, then run \`pact-hooks uninstall\` again.\n`,
      );
      expectUntouched(merge);
    },
  );

  test.each([[["try", "--here"]], [["try"]]])("%j names the conflict and exits 1", (args) => {
    const merge = conflicted(style);
    const { status, stdout } = run(args, merge.box);
    expect(status).toBe(1);
    expect(stdout).toContain(`CLAUDE.md is unchanged: ${reason(merge)}. Resolve it.\n`);
    expect(stdout).toContain("What changed in CLAUDE.md\nnothing\n");
    expectUntouched(merge);
  });
});

test("a session does not take memory from a second CLAUDE.md that only one side of the conflict holds", () => {
  const merge = conflicted("merge");
  const inner = path.join(merge.box.projectDir, ".claude", "CLAUDE.md");
  fs.mkdirSync(path.dirname(inner));
  fs.renameSync(fileOf(merge.box), inner);
  const second = "<!-- PACT_MANAGED_START -->\n## Pinned Context\n- from them\n<!-- PACT_MANAGED_END -->\n";
  fs.writeFileSync(fileOf(merge.box), second);
  const { systemMessage } = answerOf(runHook("sessionStart", payload("clear", merge.box), merge.box));
  expect(systemMessage).toContain("unresolved merge conflict");
  expect(fs.readFileSync(inner, "utf8")).toBe(merge.text);
  expect(fs.readFileSync(fileOf(merge.box), "utf8")).toBe(second);
});

test("uninstall removes the block once the conflict is resolved", () => {
  const { box, text } = conflicted("merge");
  run(["uninstall"], box);
  fs.writeFileSync(fileOf(box), text.replace(/^(?:<{7}|={7}|>{7}).*\n/gm, ""));
  expect(run(["uninstall"], box)).toMatchObject({ status: 0, stderr: "" });
  const left = fs.readFileSync(fileOf(box), "utf8");
  expect(left).toMatch(/^# Mine\n\n## Pinned Context\n\n- from us\n/);
  expect(left).toContain("- from them\n");
  expect(left).not.toContain("PACT_");
});
