/** Indexes that the real git has written. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { isTracked } from "../../../shared/git/tracked.ts";
import { git, repository } from "../../helpers/repository.ts";
import { tempDir } from "../../helpers/tempDir.ts";

let top: string;

beforeEach(() => {
  top = repository(path.join(tempDir(), "main"));
});

function write(name: string, text = "x\n"): string {
  const file = path.join(top, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

const LONG = `${"long/".repeat(15)}CLAUDE.md`;

describe.each(["2", "3"])("with an index of version %s", (version) => {
  test.each(["CLAUDE.md", ".claude/CLAUDE.md", LONG])("a file is tracked once it is added: %s", (name) => {
    const file = write(name);
    if (version === "3") git(top, "add", "-N", write("intended"));
    expect(isTracked(file)).toBe(false);
    git(top, "add", name);
    expect(isTracked(file)).toBe(true);
    expect(fs.readFileSync(path.join(top, ".git/index")).readUInt32BE(4)).toBe(Number(version));
  });

  test("a file of the same name in another folder does not count", () => {
    git(top, "add", ...(version === "3" ? ["-N"] : []), write("a/CLAUDE.md"), write("xCLAUDE.md"));
    expect(isTracked(write("CLAUDE.md"))).toBe(false);
    expect(isTracked(path.join(top, "a/CLAUDE.md"))).toBe(true);
  });
});

test("a file that is only intended to be added is tracked", () => {
  const file = write("CLAUDE.md");
  git(top, "add", "-N", file);
  expect(isTracked(file)).toBe(true);
});

test("a file in a merge conflict is tracked", () => {
  const file = write("CLAUDE.md", "base\n");
  git(top, "add", "-A");
  git(top, "commit", "-qm", "base");
  git(top, "switch", "-qc", "theirs");
  write("CLAUDE.md", "theirs\n");
  git(top, "commit", "-qam", "theirs");
  git(top, "switch", "-q", "-");
  write("CLAUDE.md", "ours\n");
  git(top, "commit", "-qam", "ours");
  expect(() => git(top, "merge", "theirs")).toThrow();
  expect(isTracked(file)).toBe(true);
});

test("a linked work tree has an index of its own", () => {
  const linked = path.join(path.dirname(top), "linked");
  git(top, "worktree", "add", "-q", linked);
  const files = [top, linked].map((dir) => path.join(dir, "CLAUDE.md"));
  for (const file of files) fs.writeFileSync(file, "");
  git(linked, "add", "CLAUDE.md");
  expect(files.map(isTracked)).toEqual([false, true]);
});

test("an index that cannot be searched may track any file", () => {
  const file = write("CLAUDE.md");
  git(top, "update-index", "--index-version", "4");
  expect(isTracked(file)).toBe(true);
  fs.writeFileSync(path.join(top, ".git/index"), "DIRC");
  expect(isTracked(file)).toBe(true);
});

test("without an index, or outside of a work tree, no file is tracked", () => {
  const file = write("CLAUDE.md");
  fs.rmSync(path.join(top, ".git/index"));
  expect(isTracked(file)).toBe(false);
  expect(isTracked(path.join(tempDir(), "CLAUDE.md"))).toBe(false);
});
