import { endSession } from "../shared/endSession.ts";
import { runHook } from "../shared/hookProtocol.ts";

runHook("SessionEnd", endSession);
