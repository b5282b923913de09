/** Finds the Claude Code settings files that enable a plugin. A hook loads this file: it stays small. */
import fs from "node:fs";
import path from "node:path";
import { configDir } from "../journal/sessionFolder.ts";
import { readRegularFile } from "../system/snapshot.ts";

/** The settings files that count in a project, the user's own first. @throws if the user has no home folder */
export function settingsFilesOf(projectDir: string): string[] {
  return [
    path.join(configDir(), "settings.json"),
    path.join(projectDir, ".claude", "settings.json"),
    path.join(projectDir, ".claude", "settings.local.json"),
  ];
}

/** Those that enable a plugin, whatever marketplace it is from. @throws if the user has no home folder */
export function enablersOf(plugin: string, projectDir: string): string[] {
  return settingsFilesOf(projectDir).filter((file) => enables(readSettingsFile(file), plugin));
}

/** The text of a settings file; empty if the file cannot be read. */
export function readSettingsFile(file: string): string {
  try {
    return readRegularFile(fs.realpathSync(file))?.bytes.toString("utf8") ?? "";
  } catch {
    return "";
  }
}

function enables(text: string, plugin: string): boolean {
  try {
    const plugins: unknown = JSON.parse(text.replace(/^\uFEFF/, "")).enabledPlugins;
    return Object.entries(Object(plugins)).some(([name, on]) => name.startsWith(`${plugin}@`) && on === true);
  } catch {
    return false;
  }
}
