/** `pact-hooks uninstall`: removes everything of pact-hooks from settings, CLAUDE.md and git. */
import path from "node:path";
import { claudeMdPaths } from "../shared/claudeMd/place.ts";
import { sidecarOf } from "../shared/fileLock.ts";
import { claudeMdRemovals, reachableTarget } from "../shared/install/claudeMdRemoval.ts";
import { isManaged } from "../shared/install/enabledPlugins.ts";
import { excludeRemoval, hiddenTargets } from "../shared/install/gitExcludes.ts";
import { removalOf } from "../shared/install/installHooks.ts";
import {
  type Leftovers,
  removeClaims,
  removeEmptyFolder,
  removeSidecars,
} from "../shared/install/leftovers.ts";
import { localSettings, sharedSettings, startersOf, userSettings } from "../shared/install/settingsFiles.ts";
import { configDir, journalRoot } from "../shared/journal/sessionFolder.ts";
import { report } from "../shared/journal/sessionJournal.ts";
import { messageOf } from "../shared/system/errors.ts";
import { isThere } from "../shared/system/files.ts";
import type { TargetPath } from "../shared/system/targetPath.ts";
import { savedMessage } from "../shared/update/update.ts";
import { isDefect, runnerOf } from "./cli/command.ts";
import { note, printLine } from "./cli/output.ts";
import { make, type NamedChange, previewOf, showPreview } from "./install/changes.ts";

const USAGE = `Usage: pact-hooks uninstall [DIR] [--user] [--purge] [--dry-run]

Removes pact-hooks from the project in DIR (default: the current folder): its hooks in .claude/settings.json and
settings.local.json, its block in CLAUDE.md, its lock files, and its lines in the repository's info/exclude. Works
whether or not the plugin is installed. Everything else stays byte for byte. What people wrote into Pinned Context,
Working Memory and Retrieved Context stays in CLAUDE.md as ordinary text. Files, and a .claude folder, are removed if
they contain nothing else.

Options:
  --user       remove the hooks from the user's own settings instead of the project's
  --purge      also remove Pinned Context, Working Memory and Retrieved Context
  --dry-run    show the changes without making them
  -h, --help   show this help

Exit code: 0 done or nothing to do, 1 a file was left unchanged (with the reason), 2 wrong usage.

Examples:
  pact-hooks uninstall --dry-run
  pact-hooks uninstall ~/my-project
  pact-hooks uninstall --user --purge
`;

export const run = runnerOf({
  usage: USAGE,
  options: { user: { type: "boolean" }, purge: { type: "boolean" }, "dry-run": { type: "boolean" } },
  takes: "folder",
  run: uninstall,
});

function uninstall(values: { user?: boolean; purge?: boolean; "dry-run"?: boolean }, dir: string): number {
  const places = values.user ? [userSettings()] : [localSettings(dir), sharedSettings(dir)];
  const steps = new Steps();
  const removals = steps.find(() => claudeMdRemovals(dir, { purge: values.purge === true }));
  // The hooks first, so that no new session brings the block back.
  const changes: NamedChange[] = [
    ...places.map((place) => ({ wanted: removalOf(place), done: "removed the hooks" })),
    ...removals.map((wanted) => ({ wanted, done: "removed the managed block" })),
  ];
  const locked: [file: string, projectDir?: string][] = [
    ...claudeMdPaths(dir).map((file): [string, string] => [file, dir]),
    ...[...places, localSettings(dir), sharedSettings(dir)].map(
      ({ settingsPath, projectDir }): [string, string?] => [settingsPath, projectDir],
    ),
  ];
  // A session's lock on the user's own CLAUDE.md.
  if (values.user) locked.push([path.join(configDir(), "CLAUDE.md")]);
  const targets = [
    ...locked.flatMap(([file, projectDir]) => steps.find(() => reachableTarget(file, projectDir) ?? [])),
    ...steps.find(() => hiddenTargets(dir)),
  ];
  if (values["dry-run"]) showAll(dir, changes, targets, steps);
  else removeAll(dir, changes, targets, steps);
  return steps.isWhole ? 0 : 1;
}

/** The steps of an uninstall. One that fails is reported, and the others are done all the same. */
class Steps {
  isWhole = true;
  #told = new Set<string>();

