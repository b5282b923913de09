/** Which settings files enable a plugin; the same of the real Claude Code is in tests/claude. */
import path from "node:path";
import { expect, test } from "vitest";
import { enablersOf } from "../../../shared/install/enabledPlugins.ts";
import { useJournal } from "../../helpers/journal.ts";
import { writeSettings } from "../../helpers/startersCases.ts";
import { tempDir } from "../../helpers/tempDir.ts";

test("the last file that mentions a plugin decides, for each marketplace", () => {
  const box = { projectDir: tempDir(), configDir: useJournal().configDir };
  const plugins = (enabledPlugins: unknown) => ({ enabledPlugins });
  const enablers = () => enablersOf("PACT", box.projectDir).map((file) => path.basename(file));
  expect(enablers()).toEqual([]);
  writeSettings({ user: plugins({ "PACT@a": true, "PACTS@a": true, "PACT@b": false }) }, box);
  expect(enablers()).toEqual(["settings.json"]);
  writeSettings({ local: plugins({ "PACT@a": false }) }, box);
  expect(enablers()).toEqual([]);
  writeSettings({ local: plugins({ "PACT@b": true }) }, box);
  expect(enablers()).toEqual(["settings.json", "settings.local.json"]);
  writeSettings({ local: plugins({ "PACT@a": "yes" }) }, box);
  expect(enablers()).toEqual([]);
  writeSettings({ local: plugins(null) }, box);
  expect(enablers()).toEqual(["settings.json"]);
});
