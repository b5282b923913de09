import { type ParseArgsConfig, parseArgs } from "node:util";
import { messageOf } from "../../shared/system/errors.ts";
import { printable } from "../../shared/text/characters.ts";

/** Wrong arguments: the reason and the usage go to standard error, and the exit code is 2. */
export class UsageError extends Error {
  usage: string;

  constructor(message: string, usage: string) {
    super(printable(message));
    this.usage = usage;
  }
}

/** Node's `parseArgs`. @throws {UsageError} for what it does not know */
export function parseArguments<T extends ParseArgsConfig>(
  config: T,
  usage: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(messageOf(error), usage);
  }
}
