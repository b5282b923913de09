import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import type { TargetPath } from "../../../shared/system/targetPath.ts";
import {
  assertRemovable,
  createClaim,
  discardClaim,
  fence,
  listClaims,
  listSaved,
  nameBeside,
  stagedName,
} from "../../../shared/update/claim.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { asNobody, IS_LINUX, IS_ROOT, NOBODY } from "../../helpers/machine.ts";
import { modeOf, tempDir } from "../../helpers/tempDir.ts";

const TTL_MS = 30_000;
const NOTHING = { inTheWay: null, saved: [] };

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
      expect(modeOf(claim)).toBe(0o700);
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
    expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
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
    expect(fence(target, own, TTL_MS)).toEqual(NOTHING);
    expect(listClaims(target)).toEqual([own]);
    expect(fs.readFileSync(path.join(own, "next"), "utf8")).toBe("ours");
  });

  test("removes a claim that its writer fills again, however often", () => {
    const target = newTarget();
    const claim = createClaim(target);
    let fills = 0;
    beforeCall(fs, "rmdirSync", (dir) => {
      if (dir === claim && fills++ < 5) fs.writeFileSync(path.join(claim, "next"), "theirs");
    });
    expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
    expect(listClaims(target)).toEqual([]);
  });

  test("does not try for ever, and goes on only when that claim is old", () => {
    const target = newTarget();
    const claim = createClaim(target);
    let fills = 0;
    beforeCall(fs, "rmdirSync", () => {
      if (fills++ < 5000) fs.writeFileSync(path.join(claim, "next"), "theirs");
    });
    expect(fence(target, "", TTL_MS)).toEqual({ inTheWay: claim, saved: [] });
    expect(fence(target, "", -1)).toEqual(NOTHING);
    expect(listClaims(target)).toEqual([claim]);
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
      "a folder with an empty folder and links in it",
      (claim, outside) => {
        fs.mkdirSync(path.join(claim, "a"), { recursive: true });
        fs.symlinkSync(outside, path.join(claim, "link"));
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
    expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
    expect(fs.readdirSync(target.dir)).toEqual([]);
    expect(fs.readdirSync(outside)).toEqual(["precious"]);
  });

  test("is blocked by a young claim with a folder that is not empty, and ignores an old one", () => {
    const target = newTarget();
    const claim = target.claim(TOKEN);
    fs.mkdirSync(path.join(claim, "a/".repeat(500)), { recursive: true });
    expect(fence(target, "", TTL_MS)).toEqual({ inTheWay: claim, saved: [] });
    fs.utimesSync(claim, 0, 0);
    expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
  });

  test("is blocked by another user's young claim, but ignores an old one and one dated in the future", ({
    skip,
  }) => {
    skip(!IS_ROOT, "needs to be root, to become somebody else");
    const target = newTarget();
    const claim = target.claim(TOKEN);
    fs.mkdirSync(claim, 0o755);
    fs.chmodSync(target.dir, 0o1777);
    const fenceAsNobody = () => asNobody(() => fence(target, "", TTL_MS).inTheWay);
    let removals = 0;
    beforeCall(fs, "rmdirSync", () => void removals++);
    expect(fenceAsNobody()).toMatch(/\.claim$/);
    const nextYear = Date.now() / 1000 + 365 * 24 * 3600;
    for (const time of [0, nextYear]) {
      fs.utimesSync(claim, time, time);
      expect(fenceAsNobody()).toBeNull();
    }
    expect(fs.existsSync(claim)).toBe(true);
    // To try again would not help.
    expect(removals).toBe(3);
  });
});

test("a saved version is recognized only by the form of its name, beside its own target", () => {
  const target = newTarget();
  const saved = nameBeside(target.path);
  const others = ["CLAUDE.md.0123456789.saved", "CLAUDE.md.saved", "OTHER.md.01234567.saved", "CLAUDE.md"];
  for (const file of [saved, ...others.map((name) => path.join(target.dir, name))])
    fs.writeFileSync(file, "");
  expect(listSaved(target)).toEqual([saved]);
});

test("assertRemovable leaves the claim of a writer that has staged nothing yet", () => {
  const target = newTarget();
  const claim = createClaim(target);
  assertRemovable(target);
  expect(listClaims(target)).toEqual([claim]);
});

test("assertRemovable refuses where this user may not remove its own claim, and ignores another user's", ({
  skip,
}) => {
  skip(!IS_ROOT || !IS_LINUX, "needs to be root, to become somebody else, and Linux");
  const target = newTarget();
  const claim = createClaim(target);
  fs.chmodSync(target.dir, 0o755);
  asNobody(() => assertRemovable(target));
  fs.chownSync(claim, NOBODY.uid, NOBODY.gid);
  const [advice, first] = [`and remove ${claim}.`, `${target.path} lies in a folder`];
  const refuse = () => asNobody(() => assertRemovable(target));
  expect(refuse).toThrow(first);
  expect(refuse).toThrow(advice);
});

