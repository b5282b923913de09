/**
 * A text of somebody else's (a path, a name, an error) for a message or a line: control characters, line separators
 * and direction marks are shown as escapes, so that it can neither forge a line nor drive a terminal.
 */
export function printable(text: string): string {
  return text.replace(
    /(?!\t)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
