/** System errors, judged by their codes, and our own refusals. */
import { os } from "./dependencies.ts";

/** The reason we refuse to change a file or a text. Tells a person what is wrong, where, and what to do. */
export class Refusal extends Error {
  code = "REFUSED";
  /** What is wrong with which file: no whole sentence. */
  readonly what: string;
  readonly advice: string;
  #why: string;

  /**
   * @param why follows the file's name in the message: "is not UTF-8 text"
   * @param advice a whole sentence, or empty
   * @param file absent if the caller knows only the text: see `of`
   * @param options with the system's error as `cause`, if one is the reason
   */
  constructor(why: string, advice = "", file?: string, options?: ErrorOptions) {
    const what = `${why}; left unchanged.`;
    super([file, what, advice].filter(Boolean).join(" "), options);
    this.what = [file, why].filter(Boolean).join(" ");
    this.advice = advice;
    this.#why = why;
  }

  /** Turns the refusal of a text into that of the file that holds the text. */
  of(file: string): Refusal {
    return new Refusal(this.#why, this.advice, file, { cause: this.cause });
  }
}

/** Node names an error like this if it does not know the code, as with ESTALE and EDQUOT. */
const UNKNOWN_TO_NODE = /^Unknown system error -\d+(?:: Unknown system error -\d+)?/;

/** The system's code of an error (`ENOENT`), or undefined if it did not come from the system. */
export function codeOf(error: unknown): string | undefined {
  const { code, errno = 0 } = Object(error) as NodeJS.ErrnoException;
  if (typeof code !== "string") return undefined;
  return UNKNOWN_TO_NODE.test(code) ? (nameOfErrno(-errno) ?? code) : code;
}

function nameOfErrno(errno: number): string | undefined {
  return Object.entries(os().constants.errno).find(([, value]) => value === errno)?.[0];
}

/** Whether the error is one of these system errors. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}

/** The number that this system gives the code (13 for EACCES on Linux), or undefined if it does not know the code. */
export function errnoOf(code: string | undefined): number | undefined {
  return (os().constants.errno as Record<string, number>)[code ?? ""];
}

/** The message of any thrown value, for a journal or a person. Never throws. */
export function messageOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    return error.message.replace(UNKNOWN_TO_NODE, () => `${codeOf(error)}: the kernel refused`);
  } catch {
    return "an error that cannot be shown";
  }
}

/** Makes an error like the system's own, for a failure that no system call reported. */
export function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

/** Makes the system's error for a number that the kernel gave. */
export function systemErrorOf(errno: number): NodeJS.ErrnoException {
  const code = nameOfErrno(errno) ?? `errno ${errno}`;
  return Object.assign(systemError(code, "the kernel refused"), { errno: -errno });
}

/**
 * What kept a private file of ours from being written, and what to do: `(EACCES: permission denied). Make this writable …`.
 * @param file named if the error names no path
 */
export function obstacle(error: unknown, file: string): string {
  const what = whyNot(error);
  const at = (error as NodeJS.ErrnoException | null)?.path ?? file;
  return `(${what}). ${whatToDo(error)}: ${at}`;
}

/** A system error's message without its path, which is told elsewhere. */
export function whyNot(error: unknown): string {
  const [what = ""] = messageOf(error).split(", ");
  return what.replace(/^ENOTREG: /, "");
}

/** What to do about a file or folder that could not be written, whose path follows. */
export function whatToDo(error: unknown): string {
  return ADVICE[codeOf(error) ?? ""] ?? "Check this path";
}

const MOVE_AWAY = "Move this away";
const MAKE_ROOM = "Free some disk space, or raise the limit, for";
const ADVICE: Record<string, string> = {
  EACCES: "Make this writable for you",
  EPERM: "Make this writable for you",
  EBUSY: "Close the program that uses this",
  EROFS: "Mount this writable",
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EFBIG: MAKE_ROOM,
  ENOTREG: MOVE_AWAY,
  EISDIR: MOVE_AWAY,
  ELOOP: MOVE_AWAY,
  ENXIO: MOVE_AWAY,
  ENOTDIR: "Move the file away that stands in the place of a folder, on the way to",
};

/** No user can read a file at a path with one of these errors. */
const LEADS_NOWHERE = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ENXIO"];

/**
 * Whether an error leaves open what is at a path: the system did not tell, as with EACCES or EMFILE. A path that leads
 * nowhere, and a file that we refuse for what it is, are known.
 */
export function isUnknown(error: unknown): boolean {
  const cause = error instanceof Refusal ? error.cause : error;
  return errnoOf(codeOf(cause)) !== undefined && !isCode(cause, ...LEADS_NOWHERE);
}

/** Runs `read`. @returns its result, or null if the file is absent @throws every other error of `read` */
export function ifPresent<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** Runs a step whose failure has no consequence. */
export function quietly(run: () => void): void {
  try {
    run();
  } catch {}
}

/** The journal's word for a failure: `permission`, `no_space`, …; `io` for other system errors, `internal` for ours. */
export function failureReason(error: unknown): string {
  const code = codeOf(error);
  return REASONS[code ?? ""] ?? (errnoOf(code) === undefined ? "internal" : "io");
}

const REASONS: Record<string, string> = {
  EACCES: "permission",
  EPERM: "permission",
  EROFS: "read_only",
  ENOSPC: "no_space",
  EDQUOT: "no_space",
  EFBIG: "no_space",
  EMFILE: "too_many_files",
  ENFILE: "too_many_files",
  ENOTREG: "not_a_file",
  EISDIR: "not_a_file",
  ELOOP: "not_a_file",
  EMLINK: "not_a_file",
  ENXIO: "not_a_file",
  ENOLCK: "unsupported",
  ENOTSUP: "unsupported",
  EOPNOTSUPP: "unsupported",
  ENOSYS: "unsupported",
  REFUSED: "refused",
};
