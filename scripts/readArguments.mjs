import { parseArgs } from "node:util";

/**
 * Reads the arguments of a script. `--help` prints the usage; a wrong argument prints why and the usage, with exit code 2.
 * @param {string} usage
 * @param {import("node:util").ParseArgsConfig} config what `parseArgs` takes, without `--help`
 * @param {(parsed: any) => object} check makes of it what the script works with, or throws what is wrong
 * @returns undefined if there is nothing more to do
 */
export function readArguments(usage, config, check) {
  try {
    const options = { ...config.options, help: { type: "boolean", short: "h" } };
    const parsed = parseArgs({ ...config, options });
    if (!parsed.values.help) return check(parsed);
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}
