/**
 * The settings: found, read, parsed. Every program that writes into CLAUDE.md must come to the same text, or two people's
 * sessions rewrite it against each other for ever. So a team's file decides what stands in CLAUDE.md, and a personal file,
 * or an option of the plugin, decides what concerns one person.
 */
import fs from "node:fs";
import path from "node:path";
import { type WorkTree, workTreeOf } from "./git/workTree.ts";
import { configDir } from "./journal/sessionFolder.ts";
import { LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS } from "./lock/lease.ts";
import { messageOf, Refusal } from "./system/errors.ts";
import { inFolder, isThere } from "./system/files.ts";
import { readRegularFile } from "./system/snapshot.ts";
import { resolveTarget } from "./system/targetPath.ts";
import { UNSHOWN_RUNS, wholeStart } from "./text/characters.ts";
import { type FrontMatterPlace, isYaml, locateFrontMatter, parseYaml } from "./text/frontMatter.ts";

/** What a team decides; committed. */
export const TEAM_FILE = ".claude/pact-hooks.md";
/** What a person decides; in a project, or under this name in the configuration folder. */
export const PERSONAL_FILE = ".claude/pact-hooks.local.md";
const USER_FILE = "pact-hooks.local.md";
/** Claude Code gives a hook the plugin's options in variables with this prefix. */
const OPTION_PREFIX = "CLAUDE_PLUGIN_OPTION_";

export interface Settings {
  /** False: the hook does nothing. */
  enabled: boolean;
  sessionBlock: boolean;
  routingBlock: boolean;
  lockTimeoutSeconds: number;
  lockTtlSeconds: number;
  /** The team's words for the routing block: the Markdown below the front matter of its file. */
  projectRouting: string;
  /** A person's words for the model's context: the Markdown below the front matter of a personal file. */
  ownWords: string;
}

export const DEFAULT_SETTINGS: Readonly<Settings> = {
  enabled: true,
  sessionBlock: false,
  routingBlock: true,
  lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS,
  lockTtlSeconds: LOCK_TTL_SECONDS,
  projectRouting: "",
  ownWords: "",
};

/** A file of the project is not trusted: neither parsing it nor telling what is wrong may take long. */
const MAX_BYTES = 256 * 1024;
const MAX_PROBLEMS = 5;
const MAX_SHOWN = 60;

type Owner = "team" | "person";

interface Rule {
  owners: readonly Owner[];
  wanted: string;
  accepts: (value: unknown) => boolean;
}

const isBetween = (least: number, most: number) => ({
  wanted: `a number from ${least} to ${most}`,
  accepts: (value: unknown) => typeof value === "number" && value >= least && value <= most,
});
const isBoolean = { wanted: "true or false", accepts: (value: unknown) => typeof value === "boolean" };

const RULES = new Map<string, Rule>([
  ["enabled", { owners: ["team", "person"], ...isBoolean }],
  ["sessionBlock", { owners: ["team"], ...isBoolean }],
  ["routingBlock", { owners: ["team"], ...isBoolean }],
  ["lockTimeoutSeconds", { owners: ["person"], ...isBetween(0, 20) }],
  ["lockTtlSeconds", { owners: ["person"], ...isBetween(1, 3600) }],
]);

const FILE_OF: Record<Owner, string> = { team: TEAM_FILE, person: PERSONAL_FILE };

/** What one place says: only what is set there. */
interface Found {
  values: Partial<Settings>;
  problems: string[];
  /** It exists, and could not be read: what it says is unknown. */
  isUnread?: true;
}

/**
 * Reads the settings of a project. Of several places the first one that sets a value decides: the session's folder, the
 * folders above it up to the top of the work tree, the same in the main work tree of a linked one, the user's own file, the
 * plugin's options. `enabled: false` counts wherever it stands. Never throws: what is wrong is a problem, in words.
 * @param tree the work tree that the project lies in
 * @returns `isWhole`: false if a file that exists could not be read, so that the settings may be others
 */
