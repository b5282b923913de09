/** Who owns what a session makes: one as root must not lock out the user who owns the project. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { beforeCall } from "../helpers/beforeCall.ts";
import { startProgram } from "../helpers/child.ts";
import { payload, startHook } from "../helpers/hookProcess.ts";
import { useJournal } from "../helpers/journal.ts";
import { AS_NOBODY, CAN_BE_NOBODY, CAN_UNSHARE, IS_LINUX, NOBODY } from "../helpers/machine.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { dated, HOUR, inodeOf, newTarget, pinned, startForeign, startHolder } from "../helpers/sidecar.ts";
import { listing, modeOf, sidecarOf } from "../helpers/tempDir.ts";

const [OWNER, ROOT] = [NOBODY.uid, 0];
const ownerOf = (file: string) => fs.lstatSync(file).uid;

/** A target in a folder of another user's. */
function setUp({ skip }: TestContext) {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  const target = newTarget();
  fs.chownSync(path.dirname(target), NOBODY.uid, NOBODY.gid);
  return { target, sidecar: sidecarOf(target), ...useJournal() };
}

/** The lease that the owner of the folder gets. */
async function ownersLease(target: string, options = {}) {
  const child = startProgram("holdLock", { target, options }, NOBODY);
  const lease = await child.message("entered");
  await child.exited;
  return lease;
}

describe("a sidecar", () => {
  test.each([0o022, 0o002, 0o077])("has the mode that the umask %o gives", (mask) => {
    useJournal();
    const target = newTarget();
    const before = process.umask(mask);
    try {
      withFileLock(target, () => {});
    } finally {
      process.umask(before);
    }
    expect(modeOf(sidecarOf(target))).toBe(0o666 & ~mask);
  });

  test("that root makes belongs to the owner of the folder, who then gets the lock", async (context) => {
    const { target, sidecar, events } = setUp(context);
    expect(withFileLock(target, ({ outcome }) => outcome)).toBe("locked");
    expect([ownerOf(sidecar), fs.statSync(sidecar).gid]).toEqual([NOBODY.uid, NOBODY.gid]);
    expect((await ownersLease(target)).outcome).toBe("locked");
    expect(events()).toEqual([]);
  });

  test("that root replaces belongs to the owner of the folder, too", async (context) => {
    const { target, sidecar, events } = setUp(context);
    const holder = await startHolder(target);
    holder.kill("SIGKILL");
    await holder.exited;
    dated(sidecar, -HOUR);
    withFileLock(target, () => {});
    expect(events()).toMatchObject([{ type: "lock_reaped", reason: "abandoned" }]);
    expect(ownerOf(sidecar)).toBe(OWNER);
  });

  test("that exists keeps its owner", (context) => {
    const { target, sidecar } = setUp(context);
    fs.writeFileSync(sidecar, "");
    withFileLock(target, () => {});
    expect(ownerOf(sidecar)).toBe(ROOT);
  });

  test("that is a link is not followed, and its target keeps its owner", (context) => {
    const { target, sidecar } = setUp(context);
    const precious = path.join(path.dirname(target), "precious");
    fs.writeFileSync(precious, "");
    fs.symlinkSync("precious", sidecar);
    expect(withFileLock(target, ({ outcome }) => outcome)).toBe("fail_open");
    expect(ownerOf(precious)).toBe(ROOT);
  });
});

