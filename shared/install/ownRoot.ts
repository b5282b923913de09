import fs from "node:fs";
import path from "node:path";

/** Whether a folder is this plugin's, by its manifest; undefined if there is none to be read. */
export function isOwnRoot(root: string): boolean | undefined {
  try {
    const manifest = fs.readFileSync(path.join(root, ".claude-plugin", "plugin.json"), "utf8");
    return (JSON.parse(manifest) as { name?: unknown }).name === "pact-hooks";
  } catch {
    return undefined;
  }
}
