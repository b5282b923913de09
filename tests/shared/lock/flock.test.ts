import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { findBackend } from "../../../shared/lock/flock.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { start, startProgram, startPython } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import {
  BACKENDS,
  EACH_BACKEND,
  HAS_FLOCK_PROGRAM,
  HAS_PYTHON,
  needsBinding,
  useBackend,
} from "../../helpers/machine.ts";
import { modeOf, tempDir } from "../../helpers/tempDir.ts";

const dist = fileURLToPath(new URL("../../../dist", import.meta.url));

/** A Python program that holds a flock until its standard input ends. */
const PYTHON_HOLDER = `
import fcntl, sys
f = open(sys.argv[1], "a+")
fcntl.flock(f, fcntl.LOCK_EX)
print('{"held":true}', flush=True)
sys.stdin.read()
`;
/** A Python program that exits with 1 if another process holds the flock. */
const PYTHON_TRY = `
import fcntl, sys
try:
    fcntl.flock(open(sys.argv[1], "a+"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(1)
`;

test("this machine has at least one backend", () => {
  expect(BACKENDS).not.toEqual([]);
});

test.each(["none", "no such word"])("PACT_HOOKS_FLOCK=%s allows no backend", (word) => {
  useBackend(word);
  expect(findBackend()).toBeNull();
});

test("an empty PACT_HOOKS_FLOCK chooses the first backend", () => {
  useBackend("");
  expect(findBackend()?.name).toBe(BACKENDS[0]);
});

describe.each(EACH_BACKEND)("backend %s", (name) => {
  const backendOf = () => {
    useBackend(name);
    const backend = findBackend();
    expect(backend?.name).toBe(name);
    return backend as NonNullable<typeof backend>;
  };
  const openLocked = (file: string) => backendOf().openLocked(file);
  const held = (file: string) => {
    const fd = openLocked(file);
    expect(fd).not.toBeNull();
    return fd as number;
  };

  test("creates a file as the umask says, locks it once, and frees the lock when the file is closed", () => {
    const file = path.join(tempDir(), "lock");
    const fd = held(file);
    expect(modeOf(file)).toBe(0o666 & ~process.umask());
    expect(openLocked(file)).toBeNull();
    fs.closeSync(fd);
    fs.closeSync(held(file));
  });

  test("leaves no descriptor open when the lock is held", () => {
    const file = path.join(tempDir(), "lock");
    const fd = held(file);
    openLocked(file);
    const before = fs.readdirSync("/dev/fd").length;
    for (let i = 0; i < 5; i++) expect(openLocked(file)).toBeNull();
    expect(fs.readdirSync("/dev/fd").length).toBe(before);
    fs.closeSync(fd);
  });

  test("calls what must be done before the file is created, once, and only then", () => {
    const file = path.join(tempDir(), "lock");
    const found: boolean[] = [];
    const open = () => backendOf().openLocked(file, 0, () => found.push(fs.existsSync(file)));
    for (let i = 0; i < 2; i++) fs.closeSync(open() as number);
    expect(found).toEqual([false]);
  });

  test("refuses a file that has another name, too, and leaves no descriptor open", () => {
    const file = path.join(tempDir(), "lock");
    fs.writeFileSync(file, "");
    fs.linkSync(file, `${file}.other`);
    const before = fs.readdirSync("/dev/fd").length;
    expect(() => openLocked(file)).toThrow(expect.objectContaining({ code: "EMLINK" }));
    expect(fs.readdirSync("/dev/fd").length).toBe(before);
  });

  test("refuses a pipe that is put in the place before it opens the file", () => {
    const file = path.join(tempDir(), "lock");
    fs.writeFileSync(file, "");
    beforeCall(fs, "openSync", (name) => {
      if (name !== file) return;
      fs.unlinkSync(file);
      execFileSync("mkfifo", [file]);
    });
    expect(() => openLocked(file)).toThrow(expect.objectContaining({ code: "ENOTREG" }));
  });

  test("keeps the content of the file, and lets its holder write", () => {
    const file = path.join(tempDir(), "lock");
    fs.writeFileSync(file, "record");
    const fd = held(file);
    expect(fs.readFileSync(file, "utf8")).toBe("record");
    fs.writeSync(fd, "another", 0);
    fs.closeSync(fd);
    expect(fs.readFileSync(file, "utf8")).toBe("another");
  });

  test("follows no link", () => {
    const file = path.join(tempDir(), "lock");
    fs.writeFileSync(`${file}.real`, "");
    fs.symlinkSync(`${file}.real`, file);
    expect(() => openLocked(file)).toThrow(expect.objectContaining({ code: "ELOOP" }));
  });

  test.runIf(HAS_FLOCK_PROGRAM)("excludes the flock program, and is excluded by it", async () => {
    const file = path.join(tempDir(), "lock");
    const tryFlock = () => spawnSync("flock", ["-n", file, "true"]).status;
    const fd = held(file);
    expect(tryFlock()).toBe(1);
    fs.closeSync(fd);
    expect(tryFlock()).toBe(0);

    const holder = start("flock", [file, "sh", "-c", "echo '{\"held\":true}'; cat"]);
    await holder.message("held");
    expect(openLocked(file)).toBeNull();
    holder.end();
    await holder.exited;
    fs.closeSync(held(file));
  });

  test.runIf(HAS_PYTHON)("excludes Python's fcntl.flock, and is excluded by it", async () => {
    const file = path.join(tempDir(), "lock");
    const tryFlock = () => spawnSync("/usr/bin/python3", ["-c", PYTHON_TRY, file]).status;
    const fd = held(file);
    expect(tryFlock()).toBe(1);
    fs.closeSync(fd);
    expect(tryFlock()).toBe(0);

    const holder = startPython(PYTHON_HOLDER, [file]);
    await holder.message("held");
    expect(openLocked(file)).toBeNull();
    holder.end();
    await holder.exited;
    fs.closeSync(held(file));
  });

  test("does not pass the lock on to a child process started meanwhile", () => {
    const file = path.join(tempDir(), "lock");
    const fd = held(file);
    const sleeper = start("sleep", ["60"]);
    fs.closeSync(fd);
    expect(() => process.kill(sleeper.pid, 0)).not.toThrow();
    fs.closeSync(held(file));
  });

  test("does not open a device", (context) => {
    const file = path.join(tempDir(), "lock");
    const made = spawnSync("mknod", [file, "c", "240", "0"]).status === 0;
    context.skip(!made, "needs the right to make a device");
    expect(() => openLocked(file)).toThrow(expect.objectContaining({ code: "ENOTREG" }));
  });
});

