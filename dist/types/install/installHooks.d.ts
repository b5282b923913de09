import { type ChangeResult } from "../update/fileChange.ts";
import type { UpdateResult } from "../update/updateFile.ts";
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
export declare function installHooks(options: InstallOptions): UpdateResult;
/**
 * Removes the hooks in one locked update, whatever folder they run from. If nothing else changed the file since
 * `installHooks`, every byte is as it was before. Never throws.
 * @returns `refused`, with a message, for a file that does not hold valid settings
 */
export declare function uninstallHooks(options: UninstallOptions): UninstallResult;
