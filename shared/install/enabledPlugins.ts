/** Finds the Claude Code settings files that enable a plugin. A hook loads this file: it stays small. */
import fs from "node:fs";
import path from "node:path";
import { configDir } from "../journal/sessionFolder.ts";
import { isUnknown } from "../system/errors.ts";
import { readRegularFile } from "../system/snapshot.ts";

/** Gets each file or folder that the system does not let us read, and why. */
export type Unreadable = (file: string, error: unknown) => void;

/**
 * The settings files that count in a project. What a later one says overrides those before it: the user's own, the team's,
 * the person's in the project, and those that an administrator manages. @throws if the user has no home folder
 */
export function settingsFilesOf(projectDir: string, unreadable?: Unreadable): string[] {
  return [
    path.join(configDir(), "settings.json"),
    path.join(projectDir, ".claude", "settings.json"),
    path.join(projectDir, ".claude", "settings.local.json"),
    ...managedFiles(unreadable),
  ];
}

/** Where an administrator puts settings that nobody can override. (Claude Code knows other ways, too: MDM, and its server.) */
const MANAGED_DIR =
  { darwin: "/Library/Application Support/ClaudeCode", win32: "C:\\Program Files\\ClaudeCode" }[
    process.platform as string
  ] ?? "/etc/claude-code";

/** The managed settings, and the files that add to them, in the order of their names. */
function managedFiles(unreadable?: Unreadable): string[] {
  const [main, more] = ["managed-settings.json", "managed-settings.d"].map((name) =>
    path.join(MANAGED_DIR, name),
  ) as [string, string];
  return [main, ...namesIn(more, unreadable).map((name) => path.join(more, name))];
}

function namesIn(dir: string, unreadable?: Unreadable): string[] {
  try {
    return fs
      .readdirSync(dir)
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .sort();
  } catch (error) {
    if (isUnknown(error)) unreadable?.(dir, error);
    return [];
  }
}

export const isManaged = (file: string): boolean => file.startsWith(MANAGED_DIR + path.sep);

/** The files that enable a plugin, whatever marketplace it is from, and are not overridden. @throws if the user has no home folder */
export function enablersOf(plugin: string, projectDir: string, unreadable?: Unreadable): string[] {
  const last = new Map<string, { file: string; on: unknown }>();
  for (const file of settingsFilesOf(projectDir, unreadable)) {
    for (const [name, on] of Object.entries(pluginsIn(readSettingsFile(file, unreadable)))) {
      if (name.startsWith(`${plugin}@`)) last.set(name, { file, on });
    }
  }
  const enabling = [...last.values()].filter(({ on }) => on === true).map(({ file }) => file);
  return [...new Set(enabling)];
}

/** The text of a settings file; empty for one that is absent, or that we cannot read. */
export function readSettingsFile(file: string, unreadable?: Unreadable): string {
  try {
    return readRegularFile(fs.realpathSync.native(file))?.bytes.toString("utf8") ?? "";
  } catch (error) {
    if (isUnknown(error)) unreadable?.(file, error);
    return "";
  }
}

function pluginsIn(text: string): object {
  try {
    return Object(JSON.parse(text.replace(/^\uFEFF/, "")).enabledPlugins);
  } catch {
    return {};
  }
}
