/** Real repositories: where git says that a folder belongs, and hostile ones that say something else. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findWorkTree } from "../../../shared/git/workTree.ts";
import { systemError } from "../../../shared/system/errors.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { git, repository } from "../../helpers/repository.ts";
import { tempDir } from "../../helpers/tempDir.ts";

let dir: string;

beforeEach(() => {
  dir = tempDir();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const inDir = (...names: string[]) => path.join(dir, ...names);

function folder(...names: string[]): string {
  fs.mkdirSync(inDir(...names), { recursive: true });
  return inDir(...names);
}

describe("the work tree of a folder is found", () => {
  test("at the top of a repository, and below it", () => {
    const top = repository(inDir("main"));
    const gitDir = path.join(top, ".git");
    const tree = { top, gitDir, commonDir: gitDir, mainTop: top, below: "" };
    expect(findWorkTree(top)).toEqual(tree);
    expect(findWorkTree(folder("main", "a", "b"))).toEqual({ ...tree, below: path.join("a", "b") });
  });

  test("in a linked work tree, with the main one named", () => {
    const mainTop = repository(inDir("main"));
    git(mainTop, "worktree", "add", "-q", inDir("linked"));
    const commonDir = path.join(mainTop, ".git");
    const gitDir = path.join(commonDir, "worktrees/linked");
    const tree = { top: inDir("linked"), gitDir, commonDir, mainTop, below: "" };
    expect(findWorkTree(inDir("linked"))).toEqual(tree);
  });

  test("in a submodule, which is a repository of its own", () => {
    repository(inDir("sub"));
    const main = repository(inDir("main"));
    git(main, "submodule", "add", "-q", inDir("sub"), "sub");
    const top = path.join(main, "sub");
    const gitDir = path.join(main, ".git/modules/sub");
    expect(findWorkTree(top)).toEqual({ top, gitDir, commonDir: gitDir, mainTop: top, below: "" });
  });

  test("where GIT_DIR and GIT_WORK_TREE say", () => {
    repository(inDir("main"));
    const work = folder("work");
    vi.stubEnv("GIT_DIR", inDir("main", ".git"));
    vi.stubEnv("GIT_WORK_TREE", work);
    expect(findWorkTree(work)).toMatchObject({ top: work, commonDir: inDir("main", ".git") });
  });

  test("through a link to a folder in it", () => {
    const top = repository(inDir("main"));
    fs.symlinkSync(folder("main", "a"), inDir("link"));
    expect(findWorkTree(inDir("link"))?.top).toBe(top);
  });
});

describe("no work tree is found", () => {
  test("outside of a repository, and beside an empty .git", () => {
    expect(findWorkTree(dir)).toBeNull();
    folder(".git");
    expect(findWorkTree(dir)).toBeNull();
  });

  test("through a .git file that names a repository which does not know the folder", () => {
    const victim = repository(inDir("victim"));
    const hostile = folder("hostile");
    fs.writeFileSync(path.join(hostile, ".git"), `gitdir: ${victim}/.git\n`);
    expect(findWorkTree(hostile)).toBeNull();
  });

  test("through a .git file that names the folder of another linked work tree", () => {
    const main = repository(inDir("main"));
    git(main, "worktree", "add", "-q", inDir("linked"));
    const hostile = folder("hostile");
    fs.writeFileSync(path.join(hostile, ".git"), `gitdir: ${main}/.git/worktrees/linked\n`);
    expect(findWorkTree(hostile)).toBeNull();
  });

  test("through a .git that is a link to another repository", () => {
    const victim = repository(inDir("victim"));
    git(victim, "worktree", "add", "-q", inDir("linked"));
    for (const gitDir of [".git", ".git/worktrees/linked"]) {
      const hostile = folder(`hostile-${path.basename(gitDir)}`);
      fs.symlinkSync(path.join(victim, gitDir), path.join(hostile, ".git"));
      expect(findWorkTree(hostile)).toBeNull();
    }
  });

  // In more than linear time it would take minutes.
  test("through pointers that hold nothing but line ends", { timeout: 20_000 }, () => {
    const lines = `gitdir: a${"\n".repeat(65_000)}b`;
    fs.writeFileSync(path.join(folder("hostile"), ".git"), lines);
    expect(findWorkTree(inDir("hostile"))).toBeNull();
    const other = repository(inDir("other"));
    fs.writeFileSync(path.join(other, ".git/commondir"), lines.slice(8));
    expect(findWorkTree(other)?.commonDir).toBe(path.join(other, ".git"));
  });

  test("where GIT_WORK_TREE names a tree that the folder does not lie in", () => {
    vi.stubEnv("GIT_DIR", path.join(repository(inDir("main")), ".git"));
    vi.stubEnv("GIT_WORK_TREE", folder("elsewhere"));
    expect(findWorkTree(inDir("main"))).toBeNull();
  });

  test("through a .git file that is endless, or a pipe", () => {
    const hostile = folder("hostile");
    fs.symlinkSync("/dev/zero", path.join(hostile, ".git"));
    expect(findWorkTree(hostile)).toBeNull();
  });
});

test("a .git folder cannot share the folder of another repository", () => {
  const victim = repository(inDir("victim"));
  const hostile = repository(inDir("hostile"));
  fs.writeFileSync(path.join(hostile, ".git/commondir"), `${victim}/.git\n`);
  expect(findWorkTree(hostile)?.commonDir).toBe(path.join(hostile, ".git"));
});

test.each([
  [".git/HEAD", "openSync"],
  [".git/commondir", "openSync"],
  [".git/objects", "statSync"],
] as const)("a repository is not taken for none because %s cannot be looked at", (name, call) => {
  const top = repository(inDir("main"));
  if (name.endsWith("commondir")) fs.writeFileSync(path.join(top, name), ".");
  beforeCall(fs, call, (file: string) => {
    if (file === path.join(top, name)) throw systemError("EMFILE", "too many open files");
  });
  expect(() => findWorkTree(top)).toThrow("EMFILE");
});