export function readProjectSettings(
  projectDir: string,
  tree: WorkTree | null = workTreeOf(projectDir),
): {
  settings: Settings;
  problems: string[];
  isWhole: boolean;
} {
  const folders = foldersOf(projectDir, tree);
  const inFolders = folders.flatMap((folder) => readFolder(folder, folder === projectDir));
  const found = [...inFolders, readUserFile(folders), readOptions(process.env)];
  const settings: Settings = { ...DEFAULT_SETTINGS };
  for (const { values } of found.toReversed()) Object.assign(settings, values);
  if (found.some(({ values }) => values.enabled === false)) settings.enabled = false;
  const isWhole = !found.some(({ isUnread }) => isUnread);
  return { settings, problems: found.flatMap(({ problems }) => problems), isWhole };
}

/** The folders whose settings count, nearest first. */
function foldersOf(projectDir: string, tree: WorkTree | null): string[] {
  // GIT_WORK_TREE may name a tree that the session's folder does not lie in.
  if (!tree || tree.below.split(path.sep)[0] === "..") return [projectDir];
  const tops = new Set([tree.top, tree.mainTop]);
  // The session's folder may be named through a link, and the work tree's never is.
  const [, ...others] = [...tops].flatMap((top) => upwards(path.join(top, tree.below), top));
  return [projectDir, ...others];
}

function upwards(folder: string, top: string): string[] {
  return folder === top ? [folder] : [folder, ...upwards(path.dirname(folder), top)];
}

/** @param isProject messages then name the files without their folder */
function readFolder(folder: string, isProject: boolean): Found[] {
  const label = (name: string) => (isProject ? name : inFolder(folder, name));
  return [
    readFile(folder, TEAM_FILE, "team", label(TEAM_FILE)),
    readFile(folder, PERSONAL_FILE, "person", label(PERSONAL_FILE)),
  ];
}

/** The user's own file may be a link to anywhere, as dotfiles are. */
function readUserFile(folders: readonly string[]): Found {
  try {
    const config = configDir();
    const file = inFolder(config, USER_FILE);
    // A session in the home folder, or in a repository that holds it, has read it as a project's.
    const isRead = folders.some((folder) => inFolder(folder, PERSONAL_FILE) === file);
    return isRead
      ? { values: {}, problems: [] }
      : readFile(config, USER_FILE, "person", file, path.parse(config).root);
  } catch {
    // Without a home folder there is no such file.
    return { values: {}, problems: [] };
  }
}

/** @param anchor the folder that a link may lead to; in a project, there may be none */
function readFile(folder: string, name: string, owner: Owner, label: string, anchor = folder): Found {
  const named = inFolder(folder, name);
  try {
    if (!isThere(named)) return { values: {}, problems: [] };
    // A hostile repository's link could name .env or .git/config, whose text would go into CLAUDE.md.
    if (anchor === folder && fs.lstatSync(named).isSymbolicLink()) {
      throw new Refusal("is a link", "Replace it with a file.", named);
    }
    const content = readRegularFile(resolveTarget(named, anchor).path, MAX_BYTES);
    return content
      ? parseSettings(content.bytes.toString("utf8"), owner, label)
      : { values: {}, problems: [] };
  } catch (error) {
    const reason = messageOf(error).replace(/\.?$/, ".");
    return { values: {}, problems: [`${label}: ${reason} Its settings are not used.`], isUnread: true };
  }
}

/** The plugin's options, as Claude Code passes them: text, under a name whose case it may change. */
function readOptions(env: NodeJS.ProcessEnv): Found {
  const values: Partial<Settings> = {};
  const problems: string[] = [];
  for (const [name, raw = ""] of Object.entries(env)) {
    const text = raw.trim();
    if (!name.startsWith(OPTION_PREFIX) || text === "") continue;
    const wanted = name.slice(OPTION_PREFIX.length).replaceAll("_", "").toLowerCase();
    const [key, rule] = [...RULES].find(([candidate]) => candidate.toLowerCase() === wanted) ?? [];
    if (!key || !rule?.owners.includes("person")) continue;
    const value = text === "true" ? true : text === "false" ? false : Number(text);
    if (rule.accepts(value)) Object.assign(values, { [key]: value });
    else
      problems.push(`The plugin's option ${key} must be ${rule.wanted}, not ${shown(text)}; it is not used.`);
  }
  return { values, problems };
}

