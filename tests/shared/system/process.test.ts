/** Facts about processes where there is no /proc: as on macOS and the BSDs, by `ps`. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { start } from "../../helpers/child.ts";

type Process = typeof import("../../../shared/system/process.ts");

/** The module as it is on macOS, whose `ps` takes the same options as that of Linux. */
async function onMacOs(): Promise<Process> {
  const before = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  Object.defineProperty(process, "platform", { ...before, value: "darwin" });
  vi.resetModules();
  const module = await import("../../../shared/system/process.ts");
  Object.defineProperty(process, "platform", before);
  return module;
}

function useZone(zone: string): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
}

describe.runIf(fs.existsSync("/bin/ps") && process.platform !== "win32")("without /proc", () => {
  test.each(["UTC", "Pacific/Kiritimati", "America/St_Johns", "XYZ-3:30"])(
    "a live process is alive to a process with TZ=%s",
    async (zone) => {
      const sleeper = start("sleep", ["60"]);
      const { isRunning, startToken } = await onMacOs();
      useZone("UTC");
      const token = startToken(sleeper.pid) as string;
      useZone(zone);
      expect(Math.abs(Number(token) - Date.now() / 1000)).toBeLessThan(60);
      expect(isRunning(sleeper.pid, token)).toBe(true);
      expect(isRunning(sleeper.pid, String(Number(token) - 3600))).toBe(false);
      sleeper.kill("SIGKILL");
      await sleeper.exited;
      expect(isRunning(sleeper.pid, token)).toBe(false);
    },
  );

  test("the token that a process writes of itself is the one that others compute", async () => {
    const { isRunning, ownStartToken } = await onMacOs();
    useZone("Pacific/Kiritimati");
    expect(isRunning(process.pid, ownStartToken())).toBe(true);
  });

  test("a command is shown by the last part of its path", async () => {
    const { commandOf } = await onMacOs();
    const { execFileSync } = process.getBuiltinModule("node:child_process");
    // `ps` of macOS gives the path; that of Linux gives the name, which a process may set to a path.
    const named = start(process.execPath, [
      "-e",
      'process.title = "/opt/a b/tool"; console.log("{\\"on\\":1}"); setInterval(() => {}, 1e6)',
    ]);
    await named.message("on");
    const given = execFileSync("/bin/ps", ["-p", String(named.pid), "-o", "comm="], {
      encoding: "utf8",
    }).trim();
    expect(commandOf(named.pid)).toBe(path.basename(given));
    expect(commandOf(named.pid)).not.toContain("/");
    expect(commandOf(2 ** 22 + 1)).toBeUndefined();
  });
});
