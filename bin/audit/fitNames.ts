/** Shortens the names in a column of a table, so that each still differs from the others. */
import { cutMiddle, type Screen, widthOf } from "../cli/terminal.ts";

/**
 * Shortens each path that is wider than the column. It keeps the folders that tell the path from the others, then as much as
 * fits of its end, then of what stands before: `…/shop/…/CLAUDE.md`.
 */
export function fitNames(names: readonly string[], cells: number, screen: Screen): string[] {
  const paths = names.map(split);
  return names.map((name, i) => {
    if (widthOf(name) <= cells) return name;
    const parts = paths[i] ?? [];
    const others = paths.filter((_, j) => j !== i);
    return fitOne(parts, others, name.includes("/") ? "/" : "\\", cells, screen);
  });
}

function fitOne(
  parts: string[],
  others: string[][],
  separator: string,
  cells: number,
  screen: Screen,
): string {
  const mark = screen.unicode ? "…" : "...";
  let kept = tellingParts(parts, others);
  const show = (indexes: Set<number>) =>
    parts
      .map((part, i) => (indexes.has(i) ? part : mark))
      .filter((part, i, all) => part !== mark || all[i - 1] !== mark)
      .join(separator);
  const first = Math.min(...kept);
  const fromEnd = parts.map((_, i) => i).reverse();
  for (const wanted of [fromEnd.filter((i) => i > first), fromEnd.filter((i) => i < first)]) {
    for (const index of wanted) {
      const more = new Set([...kept, index]);
      if (widthOf(show(more)) > cells) break;
      kept = more;
    }
  }
  return cutMiddle(show(kept), cells, screen);
}

/** The parts that tell a path from each of the others; the last part if there are none. */
function tellingParts(parts: string[], others: string[][]): Set<number> {
  const last = parts.length - 1;
  const differences = others
    .map((other) => parts.findIndex((part, i) => part !== other[i]))
    .map((index) => (index === -1 ? last : index));
  const telling = new Set<number>();
  // A deep difference often tells a path from those that differ earlier, too.
  for (const [index, other] of differences
    .map((at, j): [number, string[]] => [at, others[j] ?? []])
    .sort(([a], [b]) => b - a)) {
    if (![...telling].some((i) => parts[i] !== other[i])) telling.add(index);
  }
  return telling.size > 0 ? telling : new Set([last]);
}

function split(name: string): string[] {
  return name.split(name.includes("/") ? "/" : "\\");
}
