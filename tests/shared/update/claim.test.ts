import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TargetPath } from "../../../shared/system/targetPath.ts";
import { createClaim, fence, listClaims, removeClaim } from "../../../shared/update/claim.ts";
import { IS_ROOT, NOBODY } from "../../helpers/machine.ts";
import { tempDir } from "../../helpers/tempDir.ts";

const TTL_MS = 30_000;

function newTarget(base = "CLAUDE.md"): TargetPath & { claim(token: string): string } {
  const dir = tempDir();
  const claim = (token: string) => path.join(dir, `.${base}.${token}.claim`);
  return { dir, base, path: path.join(dir, base), claim };
}

const TOKEN = "0123456789abcdef";

describe("a claim", () => {
  test("is a private folder beside the target, with a new name each time", () => {
    const target = newTarget();
    const claims = [createClaim(target), createClaim(target)];
    for (const claim of claims) {
      expect(path.basename(claim)).toMatch(/^\.CLAUDE\.md\.[0-9a-f]{16}\.claim$/);
      expect(path.dirname(claim)).toBe(target.dir);
      expect(fs.statSync(claim).mode & 0o777).toBe(0o700);
    }
    expect(listClaims(target).sort()).toEqual(claims.sort());
  });

  test("is recognized only by the exact form of its name", () => {
    const target = newTarget();
    const others = [
      ".CLAUDE.md.0123456789abcde.claim",
      ".CLAUDE.md.0123456789abcdef0.claim",
      ".CLAUDE.md.0123456789ABCDEF.claim",
      ".CLAUDE.md.0123456789abcdeg.claim",
      ".CLAUDE.md.0123456789abcdef.claim~",
      ".CLAUDE.md.0123456789abcdef.claim\n",
      "CLAUDE.md.0123456789abcdef.claim",
      ".CLAUDExmd.0123456789abcdef.claim",
      ".AGENTS.md.0123456789abcdef.claim",
      ".CLAUDE.md..0123456789abcdef.claim",
      ".CLAUDE.md.lock",
    ];
    for (const name of others) fs.mkdirSync(path.join(target.dir, name));
    expect(listClaims(target)).toEqual([]);
    expect(fence(target, "", TTL_MS)).toBeNull();
    expect(fs.readdirSync(target.dir).sort()).toEqual(others.sort());
  });

  test("of a target whose name has special characters is found", () => {
    const target = newTarget("a+(b)[c]*.md");
    const claim = createClaim(target);
    expect(listClaims(target)).toEqual([claim]);
  });
});

describe("fencing", () => {
  test("removes every claim but our own", () => {
    const target = newTarget();
    const own = createClaim(target);
    fs.writeFileSync(path.join(own, "next"), "ours");
    fs.writeFileSync(path.join(createClaim(target), "next"), "theirs");
    createClaim(target);
    expect(fence(target, own, TTL_MS)).toBeNull();
    expect(listClaims(target)).toEqual([own]);
    expect(fs.readFileSync(path.join(own, "next"), "utf8")).toBe("ours");
  });

  test("stops a writer from publishing out of a claim that it holds open", () => {
    const target = newTarget();
    const theirs = createClaim(target);
    fs.writeFileSync(path.join(theirs, "next"), "theirs");
    const fd = fs.openSync(theirs, "r");
    fence(target, "", TTL_MS);
    // The descriptor still names the removed folder, in which the kernel creates no more files.
    expect(() => fs.writeFileSync(`/dev/fd/${fd}/next`, "again")).toThrow();
    expect(() => fs.renameSync(path.join(theirs, "next"), target.path)).toThrow(/ENOENT/);
    fs.closeSync(fd);
  });

  test.each<[string, (claim: string, outside: string) => void]>([
    ["a file", (claim) => fs.writeFileSync(claim, "")],
    ["a link to a folder", (claim, outside) => fs.symlinkSync(outside, claim)],
    ["a link to a file", (claim, outside) => fs.symlinkSync(path.join(outside, "precious"), claim)],
    ["a dangling link", (claim) => fs.symlinkSync("nowhere", claim)],
    ["a link to itself", (claim) => fs.symlinkSync(path.basename(claim), claim)],
    ["a pipe", (claim) => execFileSync("mkfifo", [claim])],
    [
      "a folder with folders and links in it",
      (claim, outside) => {
        fs.mkdirSync(path.join(claim, "a/b/c"), { recursive: true });
        fs.writeFileSync(path.join(claim, "a/b/c/file"), "");
        fs.symlinkSync(outside, path.join(claim, "link"));
        fs.symlinkSync(outside, path.join(claim, "a/b/link"));
      },
    ],
    [
      "a folder with a thousand files",
      (claim) => {
        fs.mkdirSync(claim);
        for (let i = 0; i < 1000; i++) fs.writeFileSync(path.join(claim, String(i)), "");
      },
    ],
  ])("removes %s in a claim's place, and follows no link", (_what, make) => {
    const target = newTarget();
    const outside = tempDir();
    fs.writeFileSync(path.join(outside, "precious"), "precious");
    make(target.claim(TOKEN), outside);
    expect(fence(target, "", TTL_MS)).toBeNull();
    expect(fs.readdirSync(target.dir)).toEqual([]);
    expect(fs.readdirSync(outside)).toEqual(["precious"]);
  });

  test("succeeds for an absent claim", () => {
    expect(() => removeClaim(newTarget().claim(TOKEN))).not.toThrow();
  });

  test("is blocked by another user's young claim, but ignores an old one and one dated in the future", ({
    skip,
  }) => {
    skip(!IS_ROOT, "needs to be root, to become somebody else");
    const target = newTarget();
    const claim = target.claim(TOKEN);
    fs.mkdirSync(claim, 0o755);
    fs.chmodSync(target.dir, 0o1777);
    const fenceAsNobody = () => asNobody(() => fence(target, "", TTL_MS));
    expect(fenceAsNobody()).toMatch(/\.claim$/);
    const nextYear = Date.now() / 1000 + 365 * 24 * 3600;
    for (const time of [0, nextYear]) {
      fs.utimesSync(claim, time, time);
      expect(fenceAsNobody()).toBeNull();
    }
    expect(fs.existsSync(claim)).toBe(true);
  });
});

function asNobody<T>(run: () => T): T {
  process.setegid?.(NOBODY.gid);
  process.seteuid?.(NOBODY.uid);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
