/** The built package, as its users import it. `PACT_HOOKS_LIBRARY` names another build, such as one without the fence. */
const library = await import(process.env.PACT_HOOKS_LIBRARY || "../../dist/index.mjs");
export const { appendEvent, makeEvent, removeBlock, updateBlock, updateFile, withFileLock } = library;
