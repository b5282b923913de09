import path from "node:path";
import { fileURLToPath } from "node:url";
import { runHook } from "../shared/hookProtocol.ts";
import { startSession } from "../shared/startSession.ts";

const ownRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const pluginRoot = path.resolve(process.env.CLAUDE_PLUGIN_ROOT || ownRoot);

runHook("SessionStart", (payload) => startSession(payload, pluginRoot));
