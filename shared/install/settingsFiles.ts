/** Finds the Claude Code settings files that start our hooks, or can start them. */
import fs from "node:fs";
import path from "node:path";
import { configDir } from "../journal/sessionFolder.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { isOwnRoot } from "./ownHooks.ts";
import { hasHooks } from "./settingsText.ts";

/** A settings file to add hooks to: the project's, or the user's own. */
export interface SettingsPlace {
  settingsPath: string;
  /** The real file must lie inside. */
  projectDir?: string;
}

export function projectSettings(projectDir: string): SettingsPlace {
  return { settingsPath: path.join(projectDir, ".claude", "settings.json"), projectDir };
}

/**
 * The user's own settings file, which may be a link to anywhere, such as a folder of dotfiles.
 * @throws if the user has no home folder
 */
export function userSettings(): SettingsPlace {
  const named = path.join(configDir(), "settings.json");
  return fs.existsSync(named)
    ? { settingsPath: named, projectDir: path.dirname(fs.realpathSync(named)) }
    : { settingsPath: named };
}

/** The settings files that enable the plugin in the plugin system, and those that hold our hooks. */
export function startersOf(projectDir: string): { enabledIn: string[]; hooksIn: string[] } {
  const texts = [
    path.join(configDir(), "settings.json"),
    path.join(projectDir, ".claude", "settings.json"),
    path.join(projectDir, ".claude", "settings.local.json"),
  ].map((file) => ({ file, text: readText(file) }));
  return {
    enabledIn: texts.filter(({ text }) => enablesPlugin(text)).map(({ file }) => file),
    hooksIn: texts.filter(({ text }) => hasHooks(text, isOwnRoot)).map(({ file }) => file),
  };
}

function enablesPlugin(text: string): boolean {
  try {
    const plugins: unknown = JSON.parse(text.replace(/^\uFEFF/, "")).enabledPlugins;
    return Object.entries(Object(plugins)).some(
      ([name, on]) => name.startsWith("pact-hooks@") && on === true,
    );
  } catch {
    return false;
  }
}

/** The text of a file; empty if the file cannot be read. */
function readText(file: string): string {
  try {
    return readRegularFile(fs.realpathSync(file))?.bytes.toString("utf8") ?? "";
  } catch {
    return "";
  }
}
