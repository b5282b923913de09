/** Repositories of the real git, for the tests of what `git status` shows. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export function git(dir: string, ...args: string[]): string {
  return execFileSync(
    "git",
    ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", ...args],
    {
      cwd: dir,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" },
    },
  );
}

/** Makes a repository with one commit. */
export function repository(dir: string): string {
  fs.mkdirSync(dir, { recursive: true });
  git(dir, "init", "-q");
  fs.writeFileSync(path.join(dir, "README"), "read me\n");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "first");
  return dir;
}

/** The exclude file that git itself reads. */
export function excludeOf(dir: string): string {
  return path.resolve(dir, git(dir, "rev-parse", "--git-path", "info/exclude").trim());
}

/** The lines of `git status`: what git neither knows nor ignores, each file by its own path. */
export function untracked(dir: string): string[] {
  return git(dir, "status", "--porcelain", "-uall").split("\n").filter(Boolean);
}
