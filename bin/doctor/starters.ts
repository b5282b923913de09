/** The check whether Claude Code will run our hook at the next session's start. */
import fs from "node:fs";
import { sharedSettings } from "../../shared/install/settingsFiles.ts";
import { isUnknown, whyNot } from "../../shared/system/errors.ts";
import {
  type ClaudeSettings,
  findStarters,
  isEnabled,
  lastWord,
  ourPlugins,
  readClaudeSettings,
  type Starter,
} from "./claudeSettings.ts";
import { type Found, note, ok, problem } from "./finding.ts";

const INSTALL = "Run: /plugin install pact-hooks@pact-hooks";
const ASK = "Ask your administrator, who alone can change that.";

export function checkStarters(projectDir: string): Found[] {
  const settings = readClaudeSettings(projectDir);
  const starters = findStarters(settings, projectDir);
  const obstacles = starters.map((starter) => whyBlocked(starter, settings) ?? whyGone(starter));
  const running = starters.filter((_, index) => obstacles[index] === undefined);
  const found = [
    ...settings.flatMap(describeInvalid),
    ...obstacles.filter((obstacle) => obstacle !== undefined),
    ...running.map(({ file }) => ok(`enabled in ${file}`)),
    ...describeDoubles(running),
    ...describeMachinePath(starters, projectDir),
  ];
  if (starters.length > 0) return found;
  const off = ourPlugins(settings).flatMap((plugin) => describeOff(plugin, settings));
  // One of those that cannot be read may enable it.
  if (settings.some(({ unreadable }) => unreadable)) return [...found, ...off];
  return [
    ...found,
    ...(off.length > 0 ? off : [note("not enabled in any settings file of Claude Code", INSTALL)]),
  ];
}

function describeInvalid({ file, isManaged, problem: why, unreadable }: ClaudeSettings): Found[] {
  if (unreadable) return [problem(`${file} cannot be read (${unreadable})`, "Make it readable for you.")];
  if (!why) return [];
  return isManaged
    ? [problem(`${file} is not valid, so Claude Code does not start: ${why}`, ASK)]
    : [problem(`${file} is not valid, so Claude Code ignores all of it: ${why}`, "Correct it.")];
}

/** Which setting keeps Claude Code from running a hook that is registered. An administrator's own hooks need his word. */
function whyBlocked(starter: Starter, settings: readonly ClaudeSettings[]): Found | undefined {
  const managed = settings.filter(({ isManaged }) => isManaged);
  const none = lastWord(managed, isOff);
  if (none?.value === true) return problem(`${none.file} sets disableAllHooks, so no hook runs`, ASK);
  if (starter.isManaged) return undefined;
  const only = lastWord(managed, ({ allowManagedHooksOnly }) => allowManagedHooksOnly);
  const ours = `those enabled in ${starter.file} do not run`;
  if (only?.value === true) {
    return problem(
      `${only.file} sets allowManagedHooksOnly, so ${ours}`,
      "Ask your administrator to enable the plugin there.",
    );
  }
  const off = lastWord(settings, isOff);
  if (off?.value === true) {
    return problem(`${off.file} sets disableAllHooks, so ${ours}`, "Remove that setting.");
  }
  const strict = lastWord(managed, (values) => values.strictPluginOnlyCustomization);
  const isStrict = strict?.value === true || (Array.isArray(strict?.value) && strict.value.includes("hooks"));
  return isStrict && !starter.plugin
    ? problem(
        `${strict?.file} allows hooks of plugins only, so ${ours}`,
        `Run: pact-hooks uninstall, then ${INSTALL.slice(5)}`,
      )
    : undefined;
}

/** In a managed file, another value counts as none. */
const isOff = ({ disableAllHooks }: ClaudeSettings["values"]) =>
  typeof disableAllHooks === "boolean" ? disableAllHooks : undefined;

function whyGone({ file, plugin, script }: Starter): Found | undefined {
  if (script === undefined) {
    return problem(
      `${file} enables ${plugin}, which is not installed here`,
      `Run: /plugin install ${plugin}`,
    );
  }
  const error = errorOf(() => fs.accessSync(script, fs.constants.R_OK));
  if (error === undefined) return undefined;
  if (isUnknown(error))
    return problem(
      `${file} runs a hook that cannot be read (${whyNot(error)}): ${script}`,
      "Make it readable for you.",
    );
  return plugin
    ? problem(
        `${plugin} lacks its hook: ${script} is gone`,
        `Run: /plugin uninstall ${plugin}, then /plugin install ${plugin}`,
      )
    : problem(
        `${file} runs a hook that is gone: ${script}`,
        "Run: pact-hooks install, with the option that names this file",
      );
}

/** The error of a step, or undefined. */
function errorOf(step: () => void): unknown {
  try {
    step();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Claude Code runs a command that several settings files name alike only once. */
function describeDoubles(running: readonly Starter[]): Found[] {
  const different = new Map(running.map((starter) => [starter.plugin ?? starter.script, starter.file]));
  if (different.size < 2) return [];
  const advice =
    "Keep one: remove the hooks (pact-hooks uninstall, or --user), or disable the plugin (/plugin).";
  return [
    problem(
      `each session runs the hooks ${different.size} times: ${[...different.values()].join(", ")}`,
      advice,
    ),
  ];
}

/** A plugin that one file enables, and a file that counts more turns off; or one that is only turned off. */
function describeOff(plugin: string, settings: readonly ClaudeSettings[]): Found[] {
  const last = lastWord(settings, isEnabled(plugin)) as { file: string; isManaged: boolean };
  const enabling = settings.find(({ values }) => isEnabled(plugin)(values) === true);
  const advice = last.isManaged ? ASK : `Run: /plugin enable ${plugin}`;
  return enabling
    ? [
        problem(
          `${enabling.file} enables the plugin, but ${last.file}, which counts more, turns it off`,
          advice,
        ),
      ]
    : [note(`${last.file} turns the plugin off`, advice)];
}

function describeMachinePath(starters: readonly Starter[], projectDir: string): Found[] {
  const { settingsPath: shared } = sharedSettings(projectDir);
  return starters.some(({ file, plugin }) => file === shared && !plugin)
    ? [
        note(
          `${shared}, which a team shares, runs the hooks from a folder of this machine`,
          "Run: pact-hooks uninstall, then pact-hooks install",
        ),
      ]
    : [];
}
