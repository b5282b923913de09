/**
 * Fenced code as CommonMark has it: three or more backticks or tildes, at most three spaces before them. The
 * closing fence has at least as many and no info string. A fence that is never closed runs to the end.
 */
export interface Fence {
  char: "`" | "~";
  length: number;
}

const OPENING = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/s;
const CLOSING = /^ {0,3}(`{3,}|~{3,})[ \t\r]*$/;

/** The fence that is open after `line` (which has no line ending), given the one that is open before it. */
export function fenceAfter(line: string, open: Fence | null): Fence | null {
  if (open === null) {
    const match = OPENING.exec(line);
    if (match?.[1]) return { char: "`", length: match[1].length };
    if (match?.[2]) return { char: "~", length: match[2].length };
    return null;
  }
  const run = CLOSING.exec(line)?.[1];
  return run?.startsWith(open.char) && run.length >= open.length ? null : open;
}
