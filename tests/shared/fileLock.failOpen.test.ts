/** Every fault that makes the lock fail open: the critical section still runs, and one event gives the reason. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { withFileLock } from "../../shared/fileLock.ts";
import { type Child, startProgram } from "../helpers/child.ts";
import { type Journal, useJournal } from "../helpers/journal.ts";
import {
  CAN_BE_NOBODY,
  EACH_BACKEND,
  IS_ROOT,
  injecting,
  mountTmpfs,
  NOBODY,
  remountReadOnly,
} from "../helpers/machine.ts";
import { dated, HOUR, redated, startHolder } from "../helpers/sidecar.ts";
import { sidecarOf, tempDir } from "../helpers/tempDir.ts";

interface Fault {
  name: string;
  reason: string;
  /** The system's error code. Absent where the system gives none, or one of several. */
  code?: string;
  /** Causes the fault. @returns the target, and how to run the program that meets it */
  make(context: TestContext): {
    target: string;
    options?: Parameters<typeof startProgram>[2];
    after?: () => void;
  };
}

const newTarget = () => path.join(tempDir(), "CLAUDE.md");

/** A fault in which something else takes the sidecar's place. */
function sidecarIs(
  make: (sidecar: string, dir: string) => void,
  after?: (dir: string) => void,
): Fault["make"] {
  return () => {
    const target = newTarget();
    const dir = path.dirname(target);
    make(sidecarOf(target), dir);
    return { target, after: () => after?.(dir) };
  };
}

/** A fault of permissions: the program runs as the user nobody. */
function asNobody(make: (target: string) => void): Fault["make"] {
  return ({ skip }) => {
    skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
    const target = newTarget();
    fs.chmodSync(path.dirname(target), 0o777);
    make(target);
    return { target, options: NOBODY };
  };
}

function sidecarOfNobody(mode: number): Fault["make"] {
  return asNobody((target) => {
    fs.writeFileSync(sidecarOf(target), "");
    fs.chmodSync(sidecarOf(target), mode);
  });
}

function onTmpfs(options: string, prepare: (dir: string) => void): Fault["make"] {
  return (context) => {
    const dir = mountTmpfs(context, options);
    prepare(dir);
    return { target: path.join(dir, "CLAUDE.md") };
  };
}

function injected(inject: string, record = ""): Fault["make"] {
  return (context) => {
    const target = newTarget();
    // The sidecar must exist before strace starts, because strace resolves the path to its inode.
    fs.writeFileSync(sidecarOf(target), record);
    const onPath = inject.startsWith("flock") ? undefined : sidecarOf(target);
    return { target, options: { under: injecting(context, inject, "/dev/null", onPath) } };
  };
}

function fillUp(dir: string): void {
  const fd = fs.openSync(path.join(dir, "filler"), "w");
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096));
  } catch {
    fs.closeSync(fd);
  }
}

const FAULTS: Fault[] = [
  {
    name: "the sidecar is a folder",
    reason: "not_a_file",
    code: "EISDIR",
    make: sidecarIs((sidecar) => fs.mkdirSync(sidecar)),
  },
  {
    name: "the sidecar is a symlink to a file, which stays unopened and unchanged",
    reason: "not_a_file",
    code: "ELOOP",
    make: sidecarIs(
      (sidecar, dir) => {
        fs.writeFileSync(path.join(dir, "precious"), "precious");
        fs.symlinkSync("precious", sidecar);
      },
      (dir) => expect(fs.readFileSync(path.join(dir, "precious"), "utf8")).toBe("precious"),
    ),
  },
  {
    name: "the sidecar is a dangling symlink, whose target stays absent",
    reason: "not_a_file",
    code: "ELOOP",
    make: sidecarIs(
      (sidecar) => fs.symlinkSync("created", sidecar),
      (dir) => expect(fs.existsSync(path.join(dir, "created"))).toBe(false),
    ),
  },
  {
    name: "the sidecar is a named pipe",
    reason: "not_a_file",
    make: sidecarIs((sidecar) => execFileSync("mkfifo", [sidecar])),
  },
  {
    name: "the sidecar is a socket",
    reason: "not_a_file",
    code: "ENXIO",
    make: sidecarIs((sidecar) => {
      const server = net.createServer().listen(sidecar);
      onTestFinished(() => void server.close());
    }),
  },
  {
    name: "the sidecar is a device",
    reason: "not_a_file",
    make: ({ skip }) => {
      const target = newTarget();
      skip(!IS_ROOT, "needs to be root, to make a device");
      execFileSync("mknod", [sidecarOf(target), "c", "1", "3"]);
      return { target };
    },
  },
  {
    name: "the sidecar is not readable",
    reason: "permission",
    code: "EACCES",
    make: sidecarOfNobody(0o222),
  },
  { name: "the sidecar is not writable", reason: "permission", code: "EACCES", make: sidecarOfNobody(0o444) },
  {
    name: "the folder is not writable",
    reason: "permission",
    code: "EACCES",
    make: asNobody((target) => fs.chmodSync(path.dirname(target), 0o555)),
  },
  {
    name: "the file system is read-only",
    reason: "read_only",
    code: "EROFS",
    make: onTmpfs("size=64k", remountReadOnly),
  },
  {
    name: "the disk has no space for the holder record",
    reason: "no_space",
    code: "ENOSPC",
    make: onTmpfs("size=64k", fillUp),
  },
  {
    name: "the file system has no inode left for the sidecar",
    reason: "no_space",
    code: "ENOSPC",
    make: onTmpfs("nr_inodes=2", (dir) => fs.writeFileSync(path.join(dir, "filler"), "")),
  },
  {
    name: "the disk takes only a part of the holder record",
    reason: "no_space",
    code: "ENOSPC",
    make: injected("pwrite64,write:retval=5"),
  },
  {
    name: "the disk fails while the writer stores its holder record",
    reason: "io",
    code: "EIO",
    make: injected("pwrite64,write:error=EIO"),
  },
  {
    name: "the writer cannot empty the sidecar for its holder record",
    reason: "io",
    code: "EIO",
    make: injected("ftruncate:error=EIO", "left by a crash"),
  },
  {
    name: "the kernel has no locks left",
    reason: "unsupported",
    code: "ENOLCK",
    make: injected("flock:error=ENOLCK"),
  },
  {
    name: "the file system does not support flock",
    reason: "unsupported",
    make: injected("flock:error=EOPNOTSUPP"),
  },
  {
    name: "the kernel has no flock",
    reason: "unsupported",
    code: "ENOSYS",
    make: injected("flock:error=ENOSYS"),
  },
  {
    name: "the kernel has no memory for the lock",
    reason: "io",
    code: "ENOMEM",
    make: injected("flock:error=ENOMEM"),
  },
  {
    name: "PACT_HOOKS_FLOCK allows no backend",
    reason: "no_backend",
    make: () => ({ target: newTarget(), options: { env: { PACT_HOOKS_FLOCK: "none" } } }),
  },
];

