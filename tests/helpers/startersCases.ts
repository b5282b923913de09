/** Settings of Claude Code, and how often its next session runs our hook with them: observed, and what doctor must say. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hookEntries } from "../../shared/install/ownHooks.ts";
import { tempDir } from "./tempDir.ts";

/** The repository is a marketplace, too, and offers `dist`. */
export const root = fileURLToPath(new URL("../../", import.meta.url));
export const PLUGIN = "pact-hooks@pact-hooks";

export interface SettingsFiles {
  user?: object;
  team?: object;
  local?: object;
  managed?: object;
  /** A file in the folder of those that add to the managed one. */
  added?: object;
}

const on = { enabledPlugins: { [PLUGIN]: true } };
const off = { enabledPlugins: { [PLUGIN]: false } };
const hooks = {
  hooks: Object.fromEntries(
    Object.entries(hookEntries(path.join(root, "dist"))).map(([event, group]) => [event, [group]]),
  ),
};
const none = { disableAllHooks: true };
const managedOnly = { allowManagedHooksOnly: true };

/** The name, the settings, how often the hook runs, and what doctor names as the problem. */
export const STARTERS_CASES: [name: string, files: SettingsFiles, runs: number, problem?: RegExp][] = [
  ["the user enables the plugin", { user: on }, 1],
  ["the team enables the plugin", { team: on }, 1],
  ["an administrator enables the plugin", { managed: on }, 1],
  ["the user has the hooks", { user: hooks }, 1],
  ["the person's settings in the project have the hooks", { local: hooks }, 1],
  ["two settings files have the same hooks", { user: hooks, local: hooks }, 1],
  [
    "plugin and settings register the hooks",
    { user: on, local: hooks },
    2,
    /runs the hooks 2 times: .*config[\\/]settings\.json, .*local\.json/,
  ],
  [
    "the user disables all hooks",
    { user: { ...on, ...none } },
    0,
    /config[\\/]settings\.json sets disableAllHooks, so those enabled in/,
  ],
  [
    "the team disables all hooks",
    { user: on, team: none },
    0,
    /demo[\\/]\.claude[\\/]settings\.json sets disableAllHooks/,
  ],
  [
    "the person disables all hooks of the project",
    { user: hooks, local: none },
    0,
    /settings\.local\.json sets disableAllHooks/,
  ],
  [
    "the person allows the hooks that the user disables",
    { user: { ...on, ...none }, local: { disableAllHooks: false } },
    1,
  ],
  [
    "the person turns the team's plugin off",
    { team: on, local: off },
    0,
    /settings\.json enables the plugin, but .*local\.json, which counts more, turns it off/,
  ],
  [
    "the team turns the user's plugin off",
    { user: on, team: off },
    0,
    /but .*demo[\\/]\.claude[\\/]settings\.json, which counts more/,
  ],
  ["the person turns the plugin on again", { user: off, local: on }, 1],
  [
    "an administrator turns the plugin off",
    { user: on, managed: off },
    0,
    /but \S+managed-settings\.json, which counts more/,
  ],
  [
    "an added file of the administrator's turns the plugin off",
    { user: on, added: off },
    0,
    /but \S+managed-settings\.d\/10-added\.json, which counts more/,
  ],
  ["the person cannot turn off what the administrator enables", { managed: on, local: off }, 1],
  [
    "an administrator disables all hooks",
    { user: on, managed: { ...on, ...none } },
    0,
    /managed-settings\.json sets disableAllHooks, so no hook runs/,
  ],
  [
    "an administrator allows the hooks that the user disables",
    { user: { ...on, ...none }, managed: { disableAllHooks: false } },
    1,
  ],
  ["the user disables all hooks, but not an administrator's plugin", { user: none, managed: on }, 1],
  [
    "an administrator allows managed hooks only",
    { user: on, managed: managedOnly },
    0,
    /sets allowManagedHooksOnly, so those enabled in \S+config[\\/]settings\.json do not run/,
  ],
  [
    "managed hooks only, with hooks in settings",
    { local: hooks, managed: managedOnly },
    0,
    /sets allowManagedHooksOnly/,
  ],
  ["managed hooks only, and the plugin is one", { user: on, managed: { ...on, ...managedOnly } }, 1],
  ["managed hooks only, and ours are", { managed: { ...hooks, ...managedOnly } }, 1],
  ["the user cannot allow managed hooks only", { user: { ...on, ...managedOnly } }, 1],
  [
    "an administrator allows hooks of plugins only",
    { user: hooks, managed: { strictPluginOnlyCustomization: ["hooks"] } },
    0,
    /allows hooks of plugins only/,
  ],
  [
    "hooks of plugins only, and the plugin is enabled",
    { user: on, managed: { strictPluginOnlyCustomization: true } },
    1,
  ],
];

/** Writes the files. @returns a command that runs a program which sees the managed ones */
export function writeSettings(
  files: SettingsFiles,
  { projectDir, configDir }: { projectDir: string; configDir: string },
): string[] {
  const etc = tempDir();
  const places: Record<keyof SettingsFiles, string> = {
    user: path.join(configDir, "settings.json"),
    team: path.join(projectDir, ".claude/settings.json"),
    local: path.join(projectDir, ".claude/settings.local.json"),
    managed: path.join(etc, "claude-code/managed-settings.json"),
    added: path.join(etc, "claude-code/managed-settings.d/10-added.json"),
  };
  for (const [name, values] of Object.entries(files)) {
    const file = places[name as keyof SettingsFiles];
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // What installing the plugin has written there stays.
    const before = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
    fs.writeFileSync(file, JSON.stringify(Array.isArray(values) ? values : { ...before, ...values }));
  }
  return "managed" in files || "added" in files ? withEtc(etc) : [];
}

/** A command that runs a program with more files in /etc. */
function withEtc(etc: string): string[] {
  const mount = `mount -t overlay overlay -o lowerdir=${etc}:/etc /etc`;
  return ["unshare", "-m", "sh", "-c", `${mount} && exec "$0" "$@"`];
}
