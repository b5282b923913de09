/** The built package, as its users import it. `PACT_HOOKS_LIBRARY` names another build, such as one without the fence. */
import { pathToFileURL } from "node:url";

const named = process.env.PACT_HOOKS_LIBRARY;
const library = await import(named ? pathToFileURL(named).href : "../../dist/index.mjs");
export const { appendEvent, makeEvent, removeBlock, updateBlock, updateFile, withFileLock } = library;