/** Expects the lock to fail open with exactly one event. @returns that event */
async function failsOpen(
  child: Child,
  { events }: Journal,
  target: string,
  { reason, code }: Partial<Fault>,
  timeoutMs = 5000,
) {
  const lease = await child.message("entered");
  await child.message("left");
  expect(lease).toMatchObject({ outcome: "fail_open", reason, ...(code ? { code } : {}) });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const [event, ...more] = events();
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    v: 1,
    type: "lock_fail_open",
    target,
    lock_path: sidecarOf(target),
    reason,
    message: expect.stringMatching(/./),
    waited_ms: expect.any(Number),
    timeout_ms: timeoutMs,
    attempts: expect.any(Number),
    hook: "test",
    ...(code ? { code, errno: (os.constants.errno as Record<string, number>)[code] } : {}),
  });
  return event;
}

describe.each(EACH_BACKEND)("with backend %s, the lock fails open when", (backend) => {
  const run = (
    target: string,
    { timeoutMs, ...params }: { timeoutMs?: number; hold?: boolean; spare?: number } = {},
    options: Parameters<typeof startProgram>[2] = {},
  ) => {
    const lockOptions = { hook: "test", projectDir: path.dirname(target), sessionId: "session-1", timeoutMs };
    const env = { PACT_HOOKS_FLOCK: backend, ...options.env };
    return startProgram("holdLock", { target, options: lockOptions, ...params }, { ...options, env });
  };

  test.for(FAULTS.map((fault) => [fault.name, fault] as const))("%s", async ([_name, fault], context) => {
    const journal = useJournal();
    const { target, options, after } = fault.make(context);
    await failsOpen(run(target, {}, options), journal, target, fault);
    after?.();
  });

  test("its holder does not release it in time", async () => {
    const journal = useJournal();
    const target = newTarget();
    const holder = run(target, { hold: true });
    await holder.message("entered");
    const child = run(target, { timeoutMs: 100 });
    const event = await failsOpen(child, journal, target, { reason: "timeout" }, 100);
    expect(event?.holder).toMatchObject({ pid: holder.pid, command: "node", source: "record", alive: true });
    expect(event?.attempts).toBeGreaterThanOrEqual(1);
  });

  test("the process has no descriptor left, and the event is printed on standard error, not journaled", async () => {
    const { events } = useJournal();
    const target = newTarget();
    const child = run(target, { spare: 0 }, { under: ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"] });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "too_many_files" });
    await child.exited;
    expect(events()).toEqual([]);
    const shown = child.stderr.split("\n").filter((line) => line.startsWith("{"));
    expect(shown.map((line) => JSON.parse(line))).toMatchObject([
      { type: "lock_fail_open", target, reason: "too_many_files", code: "EMFILE", errno: 24 },
    ]);
  });
});

test.for([
  ["abandoned", false],
  ["expired", true],
] as const)(
  "a writer still gets the lock when another process removes the %s sidecar first",
  async ([_what, hold], context) => {
    const { events } = useJournal();
    const target = newTarget();
    const sidecar = sidecarOf(target);
    fs.writeFileSync(sidecar, "");
    const holder = await startHolder(target);
    if (!hold) holder.kill("SIGKILL");
    if (!hold) await holder.exited;
    redated(sidecar, -HOUR);
    dated(sidecar, -HOUR);
    // strace makes the first unlink report ENOENT. The sidecar is still there, so the writer meets it again.
    const under = injecting(context, "unlink,?unlinkat:error=ENOENT:when=1", "/dev/null", sidecar);
    const child = startProgram("holdLock", { target }, { under });
    expect(await child.message("entered")).toMatchObject({ outcome: "locked" });
    expect(events("lock_fail_open")).toEqual([]);
    // What another process has removed is that one's to report.
    expect(events("lock_reaped")).toHaveLength(1);
  },
);

test("the lock on a refused target fails open", () => {
  const { events } = useJournal();
  const target = path.join(tempDir(), "nowhere", "CLAUDE.md");
  const lease = withFileLock(target, (given) => given);
  expect(lease).toMatchObject({ outcome: "fail_open", backend: "none", reason: "refused" });
  expect(events()).toMatchObject([{ type: "lock_fail_open", target, reason: "refused", attempts: 0 }]);
});
