/** Errors of the system, judged by their codes, and refusals of our own. */
import os from "node:os";

/** Why a file, or a text, is not changed. For a person: what is wrong, where, and what to do. */
export class Refusal extends Error {
  code = "REFUSED";
  #why: string;
  #advice: string;

  /**
   * @param why stands behind the file's name: "is not UTF-8 text"
   * @param advice a sentence of its own, or nothing
   * @param file absent where only the text is known: see `of`
   */
  constructor(why: string, advice = "", file?: string) {
    const what = `${why}; left unchanged.`;
    super([file, what, advice].filter(Boolean).join(" "));
    this.#why = why;
    this.#advice = advice;
  }

  /** The refusal of a text as that of the file that holds it. */
  of(file: string): Refusal {
    return new Refusal(this.#why, this.#advice, file);
  }
}

/** The system's code of an error (`ENOENT`), or undefined if it did not come from the system. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** Whether the error is one of these system errors. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}

/** The number that this system gives the code (13 for EACCES on Linux), or undefined for a code that is not its. */
export function errnoOf(code: string | undefined): number | undefined {
  return (os.constants.errno as Record<string, number>)[code ?? ""];
}

/** What an error says, for a journal or a person; never throws, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error that cannot be shown";
  }
}

/** An error as the system would have made it, for a failure that no system call reported. */
export function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

/** Runs `read`, giving null if what it looks for is not there. @throws every other error of `read` */
export function ifPresent<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** Runs what may fail without consequence. */
export function quietly(run: () => void): void {
  try {
    run();
  } catch {}
}

/** The journal's word for a failure: `permission`, `no_space`, …; `io` for the rest of the system's, `internal` for ours. */
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
