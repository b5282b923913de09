/** Fences that race with each other, meet what another user has put in a claim's place, or fail at a system call. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import { native } from "../../../shared/system/native.ts";
import { resolveTarget, type TargetPath } from "../../../shared/system/targetPath.ts";
import {
  assertRemovable,
  createClaim,
  discardClaim,
  fence,
  isStagedName,
  listClaims,
  stagedName,
} from "../../../shared/update/claim.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { IS_LINUX } from "../../helpers/machine.ts";
import { tempDir } from "../../helpers/tempDir.ts";

const TTL_MS = 30_000;
const NOTHING = { inTheWay: null, saved: [] };
const newTarget = (): TargetPath => resolveTarget(path.join(tempDir(), "CLAUDE.md"));

test.runIf(IS_LINUX).each<[string, (claim: string, outside: string) => void]>([
  ["a link to a folder", (claim, outside) => fs.symlinkSync(outside, claim)],
  ["a file", (claim) => fs.writeFileSync(claim, "")],
])("a fence does not open %s that takes a claim's place at that moment", (_what, put) => {
  const target = newTarget();
  const [claim, outside] = [createClaim(target), tempDir()];
  fs.writeFileSync(path.join(claim, "next"), "theirs");
  fs.writeFileSync(path.join(outside, "precious"), "precious");
  beforeCall(fs, "openSync", (file) => {
    if (file !== claim || !fs.lstatSync(claim).isDirectory()) return;
    fs.renameSync(claim, `${claim}.moved`);
    put(claim, outside);
  });
  expect(() => fence(target, "", TTL_MS)).toThrow(/^(ENOTDIR|ELOOP): .*, open /);
  expect(fs.readdirSync(outside)).toEqual(["precious"]);
});

test.runIf(IS_LINUX)(
  "a fence empties the folder that it has opened, not what a link in its place leads to",
  () => {
    const target = newTarget();
    const [claim, outside] = [createClaim(target), tempDir()];
    for (const dir of [claim, outside]) fs.writeFileSync(path.join(dir, "next"), "text");
    const countOpen = () => fs.readdirSync("/dev/fd").length;
    const open = countOpen();
    let isSwapped = false;
    beforeCall(fs, "readdirSync", (dir) => {
      if (dir === target.dir || isSwapped) return;
      isSwapped = true;
      fs.renameSync(claim, `${claim}.moved`);
      fs.symlinkSync(outside, claim);
    });
    expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
    expect([fs.readdirSync(outside), fs.readdirSync(target.dir)]).toEqual([
      ["next"],
      [`${path.basename(claim)}.moved`],
    ]);
    expect(countOpen()).toBe(open);
  },
);

test.for(["openSync", "readdirSync", "renameSync", "lstatSync", "unlinkSync"] as const)(
  "a fence goes on when another one is ahead of its %s",
  (call, { skip }) => {
    skip(call === "openSync" && !IS_LINUX, "needs /proc/self/fd");
    const target = newTarget();
    const [own, claim] = [createClaim(target), createClaim(target)];
    const staged = path.join(claim, "staged");
    for (const file of [path.join(claim, "next"), staged]) fs.writeFileSync(file, "theirs");
    fs.renameSync(staged, path.join(claim, stagedName(fs.statSync(staged, { bigint: true }).ino)));
    let calls = 0;
    beforeCall(fs, call, (name) => {
      const isFile = path.basename(name) === "next" || isStagedName(name);
      if (name === target.dir || isFile === /open|readdir/.test(call)) return;
      calls++;
      fs.rmSync(isFile ? name : claim, { recursive: true, force: true });
    });
    expect(fence(target, own, TTL_MS)).toEqual(NOTHING);
    expect(calls).toBeGreaterThan(0);
    expect(listClaims(target)).toEqual([own]);
  },
);

test("a fence goes on when another one has removed a file in a claim's place", () => {
  const target = newTarget();
  const claim = createClaim(target);
  fs.rmdirSync(claim);
  fs.writeFileSync(claim, "");
  beforeCall(fs, "unlinkSync", (file) => {
    if (file === claim) fs.rmSync(claim);
  });
  expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
});

test("a fence goes on when another one takes the file that a writer has read, while it looks at it", () => {
  const { target, own, name } = readFileInClaim();
  let looks = 0;
  beforeCall(fs, "lstatSync", (file) => {
    if (path.basename(file) === name && ++looks === 2) fs.rmSync(file);
  });
  expect([fence(target, own, TTL_MS), looks]).toEqual([NOTHING, 2]);
});

/** Puts a file that a writer has read, or what `put` makes of it, into another writer's claim. */
function readFileInClaim(put = (_file: string) => {}) {
  const target = newTarget();
  const [own, claim] = [createClaim(target), createClaim(target)];
  const read = path.join(target.dir, "read");
  fs.writeFileSync(read, "read");
  const file = path.join(claim, stagedName(1n, fs.statSync(read, { bigint: true })));
  fs.renameSync(read, file);
  put(file);
  return { target, own, name: path.basename(file) };
}

