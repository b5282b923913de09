/**
 * The environment of a process in a sandbox: nothing of our own but PATH, and whether the native binding is off. NODE_EXTRA_CA_CERTS alone would triple the start
 * of Node.
 */
import path from "node:path";

/**
 * What a shell in the sandbox would have. The home folder is the one around the configuration folder.
 * @param {{ configDir: string }} box
 * @param {NodeJS.ProcessEnv} [more] variables to add, or, with undefined, to leave out
 * @returns {NodeJS.ProcessEnv}
 */
export function envOf({ configDir }, more = {}) {
  const home = path.dirname(configDir);
  return {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: path.join(home, "tmp"),
    ...(process.platform === "win32" && windowsEnv(home)),
    CLAUDE_CONFIG_DIR: configDir,
    ...(process.env.PACT_HOOKS_NATIVE && { PACT_HOOKS_NATIVE: process.env.PACT_HOOKS_NATIVE }),
    ...more,
  };
}

/** Programs for Windows do not start without its own folder. */
function windowsEnv(home) {
  const tmp = path.join(home, "tmp");
  return { USERPROFILE: home, TEMP: tmp, TMP: tmp, SystemRoot: process.env.SystemRoot };
}

/**
 * What Claude Code gives a hook.
 * @param {{ projectDir: string, configDir: string }} box
 * @param {NodeJS.ProcessEnv} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function hookEnvOf(box, more = {}) {
  return envOf(box, { CLAUDE_PROJECT_DIR: box.projectDir, ...more });
}