/** Copies the package to a folder with its own node_modules. */
const packageWith = (addon: Record<string, string>) => {
  const dir = tempDir();
  fs.cpSync(dist, path.join(dir, "dist"), { recursive: true });
  for (const [name, content] of Object.entries(addon)) {
    const file = path.join(dir, "node_modules/fs-ext", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  return { dir, PACT_HOOKS_LIBRARY: path.join(dir, "dist/index.mjs") };
};
describe("the native binding", () => {
  beforeEach(needsBinding);
  const next = BACKENDS.find((name) => name !== "native") ?? "none";
  const backendOf = async (env: Record<string, string>) => {
    useJournal();
    const child = startProgram("holdLock", { target: path.join(tempDir(), "CLAUDE.md") }, { env });
    return (await child.message("entered")).backend;
  };

  test("is switched off by PACT_HOOKS_NATIVE=off", async () => {
    expect(await backendOf({})).toBe("native");
    expect(await backendOf({ PACT_HOOKS_NATIVE: "off" })).toBe(next);
  });

  test.each<[string, (file: string) => void]>([
    ["is missing", (file) => fs.rmSync(file)],
    ["is damaged", (file) => fs.writeFileSync(file, "\x7fELF")],
    ["is empty", (file) => fs.writeFileSync(file, "")],
  ])("counts as absent if its file %s", async (_what, damage) => {
    const { dir, PACT_HOOKS_LIBRARY } = packageWith({});
    damage(path.join(dir, `dist/native/linux-${process.arch}.node`));
    // The copy has no addon either.
    expect(await backendOf({ PACT_HOOKS_LIBRARY })).toBe(HAS_FLOCK_PROGRAM ? "flock" : "none");
  });
});

describe("the addon", () => {
  const index = "module.exports = require('./build/fs_ext.node');";

  test.each<[string, Record<string, string>]>([
    ["is not installed", {}],
    ["is built for another machine and does not load", { "index.js": index, "build/fs_ext.node": "\x7fELF" }],
    ["throws while it loads", { "index.js": "throw new Error('no luck')" }],
  ])("counts as absent if it %s", async (_what, addon) => {
    const { events } = useJournal();
    const { dir, PACT_HOOKS_LIBRARY } = packageWith(addon);
    const leaseWith = async (PACT_HOOKS_FLOCK: string) => {
      const params = { target: path.join(dir, "CLAUDE.md") };
      const child = startProgram("holdLock", params, { env: { PACT_HOOKS_LIBRARY, PACT_HOOKS_FLOCK } });
      return child.message("entered");
    };
    const next = BACKENDS.find((name) => name !== "addon");
    expect(await leaseWith("")).toMatchObject(
      next ? { outcome: "locked", backend: next } : { outcome: "fail_open", reason: "no_backend" },
    );
    expect(await leaseWith("addon")).toMatchObject({ outcome: "fail_open", reason: "no_backend" });
    expect(events("lock_fail_open")).toHaveLength(next ? 1 : 2);
  });

  test("is not loaded from NODE_PATH or the home folder, which a project's settings can name", async () => {
    useJournal();
    const { dir, PACT_HOOKS_LIBRARY } = packageWith({});
    const trap = tempDir();
    const trace = path.join(trap, "was-run");
    for (const folder of ["fs-ext", ".node_modules/fs-ext", ".node_libraries/fs-ext"]) {
      fs.mkdirSync(path.join(trap, folder), { recursive: true });
      fs.writeFileSync(
        path.join(trap, folder, "index.js"),
        `require("fs").writeFileSync(${JSON.stringify(trace)}, ""); exports.flockSync = () => {};`,
      );
    }
    const env = { PACT_HOOKS_LIBRARY, PACT_HOOKS_FLOCK: "addon", NODE_PATH: trap, HOME: trap };
    const child = startProgram("holdLock", { target: path.join(dir, "CLAUDE.md") }, { env });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "no_backend" });
    expect(fs.existsSync(trace)).toBe(false);
  });

  test.each([
    ["in dist", "dist/node_modules"],
    ["in the package's folder", "node_modules"],
    ["beside the package", "../node_modules"],
  ])("is loaded from %s", async (_where, folder) => {
    useJournal();
    const dir = path.join(tempDir(), "node_modules/pact-hooks");
    fs.cpSync(dist, path.join(dir, "dist"), { recursive: true });
    const addon = path.join(dir, folder === "../node_modules" ? "../fs-ext" : `${folder}/fs-ext`);
    fs.mkdirSync(addon, { recursive: true });
    fs.writeFileSync(path.join(addon, "index.js"), "exports.flockSync = () => {};");
    const env = { PACT_HOOKS_LIBRARY: path.join(dir, "dist/index.mjs"), PACT_HOOKS_FLOCK: "addon" };
    const child = startProgram("holdLock", { target: path.join(dir, "CLAUDE.md") }, { env });
    expect(await child.message("entered")).toMatchObject({ outcome: "locked", backend: "addon" });
  });

  test("makes the lock fail open if it throws an unexpected error", async () => {
    const { events } = useJournal();
    const { dir, PACT_HOOKS_LIBRARY } = packageWith({ "index.js": "exports.flockSync = () => null.x;" });
    const params = { target: path.join(dir, "CLAUDE.md") };
    const child = startProgram("holdLock", params, {
      env: { PACT_HOOKS_LIBRARY, PACT_HOOKS_FLOCK: "addon" },
    });
    expect(await child.message("entered")).toMatchObject({ outcome: "fail_open", reason: "internal" });
    expect(events()).toMatchObject([
      { type: "lock_fail_open", reason: "internal", message: expect.stringContaining("null") },
    ]);
  });
});
