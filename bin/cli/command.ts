/** A command is data: what it takes, and what it does. Help, arguments and errors are handled here for all of them. */
import fs from "node:fs";
import path from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { codeOf, errnoOf, isUnknown, messageOf, Refusal } from "../../shared/system/errors.ts";
import { formatHelp, synopsisOf } from "./help.ts";
import { note, outputError, print } from "./output.ts";
import { didYouMean } from "./suggest.ts";
import { columnsOf } from "./terminal.ts";

export type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

/** What a command takes besides its options, and what `run` gets. */
interface Arguments {
  nothing: undefined;
  /** The absolute path of a folder that exists; the current folder if the user names none. */
  folder: string;
  words: string[];
}

export interface Command<O extends Options, T extends keyof Arguments> {
  /** The text of `--help`, whose first paragraph also follows the message about wrong usage. */
  usage: string;
  /** All options but `--help`. */
  options: O;
  takes: T;
  /** @returns the exit code @throws {UsageError} */
  run(values: Values<O>, taken: Arguments[T]): number | Promise<number>;
}

/** Runs a command with its arguments. @returns the exit code */
export type Run = (args: string[]) => Promise<number>;

/** Wrong usage: the runner prints the message and the synopsis to standard error, and exits 2. */
export class UsageError extends Error {}

/** Makes the function that runs a command. Each built file has its own copy, which catches its own `UsageError`. */
export function runnerOf<const O extends Options, T extends keyof Arguments>(command: Command<O, T>): Run {
  const { usage, takes } = command;
  return (args) =>
    exitCodeOf(usage, () => {
      const { values, positionals } = parse(args, command.options, takes !== "nothing");
      if (values.help) return help(usage);
      return command.run(values as Values<O>, ARGUMENTS[takes](positionals));
    });
}

/** Makes the function that runs the command which the first argument names, or shows its help after `help`. */
export function runnerOfGroup(usage: string, commands: Record<string, Run>): Run {
  const runCommand: Run = ([name, ...args]) => {
    const run = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (run) return run(args);
    if (name === "help") return runCommand([...args, "--help"]);
    return exitCodeOf(usage, () => {
      if (name === "-h" || name === "--help") return help(usage);
      if (name === undefined) {
        note("a command is missing", `\n${formatHelp(usage, columnsOf(process.stderr))}`);
        return 2;
      }
      const kind = name.startsWith("-") ? "option" : "command";
      throw new UsageError(
        `unknown ${kind} '${name}'${didYouMean(name, [...Object.keys(commands), "--help"])}`,
      );
    });
  };
  return runCommand;
}

/** The exit code of `run`, or 2 after wrong usage, or 1 after an error of the system or a refusal. */
export async function exitCodeOf(usage: string, run: () => number | Promise<number>): Promise<number> {
  try {
    const code = await run();
    const error = outputError();
    if (error === undefined) return code;
    note(`could not write the output (${messageOf(error)})`);
    return 1;
  } catch (error) {
    if (error instanceof UsageError) {
      note(error.message, `\n${hintOf(usage)}`);
      return 2;
    }
    return reportFailure(error);
  }
}

/** Reports an error that is no wrong usage. @returns the exit code */
export function reportFailure(error: unknown): 1 {
  note(isDefect(error) ? defectOf(error) : messageOf(error));
  return 1;
}

/** Whether an error is neither the system's nor a refusal of ours: this package is wrong then. */
export function isDefect(error: unknown): boolean {
  // Node's own word for an error of the system: this user has no home folder.
  const isSystemError = codeOf(error) === "ERR_SYSTEM_ERROR" || errnoOf(codeOf(error)) !== undefined;
  return !(error instanceof Refusal) && !isSystemError;
}

/** One line, with the place of the stack trace that a report needs. */
function defectOf(error: unknown): string {
  const [, at] = /^ +at .*?([^/\\(]+:\d+:\d+)\)?$/m.exec(String((error as Error | null)?.stack)) ?? [];
  const what = at ? `${messageOf(error)}, at ${at}` : messageOf(error);
  return `failed, which is a defect (${what}). Please report this line, with your command and pact-hooks --version.`;
}

function help(usage: string): number {
  print(formatHelp(usage, columnsOf(process.stdout)));
  return 0;
}

/** What follows a message about wrong usage. The whole help would push the message off the screen. */
function hintOf(usage: string): string {
  const synopsis = synopsisOf(usage);
  const [, name = ""] = /^Usage: (pact-hooks(?: [a-z]+)*)/.exec(synopsis) ?? [];
  return formatHelp(`${synopsis}\n\nFor help: ${name} --help\n`, columnsOf(process.stderr));
}

/** @throws {UsageError} */
function parse(args: string[], own: Options, allowPositionals: boolean) {
  const options: Options = { ...own, help: { type: "boolean", short: "h" } };
  try {
    return parseArgs({ args, options, allowPositionals });
  } catch (error) {
    throw new UsageError(problemOf(args, options, allowPositionals) ?? messageOf(error));
  }
}

/** The problem with the arguments if it is a name or a word that the command does not take. */
function problemOf(args: string[], options: Options, allowPositionals: boolean): string | undefined {
  const known = Object.keys(options).map((name) => `--${name}`);
  for (const token of parseArgs({ args, options, strict: false, tokens: true }).tokens) {
    if (token.kind === "option" && !Object.hasOwn(options, token.name))
      return `unknown option '${token.rawName}'${didYouMean(token.rawName, known)}`;
    if (token.kind === "positional" && !allowPositionals) return `unexpected argument '${token.value}'`;
    if (token.kind !== "option") continue;
    const needsValue = options[token.name]?.type === "string";
    if (needsValue && token.value === undefined) return `${token.rawName} needs a value`;
    if (!needsValue && token.value !== undefined) return `${token.rawName} takes no value`;
  }
  return undefined;
}

const ARGUMENTS: { [T in keyof Arguments]: (positionals: string[]) => Arguments[T] } = {
  nothing: () => undefined,
  folder: folderOf,
  words: (positionals) => positionals,
};

/** @throws {UsageError} */
function folderOf(positionals: string[]): string {
  if (positionals.length > 1) throw new UsageError(`expected one folder, got ${positionals.length}`);
  const dir = path.resolve(positionals[0] ?? ".");
  if (isFolder(dir)) return dir;
  throw new UsageError(`${dir} is not a folder`);
}

/** @throws the system's error if it does not tell */
export function isFolder(dir: string): boolean {
  try {
    return fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (isUnknown(error)) throw error;
    return false;
  }
}
