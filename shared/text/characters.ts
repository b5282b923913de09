/**
 * Classes of characters for regular expressions with the `u` flag, and text made safe to print. The classes are spelled
 * out: `\p{Cc}` makes Node load Unicode's tables, which takes longer than all other expressions of a hook together.
 */

export const CONTROL = "\\0-\\x1f\\x7f-\\x9f";
/** Lone halves of a surrogate pair. With the `u` flag, a whole pair counts as one character. */
export const LONE_SURROGATE = "\\ud800-\\udfff";
/** Characters that end a line for some programs, and characters that change the direction of text. */
export const SEPARATOR_OR_DIRECTION = "\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";

/**
 * Makes foreign text (a path, a name, an error) safe to print. Escapes replace control characters, line separators and
 * direction marks, so that the text can neither forge a line nor drive a terminal.
 */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const UNPRINTABLE = new RegExp(`(?!\\t)[${CONTROL}${SEPARATOR_OR_DIRECTION}]`, "gu");

/** A text of at most `max` characters: whole lines if possible, with a last line that says that more is missing. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const whole = text.lastIndexOf("\n", max);
  const kept = text.slice(0, whole > 0 ? whole : max);
  return `${kept.replace(/[\uD800-\uDBFF]$/, "").trimEnd()}\n…`;
}
