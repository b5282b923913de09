/** What is written to a real repository's `info/exclude`, and taken out again. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { appendix, hideLockFiles, patternsFor, removePatterns } from "../../../shared/git/infoExclude.ts";
import { resolveTarget } from "../../../shared/system/targetPath.ts";
import { excludeOf, git, repository, untracked } from "../../helpers/repository.ts";
import { modeOf, tempDir } from "../../helpers/tempDir.ts";

let dir: string;

beforeEach(() => {
  dir = repository(path.join(tempDir(), "main"));
});

const read = (file: string) => fs.readFileSync(file, "utf8");
const hide = (file = path.join(dir, "CLAUDE.md")) => hideLockFiles(resolveTarget(file));

describe("the names of lock files", () => {
  test("are hidden from git status, in any folder, once", () => {
    hide();
    const text = read(excludeOf(dir));
    hide();
    expect(read(excludeOf(dir))).toBe(text);
    fs.mkdirSync(path.join(dir, "a/.CLAUDE.md.0123456789abcdef.claim"), { recursive: true });
    for (const name of [".CLAUDE.md.lock", "a/.CLAUDE.md.lock", "a/.CLAUDE.md.0123456789abcdef.claim/next"]) {
      fs.writeFileSync(path.join(dir, name), "");
    }
    expect(untracked(dir)).toEqual([]);
  });

  test("are added for each name, and all are taken out again", () => {
    const before = read(excludeOf(dir));
    hide();
    hide(path.join(dir, "AGENTS.md"));
    const text = read(excludeOf(dir));
    expect(text).toContain(".CLAUDE.md.lock");
    expect(text).toContain(".AGENTS.md.*.claim/");
    expect(removePatterns(text)).toBe(before);
  });

  test("are hidden in the repository that a linked work tree shares", () => {
    const linked = path.join(path.dirname(dir), "linked");
    git(dir, "worktree", "add", "-q", linked);
    hide(path.join(linked, "CLAUDE.md"));
    expect(read(excludeOf(dir))).toContain(".CLAUDE.md.lock");
  });

  test("make a new file with the rights that the umask gives", () => {
    fs.rmSync(path.dirname(excludeOf(dir)), { recursive: true });
    hide();
    expect(modeOf(excludeOf(dir))).toBe(0o666 & ~process.umask());
  });

  test("are not written through a link that leads out of the repository", () => {
    const outside = path.join(path.dirname(dir), "outside");
    fs.writeFileSync(outside, "mine\n");
    fs.rmSync(excludeOf(dir));
    fs.symlinkSync(outside, excludeOf(dir));
    hide();
    expect(read(outside)).toBe("mine\n");
  });

  test("are not written outside of a work tree, nor for a file in .git itself", () => {
    const before = read(excludeOf(dir));
    hide(path.join(dir, ".git/info/exclude"));
    expect(read(excludeOf(dir))).toBe(before);
    hideLockFiles(resolveTarget(path.join(path.dirname(dir), "CLAUDE.md")));
    expect(fs.readdirSync(path.dirname(dir))).toEqual(["main"]);
  });

  test("are taken out to the byte, whatever the text before", () => {
    for (const before of ["", "mine\n", "mine", "mine\r\n", "mine\r\nyours", "\n", "\n\n"]) {
      const added = before + appendix(before, patternsFor(["CLAUDE.md"]));
      expect(removePatterns(added)).toBe(before);
      expect(removePatterns(added + appendix(added, patternsFor(["AGENTS.md"])))).toBe(before);
    }
  });

  test("of an older version are taken out, too, and what others put between stays", () => {
    const old =
      "# pact-hooks: its lock files (added by `pact-hooks install`, removed by `pact-hooks uninstall`)";
    const text = `a\n${old}\n.CLAUDE.md.lock\nmine\n# pact-hooks: end\nb\n`;
    expect(removePatterns(text)).toBe("a\nmine\nb\n");
  });
});
