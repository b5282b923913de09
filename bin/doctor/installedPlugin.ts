/** Where Claude Code has installed a plugin, by its own lists. */
import path from "node:path";
import { readSettingsFile } from "../../shared/install/enabledPlugins.ts";
import { configDir } from "../../shared/journal/sessionFolder.ts";
import { quietly } from "../../shared/system/errors.ts";
import { comparable } from "../../shared/system/platform.ts";

/** What one JSON file of Claude Code's may hold; every part may be absent. */
interface Json {
  [key: string]: Json;
}

/**
 * The folder from which Claude Code runs a plugin. One from a marketplace that is a folder runs there; every other one runs
 * from the copy that installing it made.
 * @param plugin `name@marketplace`
 * @returns undefined if it is not installed for this project
 */
export function installedRoot(plugin: string, projectDir: string): string | undefined {
  const [name, marketplace = ""] = plugin.split("@");
  const { source } = Object(readJson(inPlugins("known_marketplaces.json"))[marketplace]);
  if (source?.source === "directory" && typeof source.path === "string") {
    const offered = readJson(path.join(source.path, ".claude-plugin", "marketplace.json")).plugins;
    const ours = listOf(offered).find((one) => one?.name === name)?.source;
    return typeof ours === "string" ? path.join(source.path, ours) : undefined;
  }
  const entries = listOf(Object(readJson(inPlugins("installed_plugins.json")).plugins)[plugin]);
  const isHere = ({ projectPath }: Json) =>
    projectPath === undefined || comparable(String(projectPath)) === comparable(projectDir);
  const root: unknown = entries.find((entry) => isHere(Object(entry)))?.installPath;
  return typeof root === "string" ? root : undefined;
}

const inPlugins = (name: string) => path.join(configDir(), "plugins", name);

// biome-ignore lint/suspicious/noExplicitAny: another program's JSON, each part of which may be anything
const listOf = (value: unknown): any[] => (Array.isArray(value) ? value : []);

function readJson(file: string): Json {
  let value: Json = {};
  quietly(() => {
    value = Object(JSON.parse(readSettingsFile(file)));
  });
  return value;
}
