/** What a settings file names is not trusted: it may lead to anything. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { isOwnRoot } from "../../../shared/install/ownHooks.ts";
import { tempDir } from "../../helpers/tempDir.ts";

test.each<[string, (manifest: string) => void, boolean | undefined]>([
  ["names this plugin", (file) => fs.writeFileSync(file, '{"name":"pact-hooks"}'), true],
  ["names another plugin", (file) => fs.writeFileSync(file, '{"name":"other"}'), false],
  ["is missing", () => {}, undefined],
  ["is a folder", (file) => fs.mkdirSync(file), undefined],
  ["is a pipe", (file) => execFileSync("mkfifo", [file]), undefined],
  ["is a link to an endless device", (file) => fs.symlinkSync("/dev/zero", file), undefined],
  ["is larger than any manifest", (file) => fs.writeFileSync(file, " ".repeat(65_537)), undefined],
])("whether a folder is this plugin's, if its manifest %s", (_what, make, isOurs) => {
  const root = tempDir();
  fs.mkdirSync(path.join(root, ".claude-plugin"));
  make(path.join(root, ".claude-plugin/plugin.json"));
  expect(isOwnRoot(root)).toBe(isOurs);
});