test.skipIf(!native())("a fence asks for the writers of a file without waiting for those of a pipe", () => {
  const { target, own, name } = readFileInClaim((file) => {
    fs.rmSync(file);
    execFileSync("mkfifo", [file]);
  });
  const waits: boolean[] = [];
  beforeCall(fs, "openSync", (file, flags) => {
    if (path.basename(file) !== name) return;
    waits.push((flags & fs.constants.O_NONBLOCK) === 0);
    if (waits[0]) throw new Error("this open would never return");
  });
  expect(fence(target, own, TTL_MS).saved).toHaveLength(1);
  expect(waits).toEqual([false]);
});

test("a fence removes a file as its writer has read it, also if it may not open it, and leaves nothing open", () => {
  const countOpen = () => fs.readdirSync("/dev/fd").length;
  for (const code of ["", "EACCES"]) {
    const { target, own, name } = readFileInClaim();
    beforeCall(fs, "openSync", (file) => {
      if (code && path.basename(file) === name) throw systemError(code, "no right");
    });
    const open = countOpen();
    expect(fence(target, own, TTL_MS)).toEqual(NOTHING);
    expect(countOpen()).toBe(open);
  }
});

/** Makes a claim, and lets a system call on it fail. */
function failAt(name: "rmdirSync" | "unlinkSync", code: string, times = Number.POSITIVE_INFINITY) {
  const target = newTarget();
  const claim = createClaim(target);
  let calls = 0;
  beforeCall(fs, name, (file) => {
    if (file === claim && ++calls <= times) throw systemError(code, "no change");
  });
  return { target, claim };
}

test.each(["EACCES", "EPERM", "ENAMETOOLONG", "EBUSY", "ENOTEMPTY"])(
  "a young claim is in the way where its removal fails with %s",
  (code) => {
    const { target, claim } = failAt("rmdirSync", code);
    expect(fence(target, "", TTL_MS)).toEqual({ inTheWay: claim, saved: [] });
  },
);

test("a claim that is gone after its removal has failed is not in the way", () => {
  const { target, claim } = failAt("rmdirSync", "EACCES");
  beforeCall(fs, "lstatSync", (file) => {
    if (file === claim && fs.existsSync(claim)) fs.renameSync(claim, `${claim}.moved`);
  });
  expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
});

test("a file whose inode number ends like that of the one that was read is another one", () => {
  const target = newTarget();
  const [own, claim] = [createClaim(target), createClaim(target)];
  const theirs = path.join(target.dir, "theirs");
  fs.writeFileSync(theirs, "theirs");
  const { ino, mtimeNs, size } = fs.statSync(theirs, { bigint: true });
  fs.renameSync(theirs, path.join(claim, stagedName(0n, { ino: BigInt(`1${ino}`), mtimeNs, size })));
  expect(fence(target, own, TTL_MS).saved).toHaveLength(1);
});

test("a fence is ended by a disk that fails, and the removal of a writer's own claim is not", () => {
  const { target, claim } = failAt("rmdirSync", "EIO");
  expect(() => fence(target, "", TTL_MS)).toThrow("EIO");
  expect(discardClaim(claim, target.path)).toEqual([]);
});

test.each(["ENOTEMPTY", "EEXIST"])("a fence empties a folder whose removal fails with %s", (code) => {
  const { target, claim } = failAt("rmdirSync", code, 1);
  fs.writeFileSync(path.join(claim, "next"), "theirs");
  expect(fence(target, "", TTL_MS)).toEqual(NOTHING);
  expect(listClaims(target)).toEqual([]);
});

test.runIf(IS_LINUX).each(["EACCES", "EPERM", "EROFS"])(
  "an update is refused where its unlink of a claim fails with %s",
  (code) => {
    const { target } = failAt("unlinkSync", code);
    expect(() => assertRemovable(target)).toThrow("create files and not remove them");
  },
);

test.runIf(IS_LINUX)("a claim that is gone by the time its owner is asked is no reason to refuse", () => {
  const { target, claim } = failAt("unlinkSync", "EACCES");
  beforeCall(fs, "lstatSync", (file) => {
    if (file === claim) fs.rmdirSync(claim);
  });
  expect(() => assertRemovable(target)).not.toThrow();
});