  /** What a step finds; nothing after a failure, which is reported. @throws a defect */
  find<T>(look: () => T | readonly T[]): readonly T[] {
    try {
      const found = look();
      return Array.isArray(found) ? found : [found as T];
    } catch (error) {
      if (isDefect(error)) throw error;
      this.fail(messageOf(error));
      return [];
    }
  }

  /** Reports a failure, once. */
  fail(message: string): void {
    this.isWhole = false;
    if (!this.#told.has(message)) note(message);
    this.#told.add(message);
  }

  /** Reports what was kept. @returns what was removed */
  keep({ removed, kept }: Leftovers): string[] {
    for (const { path: file, why } of kept) this.fail(`kept ${file}: ${why}. Run this again later.`);
    return removed;
  }
}

function showAll(
  dir: string,
  changes: readonly NamedChange[],
  targets: readonly TargetPath[],
  steps: Steps,
): void {
  const excludes = steps.find(() => excludeRemoval(dir) ?? []);
  const all = [...changes, ...excludes.map((wanted) => ({ wanted, done: "" }))];
  const previews = all.map((change) => previewOf(change));
  for (const preview of previews) if (preview) showPreview(preview);
  const isSidecar = (file: string) => steps.find(() => isThere(file)).includes(true);
  const sidecars = [...new Set(targets.map(sidecarOf))].filter(isSidecar);
  for (const file of sidecars) printLine(`${file} would be removed, unless a process holds it.`);
  if (previews.includes(false)) steps.isWhole = false;
  const isNothing = steps.isWhole && previews.every((preview) => preview === null) && sidecars.length === 0;
  if (isNothing) printLine("Nothing to change.");
}

function tellSaved(target: TargetPath, saved: string, projectDir: string): void {
  report(
    "outside_edit",
    { target: target.path, resolution: "saved", saved },
    { hook: "uninstall", journal: { projectDir } },
  );
  note(savedMessage(target, saved));
}

function removeAll(
  dir: string,
  changes: readonly NamedChange[],
  targets: readonly TargetPath[],
  steps: Steps,
): void {
  const results = changes.map((change) => make(change, "uninstall"));
  const tell = (target: TargetPath, saved: string) => tellSaved(target, saved, dir);
  const removed = [...steps.keep(removeClaims(targets, tell)), ...steps.keep(removeSidecars(targets))];
  for (const file of removed) printLine(`${file}: removed`);
  const isOneGone = removed.length > 0 || results.some((result) => result?.outcome === "removed");
  const folder = path.join(dir, ".claude");
  const isEmptied = isOneGone && steps.keep(removeEmptyFolder(folder)).length > 0;
  if (isEmptied) printLine(`${folder}: removed, because it was empty`);
  // A lock file that stays is still not to show in git status.
  const excludes = steps.isWhole ? steps.find(() => excludeRemoval(dir) ?? []) : [];
  for (const wanted of excludes) {
    results.push(make({ wanted, done: "removed the names of the lock files" }, "uninstall"));
    const own = steps.find(() => reachableTarget(wanted.file, wanted.projectDir) ?? []);
    for (const leftovers of [removeClaims(own, tell), removeSidecars(own)]) steps.keep(leftovers);
  }
  if (results.includes(null)) steps.isWhole = false;
  if (isOneGone || results.some((result) => result?.outcome === "written"))
    printLine(`The session journals stay in ${journalRoot()}. To remove old ones: pact-hooks journal prune`);
  else if (steps.isWhole) printLine("Nothing to change.");
  tellOtherStarters(dir, steps);
}

/** Reports what still starts the hooks, which would add the block again. */
function tellOtherStarters(dir: string, steps: Steps): void {
  const unreadable = (_file: string, error: unknown) => steps.fail(messageOf(error));
  const { enabledIn, hooksIn } = startersOf(dir, unreadable);
  for (const file of enabledIn) {
    const advice = isManaged(file)
      ? "Ask your administrator."
      : "Run: /plugin uninstall pact-hooks@pact-hooks";
    note(`the plugin is still enabled in ${file}. ${advice}`);
  }
  for (const file of hooksIn) note(`the hooks are still in ${file}; see pact-hooks uninstall --help`);
}
