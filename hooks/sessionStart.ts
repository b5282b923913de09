import path from "node:path";
import { runHook } from "../shared/session/hookProtocol.ts";
import { startSession } from "../shared/session/sessionReport.ts";

const pluginRoot = path.resolve(process.env.CLAUDE_PLUGIN_ROOT || path.join(import.meta.dirname, ".."));

runHook("SessionStart", (payload) => startSession(payload, pluginRoot));
