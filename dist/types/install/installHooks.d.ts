import type { UpdateResult } from "../update/updateFile.ts";
export interface InstallOptions {
    /** The settings file, such as `.claude/settings.json`; created, with its folder, if absent. */
    settingsPath: string;
    /** The plugin's folder, which the hooks are run from. */
    pluginRoot: string;
    /** The real file must lie inside. Default: the folder of `settingsPath`. */
    projectDir?: string | undefined;
}
export type UninstallOptions = Omit<InstallOptions, "pluginRoot">;
/** `removed`: the settings file held nothing else, and is gone. */
export type UninstallResult = Omit<UpdateResult, "outcome"> & {
    outcome: UpdateResult["outcome"] | "removed";
};
/**
 * Adds the hooks, or brings them up to date, in one locked update. Every other byte stays as it is.
 * @returns `refused`, with a message, for a file that is not valid settings; never throws
 */
export declare function installHooks(options: InstallOptions): UpdateResult;
/**
 * Takes the hooks out, from whatever folder they are run, in one locked update. The file is as it was before, byte for
 * byte, if nobody else has changed it.
 * @returns as `installHooks`
 */
export declare function uninstallHooks(options: UninstallOptions): UninstallResult;
