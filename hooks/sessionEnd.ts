import { endSession } from "../shared/session/endSession.ts";
import { runHook } from "../shared/session/hookProtocol.ts";

runHook("SessionEnd", endSession);
