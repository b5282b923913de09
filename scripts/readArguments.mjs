import { parseArgs } from "node:util";

/**
 * Reads the arguments of a script. For `--help` it prints the usage; for a wrong argument the reason and the usage, and sets
 * exit code 2.
 * @param {string} usage
 * @param {import("node:util").ParseArgsConfig} config what `parseArgs` takes, without `--help`
 * @param {(parsed: any) => object} check returns the arguments that the script works with, or throws what is wrong
 * @returns the result of `check`, or undefined if the script has nothing more to do
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