/**
 * Parses the text of a settings file. What is wrong is described with its line and not used; it never throws.
 * @param owner whose file it is: a setting that only the other may decide is named as such
 */
export function parseSettings(text: string, owner: Owner, file = FILE_OF[owner]): Found {
  const values: Partial<Settings> = {};
  const problems: string[] = [];
  const report = (line: number, what: string) => problems.push(`${file} line ${line}: ${what}.`);
  const words = (from: number) => {
    // trim() also removes a byte order mark.
    const body = text.slice(from).trim();
    if (body !== "") Object.assign(values, owner === "team" ? { projectRouting: body } : { ownWords: body });
  };

  const place = locateFrontMatter(text);
  if (!place) {
    if (/^\uFEFF?---/.test(text)) {
      report(1, "the front matter has no closing line `---`; its settings are not used");
    } else words(0);
    return { values, problems };
  }
  if (!isYaml(place)) {
    report(1, `front matter in "${place.language}" is not supported, only YAML; its settings are not used`);
    return { values, problems };
  }
  words(place.end);
  const lines = text.slice(place.start, place.close).split("\n");
  for (const [key, value] of readValues(text, place, report)) {
    if (problems.length >= MAX_PROBLEMS) {
      report(1, "the file has more problems");
      break;
    }
    const rule = RULES.get(key);
    const line = lineOfKey(lines, key);
    if (!rule) report(line, `unknown setting ${shown(key)}; the settings are ${keysOf(owner).join(", ")}`);
    else if (!rule.owners.includes(owner)) report(line, `${key} is not used: ${whose(owner)}`);
    else if (rule.accepts(value)) Object.assign(values, { [key]: value });
    else report(line, `${key} must be ${rule.wanted}, not ${shown(value)}; it is not used`);
  }
  return { values, problems };
}

function whose(owner: Owner): string {
  return owner === "person"
    ? `it decides what stands in CLAUDE.md, which is a team's setting. Move it to ${TEAM_FILE}`
    : `it is a personal setting. Move it to ${PERSONAL_FILE}`;
}

function keysOf(owner: Owner): string[] {
  return [...RULES].filter(([, { owners }]) => owners.includes(owner)).map(([key]) => key);
}

function readValues(
  text: string,
  place: FrontMatterPlace,
  report: (line: number, what: string) => void,
): [string, unknown][] {
  let data: unknown;
  try {
    data = parseYaml(text, place);
  } catch (error) {
    const { reason, line } = yamlError(error);
    report(line, `the YAML cannot be read (${reason}); its settings are not used`);
    return [];
  }
  if (data === null || data === undefined) return [];
  if (typeof data !== "object" || Array.isArray(data)) {
    report(2, `the front matter must be lines of the form \`key: value\`, not ${shown(data)}`);
    return [];
  }
  return Object.entries(data);
}

function yamlError(error: unknown): { reason: string; line: number } {
  const { reason, mark, message } = Object(error) as {
    reason?: string;
    mark?: { line?: number };
    message?: string;
  };
  return { reason: shorten(reason ?? message ?? "unreadable"), line: (mark?.line ?? 0) + 1 };
}

/** The line of a top-level key; 1, where the front matter begins, if the key is written in an unusual way. */
function lineOfKey(lines: readonly string[], key: string): number {
  const written = [key, `"${key}"`, `'${key}'`];
  const isKey = (line: string) =>
    written.some((name) => line.startsWith(name) && /^\s*:/.test(line.slice(name.length)));
  return lines.findIndex(isKey) + 1 || 1;
}

/** A value as messages show it. A list or a map is only named, because it may have any size and hold itself. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return value instanceof Date ? "a date" : "a map";
  return shorten(typeof value === "string" ? JSON.stringify(value.slice(0, MAX_SHOWN)) : String(value));
}

function shorten(text: string): string {
  const line = text.replace(UNSHOWN_RUNS, " ");
  return line.length > MAX_SHOWN ? `${wholeStart(line, MAX_SHOWN)}…` : line;
}
