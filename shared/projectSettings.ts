import { DEFAULT_SETTINGS, parseSettings, SETTINGS_FILE, type Settings } from "./settings.ts";
import { messageOf } from "./system/errors.ts";
import { inFolder, isThere } from "./system/files.ts";
import { readRegularFile } from "./system/snapshot.ts";
import { resolveTarget } from "./system/targetPath.ts";

/**
 * Reads a project's settings. The file is the project's, which is not trusted: a link that leads outside is not
 * followed, for the file's text goes into CLAUDE.md. Never throws: what is wrong is a problem, in words.
 */
export function readProjectSettings(projectDir: string): { settings: Settings; problems: string[] } {
  const named = inFolder(projectDir, SETTINGS_FILE);
  try {
    if (!isThere(named)) return defaults([]);
    const content = readRegularFile(resolveTarget(named, projectDir).path);
    return content ? parseSettings(content.bytes.toString("utf8")) : defaults([]);
  } catch (error) {
    return defaults([`${SETTINGS_FILE}: ${messageOf(error)} All settings have their defaults.`]);
  }
}

function defaults(problems: string[]): { settings: Settings; problems: string[] } {
  return { settings: { ...DEFAULT_SETTINGS }, problems };
}
