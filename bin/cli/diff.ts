import { createTwoFilesPatch } from "diff";
import { printable } from "../../shared/text/characters.ts";
import { print } from "./output.ts";
import { paint } from "./paint.ts";

/** Shows a person how a text changes, in colour where there is one. */
export function showDiff(before: string, after: string, name: string): void {
  const patch = createTwoFilesPatch(`${name} before`, `${name} after`, before, after, "", "", { context: 2 });
  // The first line is a rule of the library's own.
  const lines = patch.trimEnd().split("\n").slice(1).map(printable);
  print(`${lines.map(coloured).join("\n")}\n`);
}

function coloured(line: string): string {
  if (line.startsWith("+")) return paint("green", line);
  if (line.startsWith("-")) return paint("red", line);
  return line.startsWith("@") ? paint("cyan", line) : line;
}
