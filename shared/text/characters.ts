/**
 * Classes of characters for regular expressions with the `u` flag, and text made safe to print. The classes are spelled
 * out: `\p{Cc}` makes Node load Unicode's tables, which takes longer than all other expressions of a hook together.
 */

export const CONTROL = "\\0-\\x1f\\x7f-\\x9f";
/** Lone halves of a surrogate pair. With the `u` flag, a whole pair counts as one character. */
export const LONE_SURROGATE = "\\ud800-\\udfff";
/** Characters that end a line for some programs, and characters that change the direction of text. */
export const SEPARATOR_OR_DIRECTION = "\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
/**
 * Characters that show nothing, and can hide words or make two names look alike: soft hyphen, joiners, fillers, zero-width
 * spaces, variation selectors (but for U+FE0F, which many emoji have), annotations, and tags, which spell out any text.
 */
export const INVISIBLE = [
  "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\u3164",
  "\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}",
].join("");
/** Every character that is escaped in what is shown. */
const UNSHOWN = CONTROL + LONE_SURROGATE + SEPARATOR_OR_DIRECTION + INVISIBLE;
/** Runs of such characters. */
export const UNSHOWN_RUNS = new RegExp(`[${UNSHOWN}]+`, "gu");

/**
 * Makes foreign text (a path, a name, an error) safe to print. Escapes replace control characters, line separators,
 * direction marks and what is invisible, so that the text can neither forge a line nor drive a terminal, nor hide words. In
 * JSON, the escapes stand for the same text.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

const UNPRINTABLE = new RegExp(`(?!\\t)[${UNSHOWN}]`, "gu");

/** One escape for each UTF-16 unit, as in JSON. */
export function escaped(character: string): string {
  const escapes = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16));
  return escapes.map((hex) => `\\u${hex.padStart(4, "0")}`).join("");
}

/** A text of at most `max` characters: whole lines if possible, with a last line that says that more is missing. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const whole = text.lastIndexOf("\n", max);
  const kept = text.slice(0, whole > 0 ? whole : max);
  return `${wholeStart(kept, max).trimEnd()}\n…`;
}

/** The first `max` characters of a text, without half of a surrogate pair at their end. */
export function wholeStart(text: string, max: number): string {
  return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, "");
}

/**
 * Shortens the paths in a message: those in a folder are relative to it, or begin with a word for it.
 * @param by what stands for the folder and the separator after it
 */
export function shortenPaths(message: string, folder: string, by: string): string {
  const [first = "", ...rest] = message.split(`${folder}${SEPARATOR}`);
  return rest.reduce((text, after) => {
    const isWhole = !/[\w./\\~-]$/.test(text);
    return `${text}${isWhole ? by : folder + SEPARATOR}${after}`;
  }, first);
}

const SEPARATOR = process.platform === "win32" ? "\\" : "/";
