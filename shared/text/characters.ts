/**
 * Classes of characters, for regular expressions with the `u` flag. They are spelled out: `\p{Cc}` loads Unicode's tables,
 * which takes longer than all other expressions of a hook together.
 */
export const CONTROL = "\\0-\\x1f\\x7f-\\x9f";
/** Halves of a pair that stand alone; with the `u` flag, a whole pair is one character. */
export const LONE_SURROGATE = "\\ud800-\\udfff";
/** What ends a line for some programs, and what turns the direction of text. */
export const SEPARATOR_OR_DIRECTION = "\\u2028\\u2029\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";

/**
 * A text of somebody else's (a path, a name, an error) for a message or a line: control characters, line separators
 * and direction marks are shown as escapes, so that it can neither forge a line nor drive a terminal.
 */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const UNPRINTABLE = new RegExp(`(?!\\t)[${CONTROL}${SEPARATOR_OR_DIRECTION}]`, "gu");
