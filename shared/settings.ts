/** Finds, reads and parses a project's settings for this plugin. */
import { LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS } from "./lock/lease.ts";
import { messageOf } from "./system/errors.ts";
import { inFolder, isThere } from "./system/files.ts";
import { readRegularFile } from "./system/snapshot.ts";
import { resolveTarget } from "./system/targetPath.ts";
import { CONTROL, LONE_SURROGATE, SEPARATOR_OR_DIRECTION } from "./text/characters.ts";
import { type FrontMatterPlace, isYaml, locateFrontMatter, parseYaml } from "./text/frontMatter.ts";

/** The project's settings file for this plugin, named as Claude Code plugins name theirs. */
export const SETTINGS_FILE = ".claude/pact-hooks.local.md";

export interface Settings {
  /** False: no hook changes the project's CLAUDE.md. */
  enabled: boolean;
  sessionBlock: boolean;
  routingBlock: boolean;
  lockTimeoutSeconds: number;
  lockTtlSeconds: number;
  /** The project's own words for the routing block: the Markdown below the front matter. */
  projectRouting: string;
}

export const DEFAULT_SETTINGS: Readonly<Settings> = {
  enabled: true,
  sessionBlock: true,
  routingBlock: true,
  lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS,
  lockTtlSeconds: LOCK_TTL_SECONDS,
  projectRouting: "",
};

/** Limits in characters and in problems: the project is not trusted, so parsing and reporting must stay short. */
const MAX_FRONT_MATTER = 10_000;
const MAX_PROBLEMS = 5;
const MAX_SHOWN = 60;

interface Rule {
  wanted: string;
  accepts: (value: unknown) => boolean;
}

const isBetween = (least: number, most: number): Rule => ({
  wanted: `a number from ${least} to ${most}`,
  accepts: (value) => typeof value === "number" && value >= least && value <= most,
});
const isBoolean: Rule = { wanted: "true or false", accepts: (value) => typeof value === "boolean" };

const RULES = new Map<string, Rule>([
  ["enabled", isBoolean],
  ["sessionBlock", isBoolean],
  ["routingBlock", isBoolean],
  ["lockTimeoutSeconds", isBetween(0, 20)],
  ["lockTtlSeconds", isBetween(1, 3600)],
]);

/**
 * Reads a project's settings. The project is not trusted and the file's text goes into CLAUDE.md, so a link that leads
 * outside the project is refused. Never throws.
 * @returns the settings, and each problem as a sentence for a person
 */
export function readProjectSettings(projectDir: string): { settings: Settings; problems: string[] } {
  const named = inFolder(projectDir, SETTINGS_FILE);
  try {
    if (!isThere(named)) return defaults([]);
    const content = readRegularFile(resolveTarget(named, projectDir).path);
    return content ? parseSettings(content.bytes.toString("utf8")) : defaults([]);
  } catch (error) {
    const reason = messageOf(error).replace(/\.?$/, ".");
    return defaults([`${SETTINGS_FILE}: ${reason} All settings have their defaults.`]);
  }
}

function defaults(problems: string[]): { settings: Settings; problems: string[] } {
  return { settings: { ...DEFAULT_SETTINGS }, problems };
}

/**
 * Parses the content of the settings file. A wrong setting has its default. Never throws.
 * @returns the settings, and each problem with its line, as a sentence for a person
 */
export function parseSettings(text: string): { settings: Settings; problems: string[] } {
  const settings: Settings = { ...DEFAULT_SETTINGS };
  const problems: string[] = [];
  const report = (line: number, what: string) => problems.push(`${SETTINGS_FILE} line ${line}: ${what}.`);

  const place = locateFrontMatter(text);
  if (!place) {
    if (/^\uFEFF?---/.test(text)) {
      report(1, "the front matter has no closing line `---`; all settings have their defaults");
    } else settings.projectRouting = body(text, 0);
    return { settings, problems };
  }
  if (!isYaml(place)) {
    report(
      1,
      `front matter in "${place.language}" is not supported, only YAML; all settings have their defaults`,
    );
    return { settings, problems };
  }
  settings.projectRouting = body(text, place.end);
  const lines = text.slice(place.start, place.close).split("\n");
  for (const [key, value] of readValues(text, place, report)) {
    if (problems.length >= MAX_PROBLEMS) {
      report(1, "the file has more problems");
      break;
    }
    const rule = RULES.get(key);
    const line = lineOfKey(lines, key);
    if (!rule)
      report(line, `unknown setting ${shown(key)}; the settings are ${[...RULES.keys()].join(", ")}`);
    else if (rule.accepts(value)) Object.assign(settings, { [key]: value });
    else report(line, `${key} must be ${rule.wanted}, not ${shown(value)}; the default is used`);
  }
  return { settings, problems };
}

function readValues(
  text: string,
  place: FrontMatterPlace,
  report: (line: number, what: string) => void,
): [string, unknown][] {
  if (place.end - place.start > MAX_FRONT_MATTER) {
    report(
      1,
      `the front matter is longer than ${MAX_FRONT_MATTER} characters; all settings have their defaults`,
    );
    return [];
  }
  let data: unknown;
  try {
    data = parseYaml(text, place);
  } catch (error) {
    const { reason, line } = yamlError(error);
    report(line, `the YAML is broken (${reason}); all settings have their defaults`);
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

function body(text: string, from: number): string {
  return text
    .slice(from)
    .replace(/^\uFEFF/, "")
    .trim();
}

/** A value as messages show it. A list or a map is only named, because it may have any size and hold itself. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return value instanceof Date ? "a date" : "a map";
  return shorten(typeof value === "string" ? JSON.stringify(value.slice(0, MAX_SHOWN)) : String(value));
}

function shorten(text: string): string {
  const line = text.replace(UNSHOWN, " ");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

const UNSHOWN = new RegExp(`[${CONTROL}${LONE_SURROGATE}${SEPARATOR_OR_DIRECTION}]+`, "gu");