describe("a sidecar that this user may not open", () => {
  test.for([
    ["of root's, for root alone", 0o600, -HOUR],
    ["of root's, that others may read", 0o644, -HOUR],
    ["of root's, dated in the future", 0o600, HOUR],
  ] as const)("is replaced if it is stale: %s", async ([_what, mode, seconds], context) => {
    const { target, sidecar, events } = setUp(context);
    fs.writeFileSync(sidecar, "");
    fs.chmodSync(sidecar, mode);
    dated(sidecar, seconds);
    const old = pinned(sidecar);
    expect((await ownersLease(target, { timeoutMs: 0 })).outcome).toBe("locked");
    expect(ownerOf(sidecar)).toBe(OWNER);
    expect(events()).toMatchObject([
      { type: "lock_reaped", reason: "unreadable", old_ino: old, new_ino: inodeOf(sidecar) },
    ]);
  });

  test("is replaced once, although the next one is stale and unreadable, too", (context) => {
    const { target, sidecar, events } = setUp(context);
    const asRoot = (act: () => void) => {
      const before = process.geteuid?.() ?? ROOT;
      process.seteuid?.(ROOT);
      act();
      process.seteuid?.(before);
    };
    beforeCall(fs, "openSync", (name) => {
      if (name !== sidecar) return;
      asRoot(() => {
        fs.writeFileSync(sidecar, "", { mode: 0o600 });
        dated(sidecar, -HOUR);
      });
    });
    fs.writeFileSync(sidecar, "");
    process.seteuid?.(OWNER);
    onTestFinished(() => process.seteuid?.(ROOT));
    const { reason } = withFileLock(target, (lease) => lease, { timeoutMs: 0 });
    expect(reason).toBe("permission");
    expect(events("lock_reaped")).toMatchObject([{ reason: "unreadable" }]);
  });

  test("is replaced if it is stale, where the kernel does not say whether it is held", async (context) => {
    const { target, sidecar, events } = setUp(context);
    context.skip(!CAN_UNSHARE, "needs a mount namespace");
    fs.writeFileSync(sidecar, "", { mode: 0o600 });
    dated(sidecar, -HOUR);
    const under = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh", ...AS_NOBODY];
    const child = startProgram("holdLock", { target, options: { timeoutMs: 0 } }, { under });
    expect(await child.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events()).toMatchObject([{ reason: "unreadable" }]);
  });

  test("stays while it is fresh, and the lock fails open", async (context) => {
    const { target, sidecar, events } = setUp(context);
    fs.writeFileSync(sidecar, "", { mode: 0o600 });
    const old = inodeOf(sidecar);
    expect(await ownersLease(target)).toMatchObject({ reason: "permission", code: "EACCES" });
    expect(inodeOf(sidecar)).toBe(old);
    expect(events()).toMatchObject([{ type: "lock_fail_open", reason: "permission" }]);
  });

  test("stays in a folder that this user may not write", async (context) => {
    const { target, sidecar, events } = setUp(context);
    fs.writeFileSync(sidecar, "", { mode: 0o600 });
    dated(sidecar, -HOUR);
    fs.chownSync(path.dirname(target), 0, 0);
    fs.chmodSync(path.dirname(target), 0o755);
    expect(await ownersLease(target)).toMatchObject({ reason: "permission", code: "EACCES" });
    expect(ownerOf(sidecar)).toBe(ROOT);
    expect(events()).toMatchObject([{ type: "lock_fail_open" }]);
  });

  test.runIf(IS_LINUX)("stays while a process holds it, although it is stale", async (context) => {
    const { target, sidecar, events } = setUp(context);
    fs.writeFileSync(sidecar, "", { mode: 0o600 });
    await startForeign(sidecar);
    dated(sidecar, -HOUR);
    const old = inodeOf(sidecar);
    expect(await ownersLease(target)).toMatchObject({ reason: "permission" });
    expect(inodeOf(sidecar)).toBe(old);
    expect(events("lock_reaped")).toEqual([]);
  });
});

describe("a session as root", () => {
  test("leaves journals, locks and folders in the home of another user to that user", async ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    const box = sandbox();
    fs.mkdirSync(box.configDir);
    for (const dir of [path.dirname(box.configDir), box.configDir, box.projectDir]) {
      fs.chownSync(dir, NOBODY.uid, NOBODY.gid);
    }
    await startHook("sessionStart", payload("startup", box), box);
    const made = listing(box.configDir);
    expect(made.filter((name) => name.endsWith(".jsonl"))).toHaveLength(1);
    expect(made.some((name) => /latest.*\.json$/.test(name))).toBe(true);
    expect(made.filter((name) => ownerOf(path.join(box.configDir, name)) !== OWNER)).toEqual([]);
    const folder = path.join(box.projectDir, ".claude");
    expect([folder, sidecarOf(path.join(folder, "CLAUDE.md"))].map(ownerOf)).toEqual([OWNER, OWNER]);
  });

  test("leaves its own journals to itself", async ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root");
    const box = sandbox();
    await startHook("sessionStart", payload("startup", box), box);
    const made = listing(box.configDir).map((name) => path.join(box.configDir, name));
    expect(new Set(made.map(ownerOf))).toEqual(new Set([ROOT]));
  });
});
