/**
 * Our hooks as entries of a settings file, and how we tell them from the hooks of others. The entries are those of
 * `hooks/hooks.json` (a test compares the two), with the plugin's path in place of `${CLAUDE_PLUGIN_ROOT}`.
 */
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readRegularFile } from "../system/snapshot.ts";

export interface HookHandler {
  type: "command";
  command: string;
  args: string[];
  timeout: number;
  /** What Claude Code shows while it waits for the hook. */
  statusMessage: string;
}

/** Without a matcher: a start from a source that Claude Code adds later is a start too. */
export interface HookGroup {
  hooks: HookHandler[];
}

const handler = (root: string, script: string, timeout: number, what: string): HookHandler => ({
  type: "command",
  command: "node",
  args: [`${root}/hooks/${script}`],
  timeout,
  statusMessage: `pact-hooks: ${what}`,
});

/** The one entry for each event that we use. @param root the plugin's folder */
export function hookEntries(root: string): Record<string, HookGroup> {
  return {
    SessionStart: {
      hooks: [handler(root, "sessionStart.cjs", 60, "updating CLAUDE.md, in turn with other sessions")],
    },
    SessionEnd: { hooks: [handler(root, "sessionEnd.cjs", 5, "recording the end of the session")] },
  };
}

/** Whether a folder is this plugin's; undefined if unknown, because the folder is gone. */
export type IsOwnRoot = (root: string) => boolean | undefined;

/** A manifest has a few hundred bytes. A settings file, which is not trusted, may point to any larger file. */
const MAX_MANIFEST_BYTES = 64 * 1024;

/** Whether a folder is this plugin's, by its manifest; undefined if the manifest is missing or unreadable. */
export function isOwnRoot(root: string): boolean | undefined {
  try {
    const manifest = readRegularFile(path.join(root, ".claude-plugin", "plugin.json"), MAX_MANIFEST_BYTES);
    return manifest ? JSON.parse(manifest.bytes.toString("utf8")).name === "pact-hooks" : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a handler in a settings file is ours: it runs one of our scripts from a folder that is this plugin's. If that
 * folder is gone, its path must contain our name, or the handler must be exactly as we write it.
 */
export function isOurHandler(value: unknown, isOwnRoot: IsOwnRoot): boolean {
  const { command, args } = Object(value) as { command?: unknown; args?: unknown };
  const [script, ...more] = command === "node" && Array.isArray(args) ? (args as unknown[]) : [];
  const match =
    typeof script === "string" && /^(.*)[\\/]hooks[\\/]session(?:Start|End)\.[cm]js$/s.exec(script);
  if (!match) return false;
  const root = match[1] as string;
  const asWritten = { ...Object(value), args: [script.replace(/\.mjs$/, ".cjs"), ...more] };
  // An older version wrote no status message.
  const isAsWeWrite = Object.values(hookEntries(root)).some(({ hooks: [ours] }) =>
    isDeepStrictEqual(ours, { ...asWritten, statusMessage: ours?.statusMessage }),
  );
  return isOwnRoot(root) ?? (isAsWeWrite || /pact-hooks/.test(root));
}
