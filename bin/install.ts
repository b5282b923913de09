/** `pact-hooks install`: adds the hooks to a settings file, for use without Claude Code's plugin system. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hideLocalSettings } from "../shared/git/infoExclude.ts";
import { additionOf } from "../shared/install/installHooks.ts";
import { localSettings, sharedSettings, startersOf, userSettings } from "../shared/install/settingsFiles.ts";
import { runnerOf, UsageError } from "./cli/command.ts";
import { note, printLine } from "./cli/output.ts";
import { make, type NamedChange, previewOf, showAll } from "./install/changes.ts";

const USAGE = `Usage: pact-hooks install [DIR] [--shared | --user] [--dry-run]

Adds the hooks to .claude/settings.local.json of the project in DIR (default: the current folder), for use without
Claude Code's plugin system. The hooks run from a folder of this machine, so they do not belong in the settings that a
team shares. Every other setting stays byte for byte. Safe to run again: hooks that run from another folder are
replaced.

If the plugin system has enabled the plugin, nothing is changed.

Options:
  --shared     use .claude/settings.json, which the team shares
  --user       use the user's own settings, which apply to all projects
  --dry-run    show the changes without making them
  -h, --help   show this help

Exit code: 0 done or nothing to do, 1 a file was left unchanged (with the reason), 2 wrong usage.

Examples:
  pact-hooks install
  pact-hooks install ~/my-project --dry-run
  pact-hooks install --user
`;

/** This plugin's folder: the built command line lies in its `cli`. */
const PLUGIN_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

export const run = runnerOf({
  usage: USAGE,
  options: { shared: { type: "boolean" }, user: { type: "boolean" }, "dry-run": { type: "boolean" } },
  takes: "folder",
  run: install,
});

function install(values: { shared?: boolean; user?: boolean; "dry-run"?: boolean }, dir: string): number {
  if (values.shared && values.user) throw new UsageError("use either --shared or --user");
  const place = values.user ? userSettings() : values.shared ? sharedSettings(dir) : localSettings(dir);
  // What cannot be read may enable the plugin.
  const { enabledIn } = startersOf(dir, (_file, error) => {
    throw error;
  });
  const settings: NamedChange = {
    wanted: additionOf({ ...place, pluginRoot: PLUGIN_ROOT }),
    done: `added the hooks, which run from ${PLUGIN_ROOT}`,
  };
  const changes: NamedChange[] = enabledIn.length > 0 ? [] : [settings];
  if (enabledIn[0]) printLine(`The plugin is enabled in ${enabledIn[0]}: not adding its hooks again.`);
  if (values["dry-run"]) return showAll(changes);
  // If the settings cannot be changed, change nothing else.
  if (changes.includes(settings) && previewOf(settings) === false) return 1;
  if (changes.includes(settings)) warnOfNpx();
  return makeAll(changes, dir);
}

function makeAll(changes: readonly NamedChange[], dir: string): number {
  hideLocalSettings(dir);
  const results = changes.map((change) => make(change, "install"));
  if (results.every((result) => result?.outcome === "unchanged"))
    printLine("Nothing to change: everything is installed.");
  else if (results.at(-1)?.outcome === "written") {
    printLine("Claude Code runs the hooks from its next session on. To undo: pact-hooks uninstall");
  }
  return results.includes(null) ? 1 : 0;
}

function warnOfNpx(): void {
  if (!PLUGIN_ROOT.split(path.sep).includes("_npx")) return;
  note(
    `the hooks run from ${PLUGIN_ROOT}, a folder that npx may delete. To keep them, install the package first: npm i -g pact-hooks`,
  );
}
