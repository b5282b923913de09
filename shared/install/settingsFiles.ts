/** Finds the Claude Code settings files that start our hooks, or can start them. */
import fs from "node:fs";
import path from "node:path";
import { configDir } from "../journal/sessionFolder.ts";
import { enablersOf, readSettingsFile, settingsFilesOf, type Unreadable } from "./enabledPlugins.ts";
import { isOwnRoot } from "./ownHooks.ts";
import { hasHooks } from "./settingsText.ts";

/** A settings file to add hooks to: the project's, or the user's own. */
export interface SettingsPlace {
  settingsPath: string;
  /** The real file must lie inside. */
  projectDir?: string;
}

/** The project's settings of one person, on this machine. */
export function localSettings(projectDir: string): SettingsPlace {
  return { settingsPath: path.join(projectDir, ".claude", "settings.local.json"), projectDir };
}

/** The project's settings that a team shares. */
export function sharedSettings(projectDir: string): SettingsPlace {
  return { settingsPath: path.join(projectDir, ".claude", "settings.json"), projectDir };
}

/**
 * The user's own settings file, which may be a link to anywhere, such as a folder of dotfiles.
 * @throws if the user has no home folder
 */
export function userSettings(): SettingsPlace {
  const named = path.join(configDir(), "settings.json");
  return fs.existsSync(named)
    ? { settingsPath: named, projectDir: path.dirname(fs.realpathSync.native(named)) }
    : { settingsPath: named };
}

/** The settings files that enable the plugin in the plugin system, and those that hold our hooks. */
export function startersOf(
  projectDir: string,
  unreadable: Unreadable,
): { enabledIn: string[]; hooksIn: string[] } {
  return {
    enabledIn: enablersOf("pact-hooks", projectDir, unreadable),
    hooksIn: settingsFilesOf(projectDir).filter((file) => hasHooks(readSettingsFile(file), isOwnRoot)),
  };
}
