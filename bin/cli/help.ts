/** Fits the help of a command to the width of a terminal. */
import { wrap } from "./terminal.ts";

/** Longer lines are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 100;
/** A description that has fewer columns beside its term stands below it. */
const MIN_DESCRIPTION = 30;
/** The indentation of a description below its term. */
const BELOW = 6;

/**
 * Wraps a help text: its paragraphs, and its lists of two columns, whose lines start with two spaces. The synopsis keeps
 * its lines, and so do the examples, which people copy.
 */
export function formatHelp(help: string, columns: number): string {
  const width = Math.min(columns, MAX_COLUMNS);
  return help
    .split("\n\n")
    .map((block) => {
      if (block.startsWith("Examples:")) return block;
      if (block.startsWith("Usage:")) return wrapSynopsis(block, width);
      const [, head, list = ""] = /^([^ ][^\n]*:)\n( {2}[\s\S]*)$/.exec(block) ?? [];
      if (head === undefined) return wrap(block.replaceAll(/\n(?!$)/g, " "), width);
      return `${head}\n${wrapList(list.split("\n"), width)}`;
    })
    .join("\n\n");
}

/** The first paragraph of a help text. */
export function synopsisOf(help: string): string {
  return help.split("\n\n", 1)[0] as string;
}

function wrapSynopsis(block: string, width: number): string {
  return block
    .split("\n")
    .map((line) => wrap(line, width, "         "))
    .join("\n");
}

function wrapList(lines: string[], width: number): string {
  return lines
    .map((line) => {
      const [, term, description] = /^( {2}\S.*? {2,})(\S.*)$/.exec(line) ?? [];
      if (term === undefined || description === undefined) return line;
      if (width - term.length >= MIN_DESCRIPTION)
        return term + wrap(description, width - term.length).replaceAll("\n", `\n${" ".repeat(term.length)}`);
      const indent = " ".repeat(BELOW);
      return `${term.trimEnd()}\n${indent}${wrap(description, width - BELOW).replaceAll("\n", `\n${indent}`)}`;
    })
    .join("\n");
}
