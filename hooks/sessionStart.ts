import path from "node:path";
import { runHook } from "../shared/hookProtocol.ts";
import { startSession } from "../shared/startSession.ts";

const pluginRoot = path.resolve(process.env.CLAUDE_PLUGIN_ROOT || path.join(import.meta.dirname, ".."));

runHook("SessionStart", (payload) => startSession(payload, pluginRoot));
