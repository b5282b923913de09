/** Claude Code's settings that decide whether it runs our hooks, and who registers them. */
import path from "node:path";
import { isManaged, readSettingsFile, settingsFilesOf } from "../../shared/install/enabledPlugins.ts";
import { isOurHandler, isOwnRoot } from "../../shared/install/ownHooks.ts";
import { messageOf, whyNot } from "../../shared/system/errors.ts";
import { installedRoot } from "./installedPlugin.ts";

export interface ClaudeSettings {
  file: string;
  isManaged: boolean;
  values: Record<string, unknown>;
  /** Why Claude Code does not use the file. */
  problem?: string;
  /** Why we cannot read it. */
  unreadable?: string;
}

/** The settings files that exist; the later one counts more. */
export function readClaudeSettings(projectDir: string): ClaudeSettings[] {
  const unknown: ClaudeSettings[] = [];
  const unreadable = (file: string, error: unknown) => {
    const why = whyNot((error as Error).cause ?? error);
    unknown.push({ file, isManaged: isManaged(file), values: {}, unreadable: why });
  };
  const known = settingsFilesOf(projectDir, unreadable).flatMap((file) => {
    const text = readSettingsFile(file, unreadable);
    const found = { file, isManaged: isManaged(file) };
    if (text === "") return [];
    try {
      const values: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
      const why = whyUnused(values, found.isManaged);
      return why ? [{ ...found, values: {}, problem: why }] : [{ ...found, values: Object(values) }];
    } catch (error) {
      return [{ ...found, values: {}, problem: messageOf(error) }];
    }
  });
  return [...known, ...unknown];
}

/** One value of a wrong type is enough, but for a managed file, of which only that value is not used. */
function whyUnused(values: unknown, isManaged: boolean): string | undefined {
  if (!isObject(values)) return "it does not hold an object";
  const { disableAllHooks = false, enabledPlugins = {} } = values as Record<string, unknown>;
  if (isManaged) return undefined;
  if (typeof disableAllHooks !== "boolean") return "disableAllHooks must be true or false";
  const isState = (on: unknown) => typeof on === "boolean" || Array.isArray(on);
  return isObject(enabledPlugins) && Object.values(enabledPlugins).every(isState)
    ? undefined
    : "enabledPlugins must say true or false for each plugin";
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
