/**
 * Whether a value is a session id that this package uses. An id becomes a folder's name, a line of CLAUDE.md
 * and an argument of a shown command, so it consists of letters, digits, `.`, `_` and `-`, starts with a letter
 * or digit, has no `..`, and at most 128 characters. Claude Code's own are UUIDs.
 */
export function isSessionId(value: unknown): value is string {
  return (
    typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value) && !value.includes("..")
  );
}
