/** Claude Code's settings that decide whether it runs our hooks, and who registers them. */
import path from "node:path";
import { isManaged, readSettingsFile, settingsFilesOf } from "../../shared/install/enabledPlugins.ts";
import { isOurHandler, isOwnRoot } from "../../shared/install/ownHooks.ts";
import { messageOf } from "../../shared/system/errors.ts";
import { installedRoot } from "./installedPlugin.ts";

export interface ClaudeSettings {
  file: string;
  isManaged: boolean;
  values: Record<string, unknown>;
  /** Why Claude Code ignores the whole file. */
  problem?: string;
}

/** The settings files that exist; the later one counts more. */
export function readClaudeSettings(projectDir: string): ClaudeSettings[] {
  return settingsFilesOf(projectDir).flatMap((file) => {
    const text = readSettingsFile(file);
    const found = { file, isManaged: isManaged(file) };
    if (text === "") return [];
    try {
      return [{ ...found, values: Object(JSON.parse(text.replace(/^\uFEFF/, ""))) }];
    } catch (error) {
      return [{ ...found, values: {}, problem: messageOf(error) }];
    }
  });
}

/** The last file that sets a value, which is the one that counts. */
export function lastWord<T>(
  settings: readonly ClaudeSettings[],
  read: (values: ClaudeSettings["values"]) => T | undefined,
): { file: string; isManaged: boolean; value: T } | undefined {
  const found = settings.findLast(({ values }) => read(values) !== undefined);
  return found && { ...found, value: read(found.values) as T };
}

/** What makes Claude Code run our hook at a session's start. */
export interface Starter {
  /** The settings file that says so. */
  file: string;
  isManaged: boolean;
  /** The plugin's name with its marketplace; absent for hooks in a settings file. */
  plugin?: string;
  /** The hook's file; undefined for a plugin that is not installed. */
  script: string | undefined;
}

/** The plugins of our name that are enabled, and our hooks in settings files. */
export function findStarters(settings: readonly ClaudeSettings[], projectDir: string): Starter[] {
  return [
    ...pluginStarters(settings, projectDir),
    ...settings.flatMap((one) => hookStarters(one, projectDir)),
  ];
}

/** Our plugin in each marketplace that a settings file names. */
export function ourPlugins(settings: readonly ClaudeSettings[]): string[] {
  const names = settings.flatMap(({ values }) => Object.keys(Object(values.enabledPlugins)));
  return [...new Set(names.filter((name) => name.startsWith("pact-hooks@")))];
}

export const isEnabled =
  (plugin: string) =>
  (values: ClaudeSettings["values"]): unknown =>
    Object(values.enabledPlugins)[plugin];

function pluginStarters(settings: readonly ClaudeSettings[], projectDir: string): Starter[] {
  return ourPlugins(settings).flatMap((plugin) => {
    const word = lastWord(settings, isEnabled(plugin));
    if (word?.value !== true) return [];
    const root = installedRoot(plugin, projectDir);
    const script = root && path.join(root, "hooks", "sessionStart.cjs");
    return [{ file: word.file, isManaged: word.isManaged, plugin, script }];
  });
}

function hookStarters({ file, isManaged, values }: ClaudeSettings, projectDir: string): Starter[] {
  const groups = listOf(Object(values.hooks).SessionStart);
  return groups
    .flatMap((group) => listOf(Object(group).hooks))
    .filter((handler) => isOurHandler(handler, isOwnRoot))
    .map((handler) => (handler as { args: [string] }).args[0].replaceAll(PROJECT, () => projectDir))
    .map((script) => ({ file, isManaged, script: path.resolve(projectDir, script) }));
}

/** Claude Code fills it in. */
const PROJECT = "\x24{CLAUDE_PROJECT_DIR}";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
