/** Adds the hooks to a Claude Code settings file or removes them, for users who do not use the plugin system. */
import path from "node:path";
import { type ChangeResult, type FileChange, makeChange } from "../update/fileChange.ts";
import type { UpdateResult } from "../update/updateFile.ts";
import { isOwnRoot } from "./ownHooks.ts";
import { addHooks, removeHooks } from "./settingsText.ts";

export interface InstallOptions {
  /** The settings file, such as `.claude/settings.json`. If absent, it is created with its folder. */
  settingsPath: string;
  /** The plugin's folder, from which Claude Code runs the hooks. */
  pluginRoot: string;
  /** The real file must lie inside. Default: the folder of `settingsPath`. */
  projectDir?: string | undefined;
}

export type UninstallOptions = Omit<InstallOptions, "pluginRoot">;

/** `removed`: the settings file held nothing else. */
export type UninstallResult = ChangeResult;

/**
 * Adds the hooks, or brings them up to date, in one locked update. Every other byte stays as it is.
 * Never throws.
 * @returns `refused`, with a message, for a file that does not hold valid settings
 */
export function installHooks(options: InstallOptions): UpdateResult {
  return makeChange(additionOf(options), { hook: "install" }) as UpdateResult;
}

/**
 * Removes the hooks in one locked update, whatever folder they run from. If nothing else changed the file since
 * `installHooks`, every byte is as it was before. Never throws.
 * @returns `refused`, with a message, for a file that does not hold valid settings
 */
export function uninstallHooks(options: UninstallOptions): UninstallResult {
  return makeChange(removalOf(options), { hook: "uninstall" });
}

/** @internal */
export function additionOf({ settingsPath, pluginRoot, projectDir }: InstallOptions): FileChange {
  const root = path.resolve(pluginRoot);
  return { file: settingsPath, projectDir, change: (text) => addHooks(text, root, isOwnRoot) };
}

/** @internal */
export function removalOf({ settingsPath, projectDir }: UninstallOptions): FileChange {
  const change = (text: string | null) => text && removeHooks(text, isOwnRoot);
  return { file: settingsPath, projectDir, change, leftBehindLink: "{}\n" };
}
