/** Shows the change of a text. */
import { createTwoFilesPatch } from "diff";
import { printable } from "../../shared/text/characters.ts";
import { print, printLine } from "./output.ts";
import { paint } from "./terminal.ts";

/** Lines of context. */
const CONTEXT = 2;
/** The shortest diff takes time that grows with the square of the lines that it changes. */
const MAX_CHANGES = 2000;
const MAX_MS = 1000;

/** Prints the diff of two versions of a text, in colour on a terminal that has colours. */
export function showDiff(before: string, after: string, name: string): void {
  const safe = printable(name);
  const names = [`${safe} before`, `${safe} after`] as const;
  const limits = { maxEditLength: MAX_CHANGES, timeout: MAX_MS };
  const patch =
    createTwoFilesPatch(...names, before, after, "", "", { context: CONTEXT, ...limits }) ??
    simplePatch(...names, before, after);
  // Line ends are not shown. A CR at the end of a text without a last line end is text.
  const lines = patch
    .replace(/\r\n(?!\\ )/g, "\n")
    .replace(/\n$/, "")
    .split("\n");
  // The first line is a separator that the library adds.
  print(`${lines.slice(1).map(coloured).join("\n")}\n`);
  const [old, now] = [lineEndsOf(before), lineEndsOf(after)];
  if (old && now && old !== now) printLine(`Line ends: ${old} before, ${now} after`, "cyan");
}

/** The diff of two texts with one change: all lines between the first and the last that differ. */
function simplePatch(oldName: string, newName: string, before: string, after: string): string {
  const [old, now] = [splitLines(before), splitLines(after)];
  let start = 0;
  while (start < old.length && old[start] === now[start]) start++;
  let [oldEnd, nowEnd] = [old.length, now.length];
  for (; Math.min(oldEnd, nowEnd) > start && old[oldEnd - 1] === now[nowEnd - 1]; oldEnd--) nowEnd--;
  const from = Math.max(start - CONTEXT, 0);
  const to = Math.min(oldEnd + CONTEXT, old.length);
  const lines = [
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, oldEnd).map((line) => `-${line}`),
    ...now.slice(start, nowEnd).map((line) => `+${line}`),
    ...old.slice(oldEnd, to).map((line) => ` ${line}`),
  ].map((line) => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`));
  const range = (end: number) => `${from + 1},${end - from}`;
  const head = `@@ -${range(to)} +${range(nowEnd + to - oldEnd)} @@`;
  return `\n--- ${oldName}\n+++ ${newName}\n${head}\n${lines.join("")}`;
}

/** Lines with their endings. */
function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function coloured(line: string): string {
  if (line.startsWith("+")) return paint("green", line);
  if (line.startsWith("-")) return paint("red", line);
  return line.startsWith("@") ? paint("cyan", line) : line;
}

/** `LF`, `CRLF`, or both; empty for a text without a line end. */
function lineEndsOf(text: string): string {
  return [/(?<!\r)\n/.test(text) && "LF", text.includes("\r\n") && "CRLF"].filter(Boolean).join(" and ");
}
