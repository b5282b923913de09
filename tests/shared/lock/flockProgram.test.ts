/** The `flock` program: where it is looked for, and what BusyBox and toybox make of it. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { withFileLock } from "../../../shared/fileLock.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useClock } from "../../helpers/clock.ts";
import { useJournal } from "../../helpers/journal.ts";
import { BACKENDS, useBackend } from "../../helpers/machine.ts";
import { sidecarOf, tempDir } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

describe.runIf(BACKENDS.includes("flock"))("the flock program", () => {
  test("is not looked up in PATH", async () => {
    useJournal();
    const dir = tempDir();
    const target = path.join(dir, "CLAUDE.md");
    const trace = path.join(dir, "was-run");
    fs.writeFileSync(path.join(dir, "flock"), `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
    const env = { PATH: `${dir}:.:${process.env.PATH}`, PACT_HOOKS_FLOCK: "flock" };
    const lease = await startProgram("holdLock", { target }, { env, cwd: dir }).message("entered");
    expect(lease).toMatchObject({ outcome: "locked", backend: "flock" });
    expect(fs.existsSync(trace)).toBe(false);
  });

  test("is not asked to wait for longer than the rest of the timeout", async () => {
    useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const holder = startProgram("holdLock", { target, hold: true });
    await holder.message("entered");
    useBackend("flock");
    // Each call takes 60 ms, whatever else the machine has to do.
    const clock = useClock();
    const asked: string[][] = [];
    beforeCall(process.getBuiltinModule("node:child_process"), "spawnSync", (_program, args) => {
      clock.nowMs += 60;
      asked.push(args);
    });
    expect(withFileLock(target, ({ reason }) => reason, { timeoutMs: 160 })).toBe("timeout");
    expect(asked).toEqual([
      ["-xn", "3"],
      ["-x", "-w", "0.050", "3"],
      ["-x", "-w", "0.040", "3"],
    ]);
    expect(clock.pauses).toEqual([]);
  });

  test("that cannot be started makes the lock fail open at once, and leaves no descriptor open", async () => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const options = {
      env: { PACT_HOOKS_FLOCK: "flock" },
      under: ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"],
    };
    // The sidecar gets the only descriptor that is left, and then the journal does.
    const child = startProgram("holdLock", { target, spare: 1 }, options);
    expect(await child.message("entered")).toMatchObject({ reason: "too_many_files", code: "EMFILE" });
    await child.exited;
    expect(events()).toMatchObject([{ type: "lock_fail_open", attempts: 1 }]);
  });

  /** A command prefix that mounts a script over `flock`. The script can run the real program as `$FLOCK`. */
  const insteadOfFlock = (context: TestContext, script: string, file?: string): string[] => {
    const dir = tempDir();
    const other = file ?? path.join(dir, "other");
    const flock = fs.realpathSync(
      execFileSync("sh", ["-c", "command -v flock"], { encoding: "utf8" }).trim(),
    );
    fs.copyFileSync(flock, path.join(dir, "flock"));
    if (!file) fs.writeFileSync(other, `#!/bin/bash\nFLOCK=${dir}/flock\n${script}\n`, { mode: 0o755 });
    const under = ["unshare", "-m", "sh", "-c", `mount --bind ${other} ${flock} && exec "$@"`, "sh"];
    context.skip(spawnSync(under[0] as string, [...under.slice(1), "true"]).status !== 0, "needs to mount");
    return under;
  };

  test("of BusyBox, which cannot wait, is polled until the lock is free", async (context) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const trace = path.join(tempDir(), "asked");
    const script = `echo "$1" >> ${trace}; case $1 in -xn) exec "$FLOCK" "$@";; *) echo usage >&2; exit 1;; esac`;
    const under = insteadOfFlock(context, script);
    const holder = startProgram("holdLock", { target, hold: true });
    await holder.message("entered");
    const waiter = startProgram("holdLock", { target }, { env: { PACT_HOOKS_FLOCK: "flock" }, under });
    await waitUntil(() => fs.existsSync(trace) && fs.readFileSync(trace, "utf8").split("-xn").length > 3);
    holder.end();
    expect(await waiter.message("entered")).toMatchObject({ outcome: "locked", backend: "flock" });
    expect(events()).toEqual([]);
  });

  test.for([
    ["exits with an unknown code", "echo something is wrong >&2; exit 69", /^EIO: something is wrong$/],
    ["exits with an unknown code in silence", "exit 69", /^EIO: \/.*flock ended with 69$/],
    ["is killed", "kill -9 $$", /^EIO: \/.*flock ended with SIGKILL$/],
  ] as const)("that %s is an error, not a lock", async ([_what, script, message], context) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const under = insteadOfFlock(context, script);
    const child = startProgram("holdLock", { target }, { env: { PACT_HOOKS_FLOCK: "flock" }, under });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "io", code: "EIO" });
    expect(events("lock_fail_open")).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(fs.existsSync(sidecarOf(target))).toBe(true);
  });

  const NO_APPLET: [string, string][] = [
    ["BusyBox", 'echo "flock: applet not found" >&2; exit 127'],
    ["an old BusyBox", 'echo "flock: applet not found" >&2; exit 1'],
    ["toybox", 'echo "toybox: Unknown command flock (see \\"toybox --help\\")" >&2; exit 127'],
    ["a shell that does not find what it should run", "exec /nonexistent/flock"],
  ];
  test.for(NO_APPLET)("of %s without the applet is no backend", async ([_name, script], context) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const under = insteadOfFlock(context, script);
    const child = startProgram("holdLock", { target }, { env: { PACT_HOOKS_FLOCK: "flock" }, under });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "no_backend" });
    expect(events("lock_fail_open")).toHaveLength(1);
    expect(events("lock_fail_open")[0]).not.toHaveProperty("code");
  });

  test.for(["busybox", "toybox"])("of a real %s takes the lock, or is no backend", async (name, context) => {
    const program = ["/bin", "/usr/bin"]
      .map((dir) => path.join(dir, name))
      .find((file) => fs.existsSync(file));
    context.skip(program === undefined, `needs ${name}`);
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const hasApplet = spawnSync(program as string, ["flock", "--help"]).status !== 127;
    const under = insteadOfFlock(context, `exec ${program} flock "$@"`);
    const lockWith = async (params: object) => {
      const child = startProgram(
        "holdLock",
        { target, ...params },
        { env: { PACT_HOOKS_FLOCK: "flock" }, under },
      );
      return { child, lease: await child.message("entered") };
    };
    const first = await lockWith({ hold: true });
    if (!hasApplet) {
      expect(first.lease).toMatchObject({ outcome: "fail_open", reason: "no_backend" });
      return;
    }
    expect(first.lease).toMatchObject({ outcome: "locked", backend: "flock" });
    const second = await lockWith({ options: { timeoutMs: 300 } });
    expect(second.lease).toMatchObject({ outcome: "fail_open", reason: "timeout" });
    first.child.end();
    await first.child.exited;
    expect((await lockWith({})).lease).toMatchObject({ outcome: "locked", backend: "flock" });
    expect(events("lock_fail_open")).toHaveLength(1);
  });

  test("that cannot be run on this machine is no backend", async (context) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    const other = path.join(tempDir(), "flock");
    fs.writeFileSync(other, "\x7fELF of another machine", { mode: 0o755 });
    const under = insteadOfFlock(context, "", other);
    const child = startProgram("holdLock", { target }, { env: { PACT_HOOKS_FLOCK: "flock" }, under });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "no_backend" });
    expect(events("lock_fail_open")).toHaveLength(1);
  });

  describe("where it lies elsewhere", () => {
    const HOME = spawnSync("sh", ["-c", "getent passwd $(id -u) | cut -d: -f6"], {
      encoding: "utf8",
    }).stdout.trim();
    /** A root of its own, in which files can be added, and `flock` is in no usual place. */
    const elsewhere = ({ skip }: TestContext, add: string): string[] => {
      const dir = tempDir();
      const usual = ["/usr/bin/flock", "/bin/flock", "/usr/local/bin/flock"].map((file) => `rm -f $R${file}`);
      const script = [
        ...[`R=${dir}/root`, `mkdir -p $R && mount -t tmpfs none ${dir} && mkdir $R ${dir}/up ${dir}/work`],
        `mount -t overlay none -o lowerdir=/,upperdir=${dir}/up,workdir=${dir}/work $R`,
        ...["/proc", "/dev", "/tmp"].map((at) => `mount --rbind ${at} $R${at}`),
        ...[`FLOCK=$(mktemp) && cp /usr/bin/flock $FLOCK`, usual.join(" && ")],
        ...[add, "cd /", `exec chroot $R "$@"`],
      ].join(" && ");
      const under = ["unshare", "-m", "sh", "-c", script, "sh"];
      const { status, stderr } = spawnSync(under[0] as string, [...under.slice(1), "true"]);
      skip(status !== 0, `needs an overlay: ${stderr}`);
      return under;
    };
    const put = (file: string) => `mkdir -p $R${path.dirname(file)} && install -m 755 $FLOCK $R${file}`;
    const link = (file: string, to: string) => `mkdir -p $R${path.dirname(file)} && ln -s ${to} $R${file}`;
    const backendIn = async (context: TestContext, add: string, env: Record<string, string> = {}) => {
      useJournal();
      const target = path.join(tempDir(), "CLAUDE.md");
      const options = { env: { PACT_HOOKS_FLOCK: "flock", ...env }, under: elsewhere(context, add) };
      return (await startProgram("holdLock", { target }, options).message("entered")).backend;
    };

    test.for([
      ["NixOS", put("/run/current-system/sw/bin/flock")],
      ["Nix", put("/nix/var/nix/profiles/default/bin/flock")],
      [
        "a user's Nix profile",
        `${put("/nix/store/x/bin/flock")} && ${link(`${HOME}/.nix-profile`, "/nix/store/x")}`,
      ],
      ["Guix System", put("/run/current-system/profile/bin/flock")],
      [
        "a user's Guix profile",
        `${put("/gnu/store/x/bin/flock")} && ${link(`${HOME}/.guix-profile`, "/gnu/store/x")}`,
      ],
      ["Termux", put("/data/data/com.termux/files/usr/bin/flock")],
    ])("that of %s is used", async ([_name, add = ""], context) => {
      expect(await backendIn(context, add)).toBe("flock");
    });

    test("one in a home folder that is no link into a store is not used", async (context) => {
      expect(await backendIn(context, put(`${HOME}/.nix-profile/bin/flock`))).toBe("none");
    });

    test("HOME, PREFIX and PATH lead to none", async (context) => {
      const add = ["/evil/.nix-profile/bin/flock", "/evil/bin/flock"].map(put).join(" && ");
      const store = `${put("/nix/store/x/bin/flock")} && ${link("/evil2/.nix-profile", "/nix/store/x")}`;
      const env = { PREFIX: "/evil", PATH: `/evil/bin:${process.env.PATH}` };
      expect(await backendIn(context, add, { ...env, HOME: "/evil" })).toBe("none");
      expect(await backendIn(context, store, { ...env, HOME: "/evil2" })).toBe("none");
    });
  });
});
