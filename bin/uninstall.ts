/** `pact-hooks uninstall`: removes everything of pact-hooks from settings, CLAUDE.md and git. */
import fs from "node:fs";
import path from "node:path";
import { claudeMdPaths } from "../shared/claudeMd/place.ts";
import { sidecarOf } from "../shared/fileLock.ts";
import { claudeMdRemovals, reachableTarget } from "../shared/install/claudeMdRemoval.ts";
import { isManaged } from "../shared/install/enabledPlugins.ts";
import { excludeRemoval, hiddenTargets } from "../shared/install/gitExcludes.ts";
import { removalOf } from "../shared/install/installHooks.ts";
import { removeClaims, removeEmptyFolder, removeSidecars } from "../shared/install/leftovers.ts";
import { localSettings, sharedSettings, startersOf, userSettings } from "../shared/install/settingsFiles.ts";
import { configDir, journalRoot } from "../shared/journal/sessionFolder.ts";
import type { TargetPath } from "../shared/system/targetPath.ts";
import { runnerOf } from "./cli/command.ts";
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
  // The hooks first, so that no new session brings the block back.
  const changes: NamedChange[] = [
    ...places.map((place) => ({ wanted: removalOf(place), done: "removed the hooks" })),
    ...claudeMdRemovals(dir, { purge: values.purge === true }).map((wanted) => ({
      wanted,
      done: "removed the managed block",
    })),
  ];
  const targets = [
    ...claudeMdPaths(dir).map((file) => reachableTarget(file, dir)),
    ...[...places, localSettings(dir), sharedSettings(dir)].map((place) =>
      reachableTarget(place.settingsPath, place.projectDir),
    ),
    ...hiddenTargets(dir),
    // A session's lock on the user's own CLAUDE.md.
    values.user ? reachableTarget(path.join(configDir(), "CLAUDE.md")) : undefined,
  ].filter((target) => target !== undefined);
  return values["dry-run"] ? showAll(dir, changes, targets) : removeAll(dir, changes, targets);
}

function showAll(dir: string, changes: readonly NamedChange[], targets: readonly TargetPath[]): number {
  const wanted = excludeRemoval(dir);
  const all = wanted ? [...changes, { wanted, done: "" }] : changes;
  const sidecars = new Set(targets.map(sidecarOf).filter((file) => fs.existsSync(file)));
  const previews = all.map((change) => previewOf(change));
  for (const preview of previews) if (preview) showPreview(preview);
  for (const file of sidecars) printLine(`${file} would be removed, unless a process holds it.`);
  if (previews.every((preview) => preview === null) && sidecars.size === 0) printLine("Nothing to change.");
  return previews.includes(false) ? 1 : 0;
}

function removeAll(dir: string, changes: readonly NamedChange[], targets: readonly TargetPath[]): number {
  const results = changes.map((change) => make(change, "uninstall"));
  const leftovers = [removeClaims(targets), removeSidecars(targets)];
  const [removed, kept] = [leftovers.flatMap((some) => some.removed), leftovers.flatMap((some) => some.kept)];
  for (const file of removed) printLine(`${file}: removed`);
  for (const { path: file, why } of kept) note(`kept ${file}: ${why}. Run this again later.`);
  const isOneGone = removed.length > 0 || results.some((result) => result?.outcome === "removed");
  const folder = path.join(dir, ".claude");
  if (isOneGone && removeEmptyFolder(folder)) printLine(`${folder}: removed, because it was empty`);
  // A lock file that stays is still not to show in git status.
  const exclude = kept.length === 0 ? excludeRemoval(dir) : null;
  if (exclude) {
    results.push(make({ wanted: exclude, done: "removed the names of the lock files" }, "uninstall"));
    const target = reachableTarget(exclude.file, exclude.projectDir);
    if (target) removeSidecars([target]);
  }
  if (!isOneGone && results.every((result) => result?.outcome === "unchanged"))
    printLine("Nothing to change.");
  else
    printLine(`The session journals stay in ${journalRoot()}. To remove old ones: pact-hooks journal prune`);
  tellOtherStarters(dir);
  return results.includes(null) || kept.length > 0 ? 1 : 0;
}

/** Reports what still starts the hooks, which would add the block again. */
function tellOtherStarters(dir: string): void {
  const { enabledIn, hooksIn } = startersOf(dir);
  for (const file of enabledIn) {
    const advice = isManaged(file)
      ? "Ask your administrator."
      : "Run: /plugin uninstall pact-hooks@pact-hooks";
    note(`the plugin is still enabled in ${file}. ${advice}`);
  }
  for (const file of hooksIn) note(`the hooks are still in ${file}; see pact-hooks uninstall --help`);
}
