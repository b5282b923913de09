import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { installHooks, uninstallHooks } from "../../../shared/index.ts";
import { useJournal } from "../../helpers/journal.ts";
import { entriesOf, tempDir } from "../../helpers/tempDir.ts";

function settingsIn(dir: string, text?: string): string {
  useJournal();
  const settingsPath = path.join(dir, ".claude", "settings.json");
  if (text !== undefined) {
    fs.mkdirSync(path.dirname(settingsPath));
    fs.writeFileSync(settingsPath, text);
  }
  return settingsPath;
}

test("another installer gets an outcome from each call, and uninstalling removes the file", () => {
  const settingsPath = settingsIn(tempDir());
  const pluginRoot = "/opt/pact-hooks/";
  expect(installHooks({ settingsPath, pluginRoot }).outcome).toBe("written");
  expect(fs.readFileSync(settingsPath, "utf8")).toContain(
    JSON.stringify(`${path.resolve(pluginRoot)}/hooks/sessionStart.cjs`),
  );
  expect(installHooks({ settingsPath, pluginRoot }).outcome).toBe("unchanged");
  expect(uninstallHooks({ settingsPath }).outcome).toBe("removed");
  expect(uninstallHooks({ settingsPath }).outcome).toBe("unchanged");
  expect(entriesOf(path.dirname(settingsPath))).toEqual([]);
});

test("a settings file that is left unchanged gives an outcome with a message, not an error", () => {
  const settingsPath = settingsIn(tempDir(), "{,}");
  expect(installHooks({ settingsPath, pluginRoot: "/p" })).toMatchObject({
    outcome: "refused",
    message: expect.stringMatching(/settings\.json is not valid JSON \(line 1, column 2: .*left unchanged/),
  });
  expect(uninstallHooks({ settingsPath }).outcome).toBe("refused");
  expect(fs.readFileSync(settingsPath, "utf8")).toBe("{,}");
});

test("a folder that cannot be created gives an outcome, not an error", () => {
  const dir = tempDir();
  fs.writeFileSync(path.join(dir, "file"), "");
  const settingsPath = path.join(dir, "file", ".claude", "settings.json");
  useJournal();
  expect(installHooks({ settingsPath, pluginRoot: "/p" }).outcome).toMatch(/refused|abandoned/);
});