describe("a file in another writer's claim", () => {
  /** The claim of a writer that staged one file, and read another. */
  const setUp = () => {
    const target = newTarget();
    const [own, claim] = [createClaim(target), createClaim(target)];
    const make = (name: string, text: string) => {
      fs.writeFileSync(path.join(target.dir, name), text);
      return {
        file: path.join(target.dir, name),
        stat: fs.statSync(path.join(target.dir, name), { bigint: true }),
      };
    };
    const [staged, read, other] = [make("staged", "staged"), make("read", "read"), make("other", "theirs")];
    const next = path.join(claim, stagedName(staged.stat.ino, read.stat));
    return { target, own, claim, staged, read, other, next };
  };

  test.each(["staged", "read"] as const)("goes with the claim if it is the %s one", (which) => {
    const { target, own, next, ...files } = setUp();
    fs.renameSync(files[which].file, next);
    expect(fence(target, own, TTL_MS)).toEqual(NOTHING);
    expect(fs.readdirSync(own)).toEqual([]);
  });

  test.each<[string, boolean, (file: string) => unknown]>([
    ["has open", true, (file) => fs.openSync(file, "a")],
    ["has opened, and has written", true, (file) => writeTo(fs.openSync(file, "a"))],
    ["has written", false, (file) => fs.closeSync(writeTo(fs.openSync(file, "a")))],
    ["has changed, in its old length", false, (file) => fs.writeFileSync(file, "READ")],
    ["has emptied", false, (file) => fs.truncateSync(file)],
  ])(
    "is kept beside the target if it is the read one, which another program %s",
    (_what, needsKernel, act) => {
      if (needsKernel && !native()) return;
      const { target, own, claim, read, next } = setUp();
      fs.renameSync(read.file, next);
      const fd = act(next);
      const text = fs.readFileSync(next, "utf8");
      const { saved } = fence(target, own, TTL_MS);
      expect(saved.map((file) => fs.readFileSync(file, "utf8"))).toEqual([text]);
      expect(listClaims(target)).toEqual([own]);
      fs.mkdirSync(claim);
      fs.renameSync(saved[0] as string, next);
      expect(discardClaim(claim, target.path)).toHaveLength(1);
      if (typeof fd === "number") fs.closeSync(fd);
    },
  );

  test.each<[string, (own: string, claim: string) => string]>([
    ["by a fence", (own) => own],
    ["by a writer that removes its own", (_own, claim) => claim],
  ])("is kept beside the target %s if it is neither", (_who, remover) => {
    const { target, own, claim, other, next } = setUp();
    fs.renameSync(other.file, next);
    const saved =
      remover(own, claim) === own ? fence(target, own, TTL_MS).saved : discardClaim(claim, target.path);
    expect(saved).toEqual([expect.stringMatching(/CLAUDE\.md\.[0-9a-f]{8}\.saved$/)]);
    expect(fs.readFileSync(saved[0] as string, "utf8")).toBe("theirs");
    expect(listClaims(target)).toEqual([own]);
  });

  test("is kept if the file that its writer read is from before 1970", () => {
    const { target, own, claim, staged, read, other } = setUp();
    fs.utimesSync(read.file, -1e6, -1e6);
    const { ino } = staged.stat;
    const next = path.join(claim, stagedName(ino, fs.statSync(read.file, { bigint: true })));
    fs.renameSync(other.file, next);
    expect(fence(target, own, TTL_MS).saved).toHaveLength(1);
  });

  test("is told of if the fence then fails", () => {
    const { target, own, other, next } = setUp();
    fs.renameSync(other.file, next);
    const saved: string[] = [];
    let calls = 0;
    beforeCall(fs, "rmdirSync", () => {
      if (++calls === 2) throw systemError("EIO", "the disk fails");
    });
    expect(() => fence(target, own, TTL_MS, saved)).toThrow("EIO");
    expect(saved).toHaveLength(1);
  });

  test("is kept by whoever fences a writer that was fencing", () => {
    const { target, own, claim, other, next } = setUp();
    fs.renameSync(other.file, next);
    fs.renameSync(next, path.join(own, path.basename(next)));
    fs.rmdirSync(claim);
    expect(fence(target, createClaim(target), TTL_MS).saved).toHaveLength(1);
  });

  test("stays where it is if the claim of the writer that fences is gone", () => {
    const { target, own, other, next } = setUp();
    fs.renameSync(other.file, next);
    fs.rmdirSync(own);
    expect(() => fence(target, own, TTL_MS)).toThrow(/ENOENT/);
    expect(fs.readFileSync(next, "utf8")).toBe("theirs");
  });
});

function writeTo(fd: number): number {
  fs.writeSync(fd, "theirs");
  return fd;
}
