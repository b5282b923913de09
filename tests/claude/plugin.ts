import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
/** The built plugin. */
export const dist = path.join(root, "dist");

/** Arguments for a session with the built plugin. */
export const withPlugin = (...args: string[]) => ["--plugin-dir", dist, ...args];
