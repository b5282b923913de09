/** Shows the change of a text. */
import { createTwoFilesPatch } from "diff";
import { printable } from "../../shared/text/characters.ts";
import { print, printLine } from "./output.ts";
import { paint } from "./terminal.ts";

/** Prints the diff of two versions of a text, in colour on a terminal that has colours. */
export function showDiff(before: string, after: string, name: string): void {
  const safe = printable(name);
  const patch = createTwoFilesPatch(`${safe} before`, `${safe} after`, before, after, "", "", { context: 2 });
  // Line ends are not shown. A CR at the end of a text without a last line end is text.
  const lines = patch
    .replace(/\r\n(?!\\ )/g, "\n")
    .replace(/\n$/, "")
    .split("\n");
  // The first line is a separator that the library adds.
  print(`${lines.slice(1).map(printable).map(coloured).join("\n")}\n`);
  const [old, now] = [lineEndsOf(before), lineEndsOf(after)];
  if (old && now && old !== now) printLine(`Line ends: ${old} before, ${now} after`, "cyan");
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
