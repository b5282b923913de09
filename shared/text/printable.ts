import { CONTROL, SEPARATOR_OR_DIRECTION } from "./characters.ts";

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
