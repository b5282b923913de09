/** The checks of the programs that a session needs: the Node that hooks get, and Claude Code. */
import fs from "node:fs";
import path from "node:path";
import { childProcess } from "../../shared/system/dependencies.ts";
import { IS_WINDOWS } from "../../shared/system/platform.ts";
import { isFolderInside } from "../../shared/system/targetPath.ts";
import { type ClaudeSettings, lastWord, readClaudeSettings } from "./claudeSettings.ts";
import { type Found, note, ok, problem } from "./finding.ts";

const LEAST_NODE = "20.17";
/** The first version that starts a hook's program with its arguments (plugin.json names it, too). */
const LEAST_CLAUDE = "2.1.139";
const MAX_RUN_MS = 5000;
const ADVICE = `Install Node ${LEAST_NODE} or later, and put it first in PATH.`;

/** Claude Code runs the first `node` in PATH, which need not be the one that runs this command. */
export function checkNode(projectDir: string): Found[] {
  const set = lastWord(readClaudeSettings(projectDir), pathOf);
  const file = findProgram("node", projectDir);
  if (set) return checkNodeIn(set.value, set.file, projectDir, file);
  return file
    ? [describeNode(file, projectDir)]
    : [problem("hooks get no Node: no folder of PATH has it", ADVICE)];
}

/** A PATH of the settings', which may be those of a repository: nothing is run out of it that is not in our own PATH. */
function checkNodeIn(
  searched: string,
  setIn: string,
  projectDir: string,
  trusted: string | undefined,
): Found[] {
  const file = findProgram("node", projectDir, searched);
  if (!file) return [problem(`hooks get no Node: no folder of the PATH that ${setIn} sets has it`, ADVICE)];
  if (trusted && fs.realpathSync.native(file) === fs.realpathSync.native(trusted))
    return [describeNode(trusted, projectDir)];
  return [
    note(
      `${setIn} sets the PATH of hooks, which get another Node: ${file}`,
      `It must be ${LEAST_NODE} or later.`,
    ),
  ];
}

function describeNode(file: string, projectDir: string): Found {
  const isThis = fs.realpathSync.native(file) === fs.realpathSync.native(process.execPath);
  const version = isThis ? process.versions.node : versionOf(file, projectDir);
  if (!version) return problem(`hooks get a Node that does not say its version: ${file}`, ADVICE);
  return isAtLeast(version, LEAST_NODE)
    ? ok(`Node ${version}: ${file}`)
    : problem(`hooks get Node ${version}, which is too old: ${file}`, ADVICE);
}

function pathOf({ env }: ClaudeSettings["values"]): string | undefined {
  const { PATH } = Object(env);
  return typeof PATH === "string" ? PATH : undefined;
}

export function checkClaude(projectDir: string): Found[] {
  const file = findProgram("claude", projectDir);
  if (!file) return [];
  const version = versionOf(file, projectDir);
  if (!version)
    return [
      note(`${file} does not say its version`, `pact-hooks needs Claude Code ${LEAST_CLAUDE} or later.`),
    ];
  return isAtLeast(version, LEAST_CLAUDE)
    ? [ok(`Claude Code ${version}`)]
    : [
        problem(
          `Claude Code ${version} is too old: it starts Node without the hook`,
          `Update it to ${LEAST_CLAUDE} or later: claude update`,
        ),
      ];
}

/** The first program of this name in PATH. What lies in the project, or depends on the current folder, is not run. */
function findProgram(
  name: string,
  projectDir: string,
  searched = process.env.PATH ?? "",
): string | undefined {
  const file = IS_WINDOWS ? `${name}.exe` : name;
  const project = fs.realpathSync.native(projectDir);
  const isInProject = (program: string) =>
    isFolderInside(path.dirname(fs.realpathSync.native(program)), project);
  return searched
    .split(path.delimiter)
    .filter((dir) => path.isAbsolute(dir))
    .map((dir) => path.join(dir, file))
    .find((candidate) => isProgram(candidate) && !isInProject(candidate));
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The version that a program prints in a folder, which decides for a version manager; undefined if it prints none. */
function versionOf(file: string, cwd: string): string | undefined {
  const { stdout } = childProcess().spawnSync(file, ["--version"], {
    cwd,
    encoding: "utf8",
    timeout: MAX_RUN_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return /\d+\.\d+\.\d+/.exec(stdout ?? "")?.[0];
}

/** Compares two version numbers, part by part. */
function isAtLeast(version: string, least: string): boolean {
  const wanted = least.split(".").map(Number);
  const parts = version.split(".").map(Number);
  const at = wanted.findIndex((part, index) => parts[index] !== part);
  return at === -1 || (parts[at] ?? 0) > (wanted[at] ?? 0);
}
